"""The room server on a fake transport, in the time of a Clock."""

from collections.abc import Sequence

from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport
from twisted.logger import LogEvent, capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.links import Link, LinkEffect
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen1.server import DatagramServer
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.protocol import RoomServer
from twisted_chat.tally import LINES_AT_ONCE
from twisted_chat.wire.gen2.beats import Beat, NoLinkThere
from twisted_chat.wire.gen2.datagrams import relayed

CLEAR = b"rj __clear_peers__"
ALICE, BOB, EVE = ("192.0.2.1", 1000), ("192.0.2.2", 2000), ("2001:db8::3", 3000)


class Transport(FakeDatagramTransport):
    """One of a machine with one address."""

    def usual_at(self, six: bool) -> None:
        return None


class Nobody:
    """Carries no link anywhere."""

    def perform(self, effect: LinkEffect) -> None:
        pass


class ServerCase(SynchronousTestCase):
    """A room server that listens."""

    bounds = Bounds()

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.server = RoomServer(self.bounds, self.clock)
        self.transport = Transport()
        self.server.makeConnection(self.transport)

    def hear(self, source: Address, *datagrams: bytes) -> list[tuple[bytes, Address]]:
        """What goes out at once when these come in."""
        for datagram in datagrams:
            self.server.datagramReceived(datagram, source)
        return self.sent()

    def sent(self) -> list[tuple[bytes, Address]]:
        """What went out since this was last asked."""
        written, self.transport.written = self.transport.written, []
        return list(written)

    def said(self, logged: Sequence[LogEvent]) -> list[str]:
        """The lines of a log."""
        return [str(formatEvent(event)) for event in logged]


class RelayTests(ServerCase):
    """Datagrams that are carried on."""

    def test_carried(self) -> None:
        """One that may be carried goes to the other of the pair as it is, any other nowhere."""
        secrets = PairSecrets(bytes(32), bytes)
        self.server = RoomServer(self.bounds, self.clock, secrets=secrets)
        self.server.makeConnection(self.transport)
        self.server.carrier = Nobody()
        links = [Link(key * 64, at, False) for key, at in (("a", ALICE), ("b", BOB))]
        for link in links:
            self.server.opened(link)
            for said in (b"can paths relay", b"hi " + link.fingerprint[:3].encode(), b"rc lab"):
                self.server.received(link, [said])
            self.server.received(link, [b"rj lab"])
        datagram = relayed(secrets.tag("a" * 64, "b" * 64), b"sealed")
        self.server.relayed(datagram, ALICE)
        self.assertEqual(self.sent(), [])
        self.server.received(links[0], [b"carry " + b"b" * 64])
        for source in (ALICE, EVE, BOB):
            self.server.relayed(datagram, source)
        self.assertEqual(self.sent(), [(datagram, BOB), (datagram, ALICE)])


class BeatTests(ServerCase):
    """Beats of users."""

    def test_answered(self) -> None:
        """One of no link is answered to where it came from, and what is none is not."""
        self.server.beat(Beat(b"t" * 8, b"n" * 8).encode(), ALICE)
        self.server.beat(b"\6", ALICE)
        self.assertEqual(self.sent(), [(NoLinkThere(b"n" * 8).encode(), ALICE)])


