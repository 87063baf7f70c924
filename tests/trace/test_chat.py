"""UDP chats: requests with their answers, rosters, direct talk, and what is none of it."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import (
    OTHER,
    SERVER,
    SPEAKING,
    USER,
    Notes,
    analyzed,
    datagram,
    exchange,
    frames,
)
from twisted_chat.addresses import Address
from twisted_chat.trace.language import speaks
from twisted_chat.trace.report import Layer, Purpose

Said = tuple[Address, Address, bytes]


def talk(*said: Said, port: int = 8090, step: float = 0.1) -> Notes:
    """What the analysis says of these datagrams, `step` seconds apart."""
    packets: list[Any] = [
        datagram(number * step, source, destination, payload)
        for number, (source, destination, payload) in enumerate(said, 1)
    ]
    return analyzed(frames(packets), port)


def asks(payload: bytes, user: Address = USER) -> Said:
    return user, SERVER, payload


def tells(payload: bytes, user: Address = USER) -> Said:
    return SERVER, user, payload


class Recorded(SynchronousTestCase):
    """The recorded exchange between the original's client and server."""

    def setUp(self) -> None:
        self.notes = analyzed(frames(exchange()))

    def test_datagrams(self) -> None:
        """Each datagram is said in words, an answer with its request and the time between."""
        self.assertEqual(
            self.notes.whats,
            [
                "registers as debian",
                "accepted as debian (answers #1 after 1.000 ms)",
                "asks for the rooms",
                "there are no rooms (answers #3 after 1.000 ms)",
                "creates the room testroom",
                "the room testroom is there now (answers #5 after 1.000 ms)",
                "joins the room testroom",
                "roster: begins anew (answers #7 after 1.000 ms)",
                "roster: begins anew",
                "roster: one more member at 192.168.122.25:34456",
                "leaves its room",
            ],
        )

    def test_purposes(self) -> None:
        """Everything sets up but the last, which closes; it is all the application's business."""
        self.assertEqual(self.notes.purposes, [Purpose.SET_UP] * 10 + [Purpose.CLOSE])
        layers = {row.verdict.layer for row in self.notes.rows[1]}
        self.assertEqual(layers, {Layer.APPLICATION})

    def test_requests(self) -> None:
        """Each request is listed with its answer, and the one that got none."""
        self.assertEqual(
            [
                text.removeprefix("192.168.122.9:36396 (debian) ")
                for text in self.notes.texts("request")
            ],
            [
                "registers as debian: answered after 1.000 ms",
                "asks for the rooms: answered after 1.000 ms",
                "creates the room testroom: answered after 1.000 ms",
                "joins the room testroom: answered after 1.000 ms",
                "leaves its room: never answered",
            ],
        )

    def test_hosts(self) -> None:
        """The server is known as one, the user by name."""
        self.assertEqual(
            self.notes.summaries[1].hosts, ((USER, "debian"), (SERVER, "room server"))
        )


