"""Imports point one way: language <- state <- decisions <- shells <- assembly."""

import ast
import configparser
import functools
from fnmatch import fnmatchcase
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat

PACKAGE = Path(twisted_chat.__file__).parent

LAYERS = (
    {
        "",
        "wire",
        "wire.common",
        "wire.framing",
        "wire.gen1",
        "wire.gen2",
        "wire.gen2.answers",
        "wire.gen2.beats",
        "wire.gen2.between_servers",
        "wire.gen2.checkup",
        "wire.gen2.elsewhere",
        "wire.gen2.contact",
        "wire.gen2.datagrams",
        "wire.gen2.grounds",
        "wire.gen2.growth",
        "wire.gen2.for_new",
        "wire.gen2.history",
        "wire.gen2.waiting",
        "wire.gen2.pairing",
        "wire.gen2.listing",
        "wire.gen2.requests",
        "wire.gen2.rest",
        "wire.gen2.signs",
        "wire.gen2.room_news",
        "wire.gen2.roster",
        "wire.gen2.speech",
        "gateway",
        "gateway.messages",
        "links",
        "invitation",
        "names",
        "confusables",
        "likeness",
        "errors",
        "events",
        "toml_lines",
        "display",
        "lines",
        "moments",
        "addresses",
        "trace",
        "trace.pcapng",
        "trace.frame",
        "trace.headers",
        "trace.link",
        "trace.packet",
        "trace.transport",
        "trace.tunnels",
        "trace.layers",
        "trace.quic",
        "trace.report",
        "trace.speech",
        "trace.speech2",
        "trace.keylog",
        "trace.protection",
        "trace.quic_frames",
        "identity",
        "identity.fingerprints",
        "identity.keys",
        "identity.known",
        "identity.proof",
        "identity.room_messages",
    },
    {
        "directory",
        "directory.changes",
        "directory.directory",
        "directory.entries",
        "directory.index",
        "directory.kept_names",
        "directory.room_counts",
        "directory.queue",
        "directory.rules",
        "directory.shards",
        "directory.sites",
    },
    {
        "deadlines",
        "pending",
        "rate",
        "tally",
        "timeouts",
        "server",
        "server.availability",
        "server.bounds",
        "server.claims",
        "server.cluster",
        "server.cluster.about",
        "server.cluster.absences",
        "server.cluster.absent_names",
        "server.cluster.cluster",
        "server.cluster.entries",
        "server.cluster.events",
        "server.cluster.follower",
        "server.cluster.location",
        "server.cluster.other_servers",
        "server.cluster.others_names",
        "server.cluster.replica",
        "server.cluster.wanted",
        "server.core",
        "server.expiry",
        "server.gen1",
        "server.gen1.requests",
        "server.gen1.roster",
        "server.gen1.send_queue",
        "server.gen1.server",
        "server.gen2",
        "server.gen2.backlog",
        "server.gen2.at_rest",
        "server.gen2.beats",
        "server.gen2.calling",
        "server.gen2.checkups",
        "server.gen2.directions",
        "server.gen2.waiting",
        "server.gen2.early_asks",
        "server.gen2.introductions",
        "server.gen2.relay",
        "server.gen2.resting",
        "server.gen2.return_queue",
        "server.gen2.registration",
        "server.gen2.requests",
        "server.gen2.rivals",
        "server.gen2.roster",
        "server.gen2.moderation",
        "server.gen2.send_queue",
        "server.gen2.server",
        "server.gen2.sessions",
        "server.answer_rates",
        "server.journal",
        "server.journal.ledger",
        "server.journal.records",
        "server.nearby",
        "server.operators",
        "server.operators.bans",
        "server.operators.operations",
        "server.registry",
        "server.journal.restoration",
        "store",
        "store.archive",
        "store.queries",
        "store.records",
        "store.state",
        "store.transfer",
        "server.all_rosters",
        "server.streams",
        "server.telling",
        "peer",
        "peer.backoff",
        "peer.commands",
        "peer.contacts",
        "peer.contacts.audience",
        "peer.contacts.contact",
        "peer.contacts.contacts",
        "peer.contacts.conversation",
        "peer.contacts.ignored",
        "peer.contacts.line",
        "peer.contacts.present",
        "peer.effects",
        "peer.events",
        "peer.events.event",
        "peer.events.histories",
        "peer.events.kept",
        "peer.events.ignoring",
        "peer.events.keys",
        "peer.events.paths",
        "peer.events.moves",
        "peer.events.rooms",
        "peer.events.said",
        "peer.events.server",
        "peer.events.talk",
        "peer.events.undone",
        "peer.gathering",
        "peer.gen1",
        "peer.gen1.conversation",
        "peer.gen1.discovery",
        "peer.gen1.generation",
        "peer.gen1.contacts",
        "peer.gen1.registration",
        "peer.gen1.requests",
        "peer.gen1.roster",
        "peer.gen1.server",
        "peer.gen1.strangers",
        "peer.gen2",
        "peer.gen2.attempts",
        "peer.gen2.delivery",
        "peer.gen2.dial_queue",
        "peer.gen2.failover",
        "peer.gen2.generation",
        "peer.gen2.credentials",
        "peer.gen2.history",
        "peer.gen2.history.giving",
        "peer.gen2.history.histories",
        "peer.gen2.history.spans",
        "peer.gen2.history.sync",
        "peer.gen2.history.telling",
        "peer.gen2.leftovers",
        "peer.gen2.inbox",
        "peer.gen2.commands",
        "peer.gen2.contacts",
        "peer.gen2.keyless",
        "peer.gen2.key_decisions",
        "peer.gen2.link",
        "peer.gen2.link_state",
        "peer.gen2.lookalikes",
        "peer.gen2.mesh",
        "peer.gen2.outbox",
        "peer.gen2.outboxes",
        "peer.gen2.absent",
        "peer.gen2.remembered",
        "peer.gen2.owed",
        "peer.gen2.paths",
        "peer.gen2.paths.beats",
        "peer.gen2.paths.known_paths",
        "peer.gen2.paths.pairing_requests",
        "peer.gen2.paths.path_finder",
        "peer.gen2.paths.path_report",
        "peer.gen2.paths.peer_path",
        "peer.gen2.paths.probe_limits",
        "peer.gen2.paths.prober",
        "peer.gen2.paths.search",
        "peer.gen2.paths.ways",
        "peer.gen2.peer_dials",
        "peer.gen2.peer_hearing",
        "peer.gen2.reception",
        "peer.gen2.registration",
        "peer.gen2.history.handed",
        "peer.gen2.history.room_history",
        "peer.gen2.history.gaps",
        "peer.gen2.history.former",
        "peer.gen2.history.log",
        "peer.gen2.history.linked_member",
        "peer.gen2.log_sizes",
        "peer.gen2.history.member_record",
        "peer.gen2.clocks",
        "peer.gen2.ranges",
        "peer.gen2.room_news",
        "peer.gen2.requests",
        "peer.gen2.resting",
        "peer.gen2.resting_link",
        "peer.gen2.roster",
        "peer.gen2.rosters",
        "peer.gen2.server",
        "peer.gen2.server_key",
        "peer.gen2.server_link",
        "peer.gen2.tries",
        "peer.gen2.strangers",
        "peer.gen2.under_way",
        "peer.gen2.known_keys",
        "peer.gen2.who_dials",
        "peer.generation",
        "doctor",
        "doctor.examination",
        "doctor.findings",
        "doctor.wording",
        "gateway.mapping",
        "gateway.question",
        "peer.glance",
        "peer.holding",
        "peer.input",
        "peer.saying",
        "peer.keeping",
        "peer.lists",
        "peer.negotiation",
        "peer.orders",
        "peer.later",
        "peer.own_lines",
        "peer.orders.requests",
        "peer.orders.kept",
        "peer.orders.kick",
        "peer.orders.orders",
        "peer.orders.people",
        "peer.orders.rooms",
        "peer.orders.talks",
        "peer.patience",
        "peer.talks",
        "peer.talks.room",
        "peer.talks.talks",
        "peer.server",
        "peer.session",
        "peer.shutdown",
        "peer.speech",
        "peer.whereabouts",
        "tcp",
        "tcp.conversation",
        "tcp.events",
        "tcp.typed",
        "terminal",
        "terminal.typed_lines",
        "terminal.ansi",
        "terminal.colours",
        "terminal.editing",
        "terminal.editing.bindings",
        "terminal.editing.buffer",
        "terminal.editing.clusters",
        "terminal.editing.commands",
        "terminal.editing.completion",
        "terminal.editing.editor",
        "terminal.editing.history",
        "terminal.editing.input_view",
        "terminal.editing.outcomes",
        "terminal.editing.pasting",
        "terminal.editing.search",
        "terminal.editing.vocabulary",
        "terminal.editing.keys",
        "terminal.entry",
        "terminal.json_lines",
        "terminal.json_orders",
        "terminal.rows",
        "terminal.painter",
        "terminal.place_wording",
        "terminal.screen",
        "terminal.screen.attention",
        "terminal.screen.clipboard",
        "terminal.screen.drawing",
        "terminal.screen.keyboard",
        "terminal.screen.keys_help",
        "terminal.screen.model",
        "terminal.screen.modes",
        "terminal.screen.packed_lines",
        "terminal.screen.placing",
        "terminal.screen.places",
        "terminal.screen.reading",
        "terminal.screen.roles",
        "terminal.screen.said_before",
        "terminal.screen.searching",
        "terminal.screen.shown_line",
        "terminal.screen.sides",
        "terminal.screen.subjects",
        "terminal.screen.talk_rows",
        "terminal.screen.talk_state",
        "terminal.screen.talk_states",
        "terminal.screen.unread",
        "terminal.screen.udp_screen",
        "terminal.screen.view",
        "terminal.screen.wishes",
        "terminal.screen.wrapping",
        "terminal.styled",
        "terminal.tcp_wording",
        "terminal.wording",
        "terminal.wording.entries",
        "terminal.wording.histories",
        "terminal.wording.ignoring",
        "terminal.wording.kept",
        "terminal.wording.keys",
        "terminal.wording.line",
        "terminal.wording.paths",
        "terminal.wording.people",
        "terminal.wording.rooms",
        "terminal.wording.said",
        "terminal.wording.server",
        "terminal.wording.talk",
        "trace.blocks",
        "trace.interface",
        "trace.packed",
        "trace.fragments",
        "trace.twice",
        "trace.direction",
        "trace.connection",
        "trace.outcome",
        "trace.questions",
        "trace.opening",
        "trace.links",
        "trace.language",
        "trace.people",
        "trace.beside",
        "trace.chat",
        "trace.telling",
        "trace.connections",
        "trace.chats",
        "trace.choice",
        "trace.said",
        "trace.analysis",
        "trace.summary",
        "trace.table",
        "trace.fields",
        "trace.dump",
        "trace.ladder",
        "trace.document",
        "trace.page",
    },
    {
        "config",
        "database",
        "group_writer",
        "startup",
        "alarm",
        "identity.claim",
        "identity.key_file",
        "identity.known_file",
        "net",
        "net._mmsg",
        "net.apart",
        "net.batched",
        "net.gateway_host",
        "net.igd",
        "net.keylog",
        "net.netlink",
        "net.own_network",
        "net.port",
        "net.quic_asking",
        "net.quic_credit",
        "net.quic_excess",
        "net.quic_lapses",
        "net.quic_bounds",
        "net.quic_connection",
        "net.quic_handshake",
        "net.quic_library",
        "net.quic_shortcuts",
        "net.quic_links",
        "net.quic_newcomers",
        "net.quic_openings",
        "net.quic_owner",
        "net.quic_parting",
        "net.quic_paths",
        "net.quic_port",
        "net.quic_proving",
        "net.quic_questions",
        "net.quic_retry",
        "net.quic_stateless",
        "net.quic_notices",
        "net.quic_waiting",
        "net.quic_watching",
        "net.reached",
        "net.resolve",
        "net.service",
        "server.cluster.cluster_journal",
        "server.cluster.event_queue",
        "server.cluster.log_client",
        "server.cluster.nats_log",
        "server.cluster.nats_stream",
        "server.journal.file",
        "server.journal.writer",
        "store.batch",
        "store.file",
        "store.index",
        "store.keeper",
        "store.members",
        "store.merge",
        "store.reader",
        "store.retention",
        "store.schema",
        "store.signed_words",
        "store.spreading",
        "server.operators.control",
        "server.operators.metrics",
        "server.protocol",
        "server.second_port",
        "doctor.protocol",
        "gateway.protocol",
        "gateway.upnp",
        "peer.protocol",
        "tcp.call",
        "tcp.called",
        "tcp.certificate",
        "tcp.connection",
        "tcp.listening",
        "tcp.liveness",
        "tcp.neighbour",
        "tcp.protocol",
        "tcp.rendezvous",
        "tcp.unreached",
        "tcp.visitor",
        "terminal.edited",
        "terminal.edited_face",
        "terminal.edited_keyboard",
        "terminal.edited_tcp_face",
        "terminal.face",
        "terminal.facing",
        "terminal.history_file",
        "terminal.key_feed",
        "terminal.peer_face",
        "terminal.raw",
        "terminal.tcp_chat_face",
        "terminal.tcp_face",
        "terminal.entered",
        "terminal.line",
        "terminal.screen.display",
        "terminal.screen.notifier",
        "terminal.screen.one_talk",
        "terminal.screen.styles",
        "terminal.screen.terminal",
        "terminal.screen.themes",
        "terminal.screen.udp_face",
        "terminal.socket",
        "terminal.standard",
        "terminal.window",
        "trace.recorder",
        "trace.taps",
        "trace.capture",
        "trace.extract",
        "trace.live",
        "trace.pieces",
        "trace.rows",
        "trace.spool",
        "trace.progress",
        "trace.wireshark",
    },
    {
        "server.daemon_options",
        "server.journal_options",
        "server.option_values",
        "server.options",
        "server.garbage",
        "server.service",
        "doctor.service",
        "gateway.service",
        "peer.service",
        "tcp.options",
        "tcp.person",
        "tcp.service",
        "launch",
        "launch.activation",
        "launch.clock",
        "launch.loading",
        "launch.config",
        "launch.ctl",
        "launch.doctor",
        "launch.link",
        "launch.identity",
        "launch.naming",
        "launch.plugin",
        "launch.daemon",
        "launch.faces",
        "launch.history",
        "launch.log",
        "launch.program",
        "launch.seat",
        "launch.signals",
        "launch.start",
        "launch.store",
        "launch.supervisor",
        "launch.streams",
        "launch.tcpchat",
        "launch.udp_options",
        "launch.udpchat",
        "trace.options",
        "trace.wanted",
        "trace.analyze",
    },
)
PURE = 3
"""So many layers know no network and no clock."""
GENERATIONS = {"gen1", "gen2"}
CUT = {"server", "wire", "peer"}
"""The wings that have a half for each generation."""
IMPURE = {"twisted", "zope", "socket", "time", "asyncio", "select", "threading"}


