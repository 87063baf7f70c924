"""Where a newcomer looks for something: one name for one thing, and a test for each decision."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat
from tests.test_imports import modules

PACKAGE = Path(twisted_chat.__file__).parent
TESTS = Path(__file__).parent

MIRRORED = ("peer", "server", "wire")
"""The wings whose tests are laid out as they are."""
WITHOUT_DECISION = {
    "peer/commands",
    "peer/contacts/conversation",
    "peer/contacts/line",
    "peer/effects",
    "peer/gen2/credentials",
    "peer/gen2/link_state",
    "peer/generation",
    "peer/glance",
    "peer/server",
    "server/cluster/events",
    "server/journal/records",
    "server/all_rosters",
    "server/streams",
}
"""Their modules that only say what others are or need."""
ASSEMBLY = {"peer/service"}
"""Their modules that only put others together: whole programs are their tests."""
TOGETHER = {
    "peer/contacts/ignored": "peer/contacts/test_contacts",
    "peer/events/event": "peer/test_events",
    "peer/events/histories": "peer/test_events",
    "peer/events/kept": "peer/test_events",
    "peer/events/ignoring": "peer/test_events",
    "peer/events/keys": "peer/test_events",
    "peer/events/paths": "peer/test_events",
    "peer/events/moves": "peer/test_events",
    "peer/events/rooms": "peer/test_events",
    "peer/events/said": "peer/test_events",
    "peer/events/server": "peer/test_events",
    "peer/events/talk": "peer/test_events",
    "peer/events/undone": "peer/test_shutdown",
    "peer/gen1/generation": "peer/gen1/test_server",
    "peer/gen2/credentials": "peer/gen2/test_generation",
    "peer/gen2/history/giving": "peer/gen2/history/test_sync",
    "peer/gen2/history/former": "peer/gen2/history/test_histories",
    "peer/gen2/history/room_history": "peer/gen2/history/test_histories",
    "peer/gen2/history/telling": "peer/gen2/history/test_histories",
    "peer/gen2/history/spans": "peer/gen2/history/test_sync",
    "peer/gen2/leftovers": "peer/gen2/test_delivery",
    "peer/gen2/tries": "peer/gen2/test_server_link",
    "peer/gen2/peer_hearing": "peer/gen2/test_mesh",
    "peer/gen2/paths/peer_path": "peer/gen2/paths/test_path_finder",
    "peer/gen2/paths/search": "peer/gen2/paths/test_path_finder",
    "server/gen2/at_rest": "server/gen2/test_calling",
    "server/cluster/about": "server/cluster/test_cluster",
    "server/cluster/cluster_journal": "end_to_end/test_cluster",
    "server/cluster/follower": "server/cluster/test_cluster",
    "server/cluster/nats_log": "end_to_end/test_cluster",
    "server/cluster/nats_stream": "end_to_end/test_cluster",
    "server/cluster/other_servers": "server/cluster/test_cluster",
    "server/cluster/others_names": "server/cluster/test_cluster",
    "server/cluster/wanted": "server/cluster/test_cluster",
    "server/journal_options": "server/test_options",
    "server/journal/restoration": "server/test_registry",
    "wire/common": "wire/test_gen1",
    "wire/gen2/answers": "wire/test_gen2",
    "wire/gen2/contact": "wire/test_gen2",
    "wire/gen2/for_new": "wire/test_gen2",
    "wire/gen2/grounds": "wire/test_gen2",
    "wire/gen2/growth": "wire/test_gen2",
    "wire/gen2/listing": "wire/test_gen2",
    "wire/gen2/requests": "wire/test_gen2",
    "wire/gen2/room_news": "wire/test_gen2",
    "wire/gen2/roster": "wire/test_gen2",
    "wire/gen2/speech": "wire/test_gen2",
}
"""Modules that are tested together: what is written is read as the same, in every one, and what
is of no use alone."""
LONGEST = 300
"""Lines that a module has at most."""
MOST_FLOORS = 7
"""How deep a folder is at most: modules of it that import each other, one below the other."""


def classes() -> dict[str, set[str]]:
    """The public classes of the package by their names, with the modules where they are."""
    found = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(path.relative_to(PACKAGE).as_posix())
    return found


class Names(SynchronousTestCase):
    """What classes are called."""

    def test_once(self) -> None:
        """No public class has the name of another."""
        twice = {name: modules for name, modules in classes().items() if len(modules) > 1}
        self.assertEqual(twice, {})


class Mirror(SynchronousTestCase):
    """Where tests are."""

    def test_own_name(self) -> None:
        """Each module with a decision has a test of its own name, in the same place."""
        for wing in MIRRORED:
            for path in (PACKAGE / wing).rglob("*.py"):
                module = path.relative_to(PACKAGE).with_suffix("").as_posix()
                if path.name == "__init__.py" or module in WITHOUT_DECISION | ASSEMBLY:
                    continue
                own = f"{Path(module).parent}/test_{path.stem}"
                test = TESTS / f"{TOGETHER.get(module, own)}.py"
                self.assertTrue(test.exists(), f"{module} has no {test.relative_to(TESTS)}")


class Length(SynchronousTestCase):
    """How long a module is: as long as one idea."""

    def test_length(self) -> None:
        """None has more lines than so many."""
        longer = [
            path.relative_to(PACKAGE).as_posix()
            for path in PACKAGE.rglob("*.py")
            if len(path.read_text().splitlines()) > LONGEST
        ]
        self.assertEqual(longer, [])


class Floors(SynchronousTestCase):
    """What has to be read before something, in the wings that are cut by generation."""

    def test_floors(self) -> None:
        """No folder is deeper than so many modules."""
        imported = modules()
        folders: dict[str, set[str]] = defaultdict(set)
        for name in imported:
            folders[name.rpartition(".")[0]].add(name)

        @cache
        def floors(name: str, folder: str) -> int:
            below = {one.removeprefix("twisted_chat.") for one in imported[name]} - {name}
            inside = below & folders[folder]
            return 1 + max((floors(one, folder) for one in inside), default=0)

        for folder, names in folders.items():
            if folder.split(".")[0] in MIRRORED:
                deepest = max(floors(name, folder) for name in names)
                self.assertLessEqual(deepest, MOST_FLOORS, folder)