class Requests(SynchronousTestCase):
    """Requests and answers."""

    def test_repeated(self) -> None:
        """A request that is sent again before its answer is recovery, and counted."""
        notes = talk(asks(b"hi ann"), asks(b"hi ann"), tells(b"hi ann"), tells(b"hi ann"))
        self.assertEqual(notes.whats[1], "registers as ann, again")
        self.assertEqual(notes.whats[2], "accepted as ann (answers #1 after 200.000 ms)")
        self.assertEqual(notes.whats[3], "accepted as ann, again")
        self.assertEqual(
            notes.purposes,
            [Purpose.SET_UP, Purpose.RECOVERY, Purpose.SET_UP, Purpose.RECOVERY],
        )
        (text,) = notes.texts("request")
        self.assertTrue(text.endswith("answered after 200.000 ms, sent 2 times"), text)

    def test_refused(self) -> None:
        """A bare verb refuses; a bare `hi` refuses whatever was asked."""
        notes = talk(
            asks(b"hi ann"), tells(b"hi"), asks(b"rj lab"), tells(b"rj"), asks(b"ul"), tells(b"hi")
        )
        self.assertEqual(
            notes.whats[1::2],
            [
                "refused: the name is taken, or none (answers #1 after 100.000 ms)",
                "refused: no such room (answers #3 after 100.000 ms)",
                "refused: not registered (answers #5 after 100.000 ms)",
            ],
        )
        self.assertTrue(all("refused after" in text for text in notes.texts("request")))

    def test_empty_list_is_no_refusal(self) -> None:
        """That there are no users is an answer like another."""
        notes = talk(asks(b"ul"), tells(b"ul"))
        self.assertIn("answered after", notes.texts("request")[0])

    def test_list(self) -> None:
        """A list of several datagrams is one answer, timed to its first."""
        notes = talk(asks(b"ul"), tells(b"ul ann"), tells(b"ul bob"))
        self.assertEqual(
            notes.whats[1:],
            ["one of the users: ann (answers #1 after 100.000 ms)", "one of the users: bob"],
        )
        self.assertIn("after 100.000 ms, in 2 datagrams", notes.texts("request")[0])

    def test_signs_of_life(self) -> None:
        """Who asks for its own name keeps its registration alive; its answer belongs to that."""
        notes = talk(
            asks(b"hi ann"),
            tells(b"hi ann"),
            asks(b"ar ann"),
            tells(b"ar 192.168.122.9 36396"),
            asks(b"ar bob"),
        )
        self.assertEqual(
            notes.purposes[2:], [Purpose.KEEPALIVE, Purpose.KEEPALIVE, Purpose.SET_UP]
        )

    def test_leaving(self) -> None:
        """A farewell, and the cleared roster that comes with it, are the close."""
        notes = talk(
            asks(b"hi ann"),
            tells(b"hi ann"),
            asks(b"by"),
            tells(b"by"),
            tells(b"rj __clear_peers__"),
        )
        self.assertEqual(notes.purposes[2:], [Purpose.CLOSE] * 3)

    def test_rejoining(self) -> None:
        """A cleared roster answers the request that waits: leaving, then joining."""
        notes = talk(
            asks(b"rj lab"),
            tells(b"rj __clear_peers__"),
            asks(b"rk"),
            tells(b"rj __clear_peers__"),
            asks(b"rj lab"),
            tells(b"rj __clear_peers__"),
        )
        self.assertEqual(
            [what.partition("(")[2] for what in notes.whats[1::2]],
            [f"answers #{number} after 100.000 ms)" for number in (1, 3, 5)],
        )

    def test_late(self) -> None:
        """What comes half a minute later is no answer any more."""
        notes = talk(asks(b"rk"), tells(b"rj __clear_peers__"), step=31)
        self.assertEqual(notes.whats[1], "roster: begins anew")
        self.assertIn("never answered", notes.texts("request")[0])


