"""Events as the lines of a terminal."""

import types
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.test_hostile import HOSTILE
from tests.support.events import events
from twisted_chat.display import one_line
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.keys import KeyChanged
from twisted_chat.peer.events.moves import PeopleCame
from twisted_chat.peer.events.paths import PathsShown, PathTo, Way
from twisted_chat.peer.events.rooms import PutOutOf
from twisted_chat.peer.events.said import AllArrived, Said, Unencrypted
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.terminal.typed_lines import read_line
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.terminal.wording.people import shown_name


def examples(wanted: Any, text: str) -> list[Any]:
    """What can stand in a field of this type, with this text wherever there can be one."""
    if wanted is str:
        return [text, ""]
    if wanted in (int, float):
        return [0, 1, 2, 5_000]
    if wanted is bool:
        return [True, False]
    if wanted is type(None):
        return [None]
    if get_origin(wanted) in (Union, types.UnionType):
        return [one for part in get_args(wanted) for one in examples(part, text)]
    if get_origin(wanted) is tuple:
        some = examples(get_args(wanted)[0], text)
        return [(), tuple(some[:1]), tuple(some)]
    if issubclass(wanted, Enum):
        return list(wanted)
    return made(wanted, text)


def made(kind: type[Struct], text: str) -> list[Any]:
    """Examples of a struct: the first of everything, and each other value of each field."""
    hints = get_type_hints(kind)
    values = {name: examples(hints[name], text) for name in kind.__struct_fields__}
    first = {name: found[0] for name, found in values.items()}
    return [
        kind(**{**first, name: value}) for name, found in values.items() for value in found
    ] or [kind()]


class Names(SynchronousTestCase):
    """Names that could be taken for more than a name."""

    def test_quotes(self) -> None:
        """What is no name, and what begins, ends or goes on like something else, is quoted."""
        plain = (
            "bob",
            "bob_",
            "_",
            "J.R",
            "o'neil",
            "a-b",
            "me@home",
            "c++c",
            "5",
            "\u0939\u093f",
        )
        for name in plain:
            self.assertEqual(shown_name(name), name)
        odd = ("bob:", "bob(unencrypted)", "x,bob", "<", ">", "$bob", "-", "bob.", "'bob'", '"')
        for name in odd:
            self.assertEqual(shown_name(name), f'"{name}"')

    def test_speaker(self) -> None:
        """Nobody speaks as somebody else by a colon, a comma or a bracket in the name."""
        for name in ("bob:", "bob(unencrypted)", "x,bob", "<"):
            someone = Someone(name, "f" * 64)
            (line,) = LineWording(marked=False).lines(Said(someone, "hi", True))
            self.assertEqual(line, f'< "{name}": hi')
            (line,) = LineWording().lines(Said(someone, "hi", False))
            self.assertEqual(line, f'< "{name}" privately: hi')

    def test_places(self) -> None:
        """What is not said where the person talks says where, and what is private that it is,
        whatever rooms are called; to a script it is all as it always was."""
        bob = Someone("bob", "f" * 64)
        doubtful = Unencrypted("192.0.2.1:5", perhaps_private=True)
        for room in ("lab", "private", "privately"):
            wording, script = LineWording(), LineWording(marked=False)
            here, there = Said(bob, "hi", True, None, room), Said(bob, "hi", True, None, "den")
            came = PeopleCame((bob,), 0, room)
            self.assertEqual(wording.lines(here), [f"< bob in room {room}: hi"])
            self.assertEqual(wording.lines(came), [f"> in room {room}: bob came"])
            self.assertEqual(wording.lines(TalkingTo(Talk(room), False)), [])
            self.assertEqual(wording.lines(here), ["< bob: hi"])
            self.assertEqual(wording.lines(came), ["> bob came"])
            self.assertEqual(wording.lines(there), ["< bob in room den: hi"])
            wording.lines(TalkingTo(Talk(who=bob), False))
            self.assertEqual(wording.lines(here), [f"< bob in room {room}: hi"])
            self.assertEqual(wording.lines(Said(bob, "hi", False)), ["< bob privately: hi"])
            self.assertEqual(
                wording.lines(Said(bob, "hi", True, doubtful, room)),
                [f"< bob in room {room} or privately: hi"],
            )
            self.assertEqual(
                wording.lines(AllArrived(bob)), ["> privately: bob has got everything now"]
            )
            for event in (here, there, Said(bob, "hi", False)):
                self.assertEqual(script.lines(event), ["< bob: hi"])
            self.assertEqual(script.lines(came), ["> bob came"])

    def test_typed(self) -> None:
        """A name in the quotes in which it is shown is understood."""
        for name in ("bob", "bob:", "x,bob", '"', '"x"'):
            self.assertEqual(read_line(f'$poke "{name}"'), Order(Command.POKE, name))
        self.assertEqual(read_line("$poke bob:"), Order(Command.POKE, "bob:"))


class Wording(SynchronousTestCase):
    """What is shown of events."""

    def test_every_event(self) -> None:
        """Each has its words, whatever is in it, and nothing in them is a line of another."""
        wording = LineWording(str)
        for event in events():
            for example in made(event, "alice"):
                lines = wording.lines(example)
                silent = isinstance(example, TalkingTo) and not example.asked
                self.assertTrue(lines or silent, example)
                for line in lines:
                    self.assertTrue(line.startswith("< " if event is Said else "> "), line)
                    self.assertNotIn("\n", line)

    def test_hostile(self) -> None:
        """Whatever strangers put into an event, all that is not the program's is made safe by
        the last one who hands it to the terminal."""
        wording = LineWording(str)
        for hostile in HOSTILE:
            for event in events():
                for example in made(event, hostile):
                    for line in wording.lines(example):
                        shown = one_line(line)
                        self.assertTrue(shown.isprintable(), ascii(shown[:200]))

    def test_several_lines(self) -> None:
        """A changed key is shown with both fingerprints."""
        changed = KeyChanged(Someone("bob"), "a", "")
        lines = LineWording(lambda fingerprint: f"~{fingerprint}~").lines(changed)
        self.assertEqual(lines[0], "> THE KEY OF bob IS NOT THE ONE YOU KNOW")
        self.assertEqual(lines[1:3], [">   it was ~a~", ">   it is  no key at all (unencrypted)"])

    def test_one_second(self) -> None:
        """One second is no plural."""
        for seconds, shown in ((0, "0 seconds"), (1, "1 second"), (2, "2 seconds")):
            bob = PathTo(Someone("bob"), Way.NONE, "", seconds, None, 0, 0, None, (), None, True)
            lines = LineWording(str).lines(PathsShown("", 7000, True, (bob,), ""))
            self.assertEqual(lines[-1], f"> bob: no link for {shown}")

    def test_why_out(self) -> None:
        """One who is not in a room any more is told why, where the server says it."""
        for how, shown in (
            ("kicked", "you were put out of lab"),
            ("banned", "you were banned from lab"),
            ("closed", "lab was closed"),
            ("", "you were put out of lab, or it was closed"),
        ):
            self.assertEqual(LineWording(str).lines(PutOutOf("lab", how)), [f"> {shown}"])