class AnsweringTests(ServerCase):
    """What goes out, and when."""

    bounds = Bounds(user_ttl=100, room_ttl=50)

    def test_answers(self) -> None:
        """An answer goes to who asked, at once."""
        self.assertEqual(self.hear(ALICE, b"hi alice"), [(b"hi alice", ALICE)])
        self.assertEqual(self.hear(EVE, b"hi eve"), [(b"hi eve", EVE)])
        self.assertEqual(self.hear(ALICE, b"ar eve"), [(b"ar 2001:db8::3 3000", ALICE)])

    def test_nothing_to_wait_for(self) -> None:
        """An empty server has no timer."""
        self.hear(EVE, b"ul", b"", b"\xff")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_one_timer(self) -> None:
        """However much is going on, there is one timer."""
        for number in range(30):
            self.hear((f"198.51.100.{number}", 1), b"hi u%d" % number, b"rc lab", b"rj lab", b"ul")
            self.assertEqual(len(self.clock.getDelayedCalls()), 1)

    def test_expiry(self) -> None:
        """Users and rooms expire when their time is over, without a datagram to set it off."""
        self.hear(ALICE, b"hi alice", b"rc lab", b"rj lab")
        self.clock.advance(60)
        self.hear(BOB, b"hi bob", b"rj lab")
        self.clock.advance(39.9)
        self.assertEqual(self.sent(), [])
        self.clock.advance(0.2)
        self.assertEqual(sorted(self.sent()), [(CLEAR, ALICE), (CLEAR, BOB)])
        self.clock.advance(60)
        self.assertEqual(self.sent(), [(CLEAR, BOB)])
        self.clock.pump([1] * 60)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.hear(BOB, b"hi bob")
        self.assertEqual(self.hear(BOB, b"rl"), [(b"rl", BOB)])

    def test_later_turns(self) -> None:
        """A list that is too long for one go comes in turns, whole."""
        names = [b"u%03d" % number for number in range(200)]
        for number, name in enumerate(names):
            self.hear((f"198.51.100.{number}", 1), b"hi " + name)
        self.hear(ALICE, b"hi alice")
        sent = self.hear(ALICE, b"ul")
        self.assertLess(len(sent), 100)
        self.clock.pump([0.01] * 5)
        sent += self.sent()
        self.assertEqual(sorted(sent), [(b"ul " + name, ALICE) for name in [b"alice", *names]])

    def test_stopped(self) -> None:
        """A server that has stopped leaves no timer behind."""
        self.hear(ALICE, b"hi alice")
        self.server.stopProtocol()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class LogTests(ServerCase):
    """One line for what happens, none for what is said."""

    bounds = Bounds(user_ttl=100, room_ttl=50)

    def lines(self, source: Address, *datagrams: bytes) -> list[str]:
        """What is logged when these come in."""
        with capturedLogs() as logged:
            self.hear(source, *datagrams)
        return self.said(logged)

    def test_registration(self) -> None:
        """A registration is one line, and its repetition none."""
        self.assertEqual(
            self.lines(EVE, b"hi eve", b"hi eve"),
            ["user eve registered from [2001:db8::3]:3000"],
        )

    def test_departure(self) -> None:
        """A departure is one line, no matter who said so."""
        self.hear(ALICE, b"hi alice", b"rc lab", b"rj lab")
        self.assertEqual(self.lines(ALICE, b"by", b"by"), ["user alice at 192.0.2.1:1000 left"])

    def test_another_name(self) -> None:
        """A user that takes another name departs and registers."""
        self.hear(ALICE, b"hi alice")
        self.assertEqual(
            self.lines(ALICE, b"hi alicia"),
            ["user alice at 192.0.2.1:1000 left", "user alicia registered from 192.0.2.1:1000"],
        )

    def test_rooms(self) -> None:
        """A room is logged when it is created; joining and leaving it are not."""
        self.hear(ALICE, b"hi alice")
        self.assertEqual(
            self.lines(ALICE, b"rc lab", b"rc lab", b"rj lab", b"rj lab", b"rk", b"rl", b"ul"),
            ["room lab created"],
        )

    def test_expiry(self) -> None:
        """A user that expired and a room that is gone are one line each."""
        self.hear(ALICE, b"hi alice", b"rc lab", b"rj lab")
        with capturedLogs() as logged:
            self.clock.advance(101)
            self.clock.advance(51)
        self.assertEqual(
            self.said(logged), ["user alice at 192.0.2.1:1000 expired", "room lab gone"]
        )

    def test_no_words(self) -> None:
        """What somebody says to the server by mistake is counted, never written down."""
        self.hear(ALICE, b"hi alice")
        lines = self.lines(ALICE, b"msg alice> my secret", b"my secret", b"hi my secret")
        self.assertEqual(
            lines, ["datagrams dropped: 1, not in the language, the last from 192.0.2.1:1000"]
        )

    def test_refusals_are_quiet(self) -> None:
        """Refusing is no event."""
        self.hear(ALICE, b"hi alice")
        self.assertEqual(self.lines(BOB, b"hi alice", b"hi a b", b"ul", b"by"), [])

    def test_dropped_once_a_second(self) -> None:
        """A flood of each kind is one line a second, which counts all of it."""
        with capturedLogs() as logged:
            for _ in range(100):
                self.hear(ALICE, b"\xff")
                self.hear(BOB, b"x" * 1025)
            for _ in range(50):
                self.hear(ALICE, b"\xff")
            self.assertEqual(len(logged), 3)
            self.clock.advance(1)
            self.hear(EVE, b"\xff")
        self.assertEqual(
            self.said(logged),
            [
                "datagrams dropped: 1, not in the language, the last from 192.0.2.1:1000",
                "datagrams dropped: 1, too long, the last from 192.0.2.2:2000",
                "datagrams dropped: 1, over the rate, the last from 192.0.2.1:1000",
                "datagrams dropped: 100, not in the language, the last from [2001:db8::3]:3000",
            ],
        )

    def test_flood_of_changes(self) -> None:
        """However many come and go, so many lines of each kind are written."""
        with capturedLogs() as logged:
            for number in range(300):
                self.hear((f"10.0.{number // 100}.{number % 100}", 1), b"hi u%d" % number, b"by")
            self.assertEqual(len(logged), 2 * LINES_AT_ONCE)
            self.hear(ALICE, b"hi alice", b"rc lab")
            self.clock.advance(1)
        self.assertEqual(
            self.said(logged[2 * LINES_AT_ONCE :]),
            [
                "room lab created",
                "left out 201 lines: users who registered",
                "left out 200 lines: users who left or expired",
            ],
        )
        self.assertEqual(self.lines(BOB, b"hi bob"), ["user bob registered from 192.0.2.2:2000"])

    def test_one_user_renames(self) -> None:
        """One user who takes new names as fast as it may writes less than 5 kB a second."""
        with capturedLogs() as logged:
            for number in range(30 * 50):
                self.hear(ALICE, b"hi alice%d" % number)
                self.clock.advance(0.02)
        written = sum(
            len(line) + len("2026-01-01T00:00:00+0000 [-] \n") for line in self.said(logged)
        )
        self.assertLess(written / 30, 5000)

    def test_left_out_at_the_end(self) -> None:
        """What was left out is said before the end, and no timer is left."""
        for number in range(300):
            self.hear((f"10.0.{number // 100}.{number % 100}", 1), b"hi u%d" % number)
        with capturedLogs() as logged:
            self.server.stopProtocol()
        self.assertEqual(self.said(logged)[0], "left out 200 lines: users who registered")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_failures(self) -> None:
        """A mistake of ours that datagrams can bring about is written once a second."""
        self.patch(DatagramServer, "receive", lambda *given: 1 / 0)
        with capturedLogs() as logged:
            for _ in range(50):
                self.hear(ALICE, b"hi alice")
        self.assertEqual(len(logged), 1)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_totals_at_the_end(self) -> None:
        """The last line says what was dropped, reported or not."""
        self.hear(ALICE, b"\xff", b"\xff", b"x" * 1025)
        with capturedLogs() as logged:
            self.server.stopProtocol()
        (line,) = self.said(logged)
        self.assertIn("'not in the language': 2", line)
        self.assertIn("'too long': 1", line)

    def test_nothing_to_report_at_the_end(self) -> None:
        """If nothing was dropped, that is said."""
        with capturedLogs() as logged:
            self.server.stopProtocol()
        self.assertEqual(self.said(logged), ["datagrams dropped so far: none"])