class People(SynchronousTestCase):
    """Who talks to whom, where, and how it is known."""

    ANN, BOB = ("10.0.0.1", 4001), ("10.0.0.2", 4002)

    def test_direct(self) -> None:
        """Peers who met at a server are in its conversation, and their talk is counted."""
        notes = talk(
            asks(b"hi ann", self.ANN),
            tells(b"hi ann", self.ANN),
            asks(b"hi bob", self.BOB),
            tells(b"hi bob", self.BOB),
            (self.ANN, self.BOB, b"msg ann> hello\n"),
            (self.BOB, self.ANN, b"msg bob> hi\n"),
        )
        self.assertEqual(len(notes.summaries), 1)
        self.assertEqual(notes.whats[4:], ["ann says “hello␊”", "bob says “hi␊”"])
        self.assertEqual(
            notes.texts("direct"),
            [
                (
                    "10.0.0.1:4001 (ann) → 10.0.0.2:4002 (bob): 1 message, 15 bytes;"
                    " ← 1 message, 12 bytes"
                )
            ],
        )

    def test_joined_by_talk(self) -> None:
        """Two chats that turn out to be one become one, whichever began first."""
        notes = talk(
            (self.ANN, ("10.0.0.9", 9001), b"hi ann"),
            (self.BOB, ("10.0.0.9", 9002), b"hi bob"),
            (self.ANN, self.BOB, b"msg ann> hello"),
            (("10.0.0.9", 9002), self.BOB, b"hi bob"),
        )
        (summary,) = notes.summaries.values()
        self.assertEqual((summary.packets, len(summary.hosts)), (4, 4))
        self.assertEqual(notes.whats[3], "accepted as bob (answers #2 after 200.000 ms)")

    def test_any_port(self) -> None:
        """A server is found on any port, by who is asked or who tells where somebody is."""
        server = ("10.0.0.9", 9999)
        for said in ((self.ANN, server, b"hi ann"), (server, self.ANN, b"rj 10.0.0.2 4002")):
            (summary,) = talk(said).summaries.values()
            self.assertEqual(dict(summary.hosts)[server], "room server")

    def test_other_port_given(self) -> None:
        """With a port given, the server is who listens there."""
        user = ("10.0.0.1", 8090)
        (summary,) = talk((user, ("10.0.0.9", 9000), b"hi ann"), port=9000).summaries.values()
        self.assertEqual(dict(summary.hosts)[("10.0.0.9", 9000)], "room server")

    def test_stranger(self) -> None:
        """What does not speak the language is shown safely and counted by sender."""
        notes = talk(asks(b"\x1b[2J\xff"), asks(b""), (OTHER, SERVER, b"xx yy"))
        self.assertEqual(
            notes.whats,
            [
                "does not speak the language, 5 bytes: “␛[2J\ufffd”",
                "does not speak the language, 0 bytes",
                "does not speak the language, 5 bytes: “xx yy”",
            ],
        )
        self.assertEqual(set(notes.purposes), {Purpose.UNKNOWN})
        self.assertEqual(
            notes.texts("not the language"),
            ["2 datagrams of 192.168.122.9:36396", "1 datagram of 192.168.122.25:34456"],
        )

    def test_names_are_safe(self) -> None:
        """Names and texts from a capture are made safe, and long ones cut."""
        notes = talk(
            asks("hi a\u202eb".encode()),
            tells("hi a\u202eb".encode()),
            (USER, OTHER, b"msg a> \x1b[31m" + b"x" * 500),
        )
        everything = repr((notes.whats, notes.summaries, notes.texts("request")))
        self.assertNotIn("\u202e", everything)
        self.assertNotIn("\x1b", everything)
        self.assertLess(len(notes.whats[2]), 100)
        self.assertIn("<U+202E>", notes.whats[0])

    def test_cut_by_the_capture(self) -> None:
        """A datagram that was captured in part is what it begins as, and nobody is
        called what may have gone on."""
        for payload, left, what in (
            (b"hi debian", 4, "registers as de… (4 bytes of it not captured)"),
            (b"msg ann> hello", 3, "ann says “he”… (3 bytes of it not captured)"),
            (b"\xff\xfe nothing", 3, "3 bytes of it not captured"),
        ):
            (frame,) = frames([datagram(1, USER, SERVER, payload)])
            notes = analyzed([frame._replace(data=frame.data[:-left])])
            self.assertEqual(notes.whats, [what])
            self.assertEqual(notes.summaries[1].hosts[0], (USER, ""))


class Speaking(SynchronousTestCase):
    """Telling the language from anything else, on ports that say nothing."""

    def test_cases(self) -> None:
        """Messages of either direction are; other bytes are not, nor are verbs with
        what cannot be a name."""
        for payload, spoken in SPEAKING.items():
            self.assertEqual(speaks(payload), spoken, payload)