def layer(module: str) -> int:
    """Where a module, named without its package, belongs. Raises LookupError."""
    for number, modules in enumerate(LAYERS):
        if module in modules:
            return number
    raise LookupError(f"twisted_chat.{module} belongs to no layer yet")


@functools.cache
def modules() -> dict[str, list[str]]:
    """Every module and what it imports, by full names."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        imported = []
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                source = str(node.module)
                imported += (
                    [f"{source}.{alias.name}" for alias in node.names]
                    if source == "twisted.internet"
                    or (PACKAGE.parent / source.replace(".", "/")).is_dir()
                    else [source]
                )
        found[name.removesuffix("__init__").rstrip(".")] = imported
    return found


class Direction(SynchronousTestCase):
    """Which room may know which."""

    def test_one_way(self) -> None:
        """No module imports from a layer above its own."""
        for name, imported in modules().items():
            for other in imported:
                if other.startswith("twisted_chat."):
                    inner = other.removeprefix("twisted_chat.")
                    inner = "" if inner.startswith("__") else inner
                    self.assertLessEqual(layer(inner), layer(name), f"{name} imports {other}")

    def test_no_circle(self) -> None:
        """No module needs itself, through whatever others, not even for its types."""
        whole = {f"twisted_chat.{name}" for name in modules()}
        left = {
            f"twisted_chat.{name}": whole.intersection(imported)
            for name, imported in modules().items()
        }
        while done := [name for name, needed in left.items() if not needed & left.keys()]:
            for name in done:
                del left[name]
        self.assertEqual(left, {})

    def test_pure(self) -> None:
        """Language, state and decisions import neither Twisted nor a socket nor a clock."""
        for name, imported in modules().items():
            if layer(name) < PURE:
                self.assertFalse({other.split(".")[0] for other in imported} & IMPURE, name)

    def test_strictly_typed(self) -> None:
        """The type checker is strict, and excuses no module of language, state or decisions."""
        setup = configparser.ConfigParser()
        setup.read(PACKAGE.parent / "setup.cfg")
        self.assertTrue(setup.getboolean("mypy", "strict"))
        excused = [
            pattern
            for section in setup.sections()
            if section.startswith("mypy-")
            for pattern in section.removeprefix("mypy-").split(",")
        ]
        self.assertIn("tests.*", excused)
        for name in set().union(*LAYERS[:PURE]):
            for pattern in excused:
                self.assertFalse(fnmatchcase(f"twisted_chat.{name}", pattern), name)

    def test_reactor(self) -> None:
        """One place of assembly names the reactor, and sees that its clock is the right one."""
        naming = {
            name for name, imported in modules().items() if "twisted.internet.reactor" in imported
        }
        self.assertEqual(naming, {"launch.clock"})
        self.assertEqual(layer("launch.clock"), len(LAYERS) - 1)

    def test_generations_apart(self) -> None:
        """Neither generation's half of a wing knows the other."""
        for name, imported in modules().items():
            wing, _, rest = name.partition(".")
            own = rest.partition(".")[0]
            if wing in CUT and own in GENERATIONS:
                (other,) = GENERATIONS - {own}
                whole = f"twisted_chat.{wing}.{other}"
                self.assertFalse(
                    [one for one in imported if f"{one}.".startswith(f"{whole}.")], name
                )

    def test_apart(self) -> None:
        """Neither chat imports what is for the other only, which would make it start later."""
        for program, other in (("tcpchat", {"server", "peer"}), ("udpchat", {"tcp"})):
            needed: set[str] = set()
            found = {f"launch.{program}"}
            while found:
                needed |= found
                imported = {one for name in found for one in modules().get(name, ())}
                found = {one.removeprefix("twisted_chat.") for one in imported} - needed
            self.assertIn("launch.program", needed)
            self.assertFalse({name.split(".")[0] for name in needed} & other, program)
