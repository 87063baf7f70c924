"""TCP connections, read from their segments."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import Call, Notes, analyzed, chat_over_tcp, frames
from twisted_chat.trace.headers import REBUILT
from twisted_chat.trace.report import Layer, Purpose


def told(call: Call) -> Notes:
    """What the analysis says of a call."""
    return analyzed(frames(call.packets))


class Whole(SynchronousTestCase):
    """A chat from its first SYN to its last ACK."""

    def setUp(self) -> None:
        self.notes = analyzed(frames(chat_over_tcp()))

    def test_segments(self) -> None:
        """Each segment is named, with its bytes, its push and its text."""
        self.assertEqual(
            self.notes.whats,
            [
                "SYN",
                "SYN, ACK",
                "ACK",
                "data, 6 bytes, push: “hello␊”",
                "ACK, of 6 bytes",
                "data, 15 bytes, push: “hi from alpine␊”",
                "ACK, of 15 bytes",
                "FIN, has nothing more to say",
                "FIN, is done too",
                "ACK, of the FIN",
            ],
        )

    def test_purposes(self) -> None:
        """Three packets set up, four carry data, three close."""
        expected = [Purpose.SET_UP] * 3 + [Purpose.DATA] * 4 + [Purpose.CLOSE] * 3
        self.assertEqual(self.notes.purposes, expected)

    def test_layers(self) -> None:
        """What people say is the application's business, all else the transport's."""
        layers = [row.verdict.layer for row in self.notes.rows[1]]
        self.assertEqual(
            [number for number, layer in enumerate(layers, 1) if layer is Layer.APPLICATION],
            [4, 6],
        )

    def test_handshake(self) -> None:
        """The handshake has its round trip, in both halves."""
        self.assertEqual(
            self.notes.texts("handshake"),
            [
                (
                    "three-way, round trip 20.000 ms:"
                    " 10.000 ms to the SYN, ACK and 10.000 ms to the ACK"
                )
            ],
        )

    def test_data(self) -> None:
        """Bytes are counted in each direction."""
        self.assertEqual(
            self.notes.texts("data"),
            [
                "192.0.2.1:40000 sent 6 bytes in 1 segment",
                "192.0.2.2:8090 sent 15 bytes in 1 segment",
            ],
        )

    def test_close(self) -> None:
        """It is said who began the close, and how long it was half-closed."""
        self.assertEqual(
            self.notes.texts("close"),
            ["orderly, begun by 192.0.2.1:40000, half-closed for 10.000 ms"],
        )

    def test_nothing_amiss(self) -> None:
        """Of what did not happen nothing is said."""
        topics = {finding.topic for finding in self.notes.findings[1]}
        self.assertEqual(topics, {"handshake", "data", "close"})


class Losses(SynchronousTestCase):
    """What gets lost, on either side of where the capture is made."""

    def test_retransmission(self) -> None:
        """The same bytes again are a retransmission, counted by side and bytes."""
        call = Call().handshake().send("a", "PA", b"hello")
        call.send("a", "PA", b"hello", sequence=1001, after=0.3).send("b", "A")
        notes = told(call)
        self.assertEqual(notes.whats[4], "retransmission, 5 bytes, push")
        self.assertIs(notes.purposes[4], Purpose.RECOVERY)
        self.assertEqual(
            notes.texts("retransmissions"), ["192.0.2.1:40000 repeated 1 segment, 5 bytes"]
        )
        self.assertIn("192.0.2.1:40000 sent 5 bytes in 2 segments", notes.texts("data"))

    def test_needless(self) -> None:
        """A retransmission of what had been acknowledged is said to be one."""
        call = Call().handshake().send("a", "PA", b"hello").send("b", "A")
        call.send("a", "PA", b"hello", sequence=1001)
        self.assertIn("which had been acknowledged", told(call).whats[-1])

    def test_lost_before(self) -> None:
        """Lost before the capture: a gap, duplicate ACKs, and a retransmission that fills it."""
        call = Call().handshake().send("a", "PA", b"one", lost=True).send("a", "PA", b"two")
        for _ in range(3):
            call.send("b", "A", acknowledged=1001)
        call.send("a", "PA", b"one", sequence=1001, after=0.2).send("b", "A")
        notes = told(call)
        self.assertEqual(notes.whats[3], "data, 3 bytes, after a gap of 3, push: “two”")
        self.assertEqual(notes.whats[4:7], ["duplicate ACK"] * 3)
        self.assertEqual(notes.whats[7], "retransmission, 3 bytes, of what was lost before, push")
        self.assertEqual(notes.texts("duplicate ACKs"), ["3 of 192.0.2.2:8090"])
        self.assertEqual(notes.texts("not captured"), [])
        self.assertEqual(notes.texts("unanswered"), [])

    def test_lost_after(self) -> None:
        """Lost behind the capture: what was seen already comes again, and is acknowledged then."""
        call = Call().handshake().send("a", "PA", b"one").send("a", "PA", b"two")
        call.send("b", "A", acknowledged=1001)
        call.send("a", "PA", b"one", sequence=1001, after=0.2).send("b", "A")
        notes = told(call)
        self.assertEqual(
            notes.whats[5:], ["duplicate ACK", "retransmission, 3 bytes, push", "ACK, of 6 bytes"]
        )

    def test_out_of_order(self) -> None:
        """What fills a gap within a round trip was overtaken, not lost."""
        call = Call().handshake().send("a", "PA", b"one", lost=True).send("a", "PA", b"two")
        call.send("a", "PA", b"one", sequence=1001, after=0.001)
        notes = told(call)
        self.assertEqual(notes.whats[-1], "data, 3 bytes, out of order, push")
        self.assertEqual(notes.texts("out of order"), ["1 segment of 192.0.2.1:40000"])
        self.assertEqual(notes.texts("retransmissions"), [])

    def test_partly_new(self) -> None:
        """A repetition with more behind it has only its new bytes counted."""
        call = Call().handshake().send("a", "PA", b"one")
        call.send("a", "PA", b"onetwo", sequence=1001)
        notes = told(call)
        self.assertIn("data, 6 bytes, 3 of them new", notes.whats[-1])
        self.assertIn("192.0.2.1:40000 sent 6 bytes in 2 segments", notes.texts("data"))

    def test_not_captured(self) -> None:
        """What is acknowledged but was never seen is counted as not captured."""
        call = Call().handshake().send("a", "PA", b"x" * 10, lost=True).send("b", "A")
        notes = told(call)
        self.assertEqual(notes.whats[-1], "ACK, of 10 bytes, 10 of them not captured")
        self.assertEqual(notes.texts("not captured"), ["10 bytes of 192.0.2.1:40000"])

    def test_syn_again(self) -> None:
        """A SYN and its answer that are repeated are recovery."""
        call = Call().send("a", "S").send("a", "S", sequence=1000, after=1).send("b", "SA")
        call.send("b", "SA", sequence=5000).send("a", "A")
        notes = told(call)
        self.assertEqual(notes.whats, ["SYN", "SYN, again", "SYN, ACK", "SYN, ACK, again", "ACK"])
        self.assertEqual(notes.purposes.count(Purpose.RECOVERY), 2)

    def test_sequence_numbers_begin_again(self) -> None:
        """Sequence numbers that pass 2**32 are no gap."""
        call = Call(sequences=(2**32 - 3, 2**32 - 1)).handshake()
        call.send("a", "PA", b"hello").send("b", "A").send("b", "PA", b"hi").send("a", "A")
        notes = told(call.close())
        self.assertEqual(notes.whats[3:5], ["data, 5 bytes, push: “hello”", "ACK, of 5 bytes"])
        self.assertEqual(
            {finding.topic for finding in notes.findings[1]}, {"handshake", "data", "close"}
        )


class Ends(SynchronousTestCase):
    """How a connection can end, or not begin."""

    def test_reset(self) -> None:
        """A reset is said to be one, with who sent it."""
        notes = told(Call().handshake().send("a", "PA", b"hi").send("b", "RA"))
        self.assertEqual(notes.whats[-1], "RST, cuts it off")
        self.assertIs(notes.purposes[-1], Purpose.CLOSE)
        self.assertEqual(notes.texts("close"), ["reset by 192.0.2.2:8090"])
        self.assertEqual(
            notes.texts("unanswered"),
            ["the last 2 bytes of 192.0.2.1:40000 were never acknowledged"],
        )

    def test_refused(self) -> None:
        """A reset in answer to the SYN refuses the call."""
        notes = told(Call().send("a", "S").send("b", "RA"))
        self.assertEqual(notes.whats[-1], "RST, refuses the call")
        self.assertEqual(notes.texts("handshake"), ["refused"])

    def test_half_closed(self) -> None:
        """One side is done, the other goes on: how long, and with how much."""
        call = Call().handshake().send("a", "FA").send("b", "A")
        call.send("b", "PA", b"still here", after=2).send("a", "A").send("b", "FA").send("a", "A")
        self.assertEqual(
            told(call).texts("close"),
            ["orderly, begun by 192.0.2.1:40000, half-closed for 2.030 s, in which 10 bytes came"],
        )

    def test_half_closed_for_ever(self) -> None:
        """A capture may end half-closed, which is not orderly."""
        notes = told(Call().handshake().send("b", "FA").send("a", "A"))
        self.assertEqual(notes.texts("close"), ["begun by 192.0.2.2:8090, half-closed to the end"])

    def test_fin_unanswered(self) -> None:
        """A FIN that nobody acknowledges, repeated, never got an answer."""
        call = Call().handshake().send("a", "FA").send("a", "FA", sequence=1001, after=1)
        notes = told(call)
        self.assertEqual(notes.whats[-1], "FIN, again")
        self.assertEqual(
            notes.texts("unanswered"), ["the FIN of 192.0.2.1:40000 was never acknowledged"]
        )

    def test_call_unanswered(self) -> None:
        """A SYN without an answer."""
        self.assertEqual(
            told(Call().send("a", "S")).texts("handshake"), ["the SYN never got an answer"]
        )

    def test_fin_with_data(self) -> None:
        """Last words in the same segment as the FIN are both."""
        notes = told(Call().handshake().send("a", "FPA", b"bye").send("b", "A"))
        self.assertEqual(
            notes.whats[3:],
            ["FIN, has nothing more to say; data, 3 bytes, push: “bye”", "ACK, of the FIN"],
        )
        self.assertIn("192.0.2.1:40000 sent 3 bytes in 1 segment", notes.texts("data"))

    def test_from_the_middle(self) -> None:
        """A capture that begins in the middle says so, and invents no losses."""
        call = Call().send("b", "PA", b"later").send("a", "A").send("a", "PA", b"yes")
        notes = told(call.send("b", "A"))
        self.assertEqual(notes.texts("handshake"), ["not in the capture"])
        self.assertEqual(notes.texts("close"), ["not in the capture"])
        self.assertEqual(notes.whats[1:], ["ACK", "data, 3 bytes, push: “yes”", "ACK, of 3 bytes"])

    def test_ports_used_again(self) -> None:
        """A new SYN between the same ports is another conversation."""
        call = Call().handshake().close()
        call.next = {"a": 90_000, "b": 70_000}
        notes = told(call.handshake())
        self.assertEqual([summary.packets for summary in notes.summaries.values()], [6, 3])


class Quiet(SynchronousTestCase):
    """Keepalives and full windows."""

    def test_keepalive(self) -> None:
        """A probe before the next byte, empty or with one old byte, and its answer."""
        call = Call().handshake().send("a", "PA", b"hi").send("b", "A")
        call.send("a", "A", sequence=1002, after=60).send("b", "A")
        call.send("a", "A", b"\0", sequence=1002, after=60).send("b", "A")
        notes = told(call)
        self.assertEqual(
            notes.whats[5:],
            [
                "keepalive probe",
                "ACK, answers the keepalive probe",
                "keepalive probe, 1 byte again",
                "ACK, answers the keepalive probe",
            ],
        )
        self.assertEqual(set(notes.purposes[5:]), {Purpose.KEEPALIVE})

    def test_zero_window(self) -> None:
        """A closed window and its opening are told, and counted once."""
        call = Call().handshake().send("a", "PA", b"hi").send("b", "A", window=0)
        call.send("b", "A", window=0).send("b", "A", after=1)
        notes = told(call)
        self.assertEqual(notes.whats[4], "ACK, zero window: cannot take more")
        self.assertEqual(notes.whats[6], "ACK, the window is open again")
        self.assertEqual(notes.texts("zero window"), ["192.0.2.2:8090 could take nothing 1 time"])


class Rebuilt(SynchronousTestCase):
    """Recordings by --trace."""

    def test_data_alone(self) -> None:
        """Nothing is missed that such a recording cannot have, on whatever port."""
        call = Call()
        call.B = ("192.0.2.2", 9999)
        call.send("a", "PA", b"hi").send("a", "PA", b"ho")
        notes = analyzed(frames(call.packets, REBUILT))
        self.assertEqual(notes.whats, ["data, 2 bytes, push: “hi”", "data, 2 bytes, push: “ho”"])
        topics = {finding.topic for finding in notes.findings[1]}
        self.assertEqual(topics, {"recording", "data"})


class Order(SynchronousTestCase):
    """What is captured in another order than it was sent, and sent in an unusual one."""

    def data(self, notes: Notes) -> list[str]:
        return [text for text in notes.texts("data") if text.startswith("192.0.2.1")]

    def test_acknowledged_before(self) -> None:
        """Data that is captured after its ACK was sent once, and nothing of it is missing."""
        call = Call(sequences=(100, 500)).handshake()
        call.send("b", "A", acknowledged=107).send("a", "PA", b"hello\n", after=0.0)
        notes = told(call)
        self.assertEqual(self.data(notes), ["192.0.2.1:40000 sent 6 bytes in 1 segment"])
        for topic in ("retransmissions", "not captured", "out of order"):
            self.assertEqual(notes.texts(topic), [])
        self.assertIn("captured after its ACK", notes.whats[4])

    def test_acknowledged_long_before(self) -> None:
        """Bytes that come long after they were acknowledged are sent again."""
        call = Call().handshake().send("b", "A", acknowledged=1007)
        notes = told(call.send("a", "PA", b"hello\n", after=5))
        self.assertIn("retransmission, 6 bytes, of what was lost before", notes.whats[4])
        self.assertEqual(notes.texts("not captured"), [])

    def test_data_in_the_syn(self) -> None:
        """Data in a SYN counts (TCP Fast Open, RFC 7413)."""
        call = Call(sequences=(100, 500)).send("a", "S", b"hello\n").send("b", "SA")
        notes = told(call.send("a", "A"))
        self.assertEqual(self.data(notes), ["192.0.2.1:40000 sent 6 bytes in 1 segment"])
        self.assertEqual(notes.texts("not captured"), [])
        self.assertEqual(notes.whats[0], "SYN; data, 6 bytes: “hello␊”")

    def test_lost_syn(self) -> None:
        """The round trip counts from the SYN that was answered, not from one that was lost."""
        call = Call().send("a", "S").send("a", "S", sequence=1000, after=3)
        notes = told(call.send("b", "SA").send("a", "A"))
        (handshake,) = notes.texts("handshake")
        self.assertTrue(handshake.startswith("three-way, round trip 20.000 ms"), handshake)

    def test_answer_before_the_syn(self) -> None:
        """A SYN, ACK that is captured before its SYN belongs to the same connection."""
        call = Call().handshake().send("a", "PA", b"hi").send("b", "A")
        call.packets[:2] = reversed(call.packets[:2])
        notes = told(call)
        self.assertEqual(len(notes.summaries), 1)
        self.assertEqual(notes.whats[:3], ["SYN, ACK", "SYN", "ACK"])
        (handshake,) = notes.texts("handshake")
        self.assertTrue(handshake.startswith("three-way, round trip 20.000 ms"), handshake)
        times = call.packets[0].time, call.packets[1].time
        call.packets[1].time, call.packets[0].time = times
        self.assertEqual(
            told(call).texts("handshake"), ["three-way, its answer captured before the SYN"]
        )

    def test_answer_not_captured(self) -> None:
        """Where only the SYN, ACK is missing the SYN was answered all the same."""
        notes = told(Call().send("a", "S").send("b", "SA", lost=True).send("a", "A"))
        self.assertEqual(notes.texts("handshake"), ["the SYN, ACK is not in the capture"])
        notes = told(Call().send("a", "S"))
        self.assertEqual(notes.texts("handshake"), ["the SYN never got an answer"])

    def test_repeated_fin_with_data(self) -> None:
        """A FIN with data that is sent again is one repeated segment."""
        call = Call().handshake().send("a", "FPA", b"hello")
        notes = told(call.send("a", "FPA", b"hello", sequence=1001).send("b", "A"))
        self.assertEqual(
            notes.texts("retransmissions"), ["192.0.2.1:40000 repeated 1 segment, 5 bytes"]
        )
        self.assertEqual(notes.whats[4], "FIN, again; retransmission, 5 bytes, push")

    def test_closed_at_once(self) -> None:
        """At equal times the close is begun by the one whose FIN comes first in the file."""
        for first in "ab":
            call = Call().handshake()
            second = "b" if first == "a" else "a"
            call.send(first, "FA").send(second, "FA", after=0.0)
            (close,) = told(call).texts("close")
            end = "192.0.2.1:40000" if first == "a" else "192.0.2.2:8090"
            self.assertIn(f"begun by {end}", close)

    def test_windows(self) -> None:
        """An ACK changes the window where it does, and nowhere else."""
        call = Call().handshake().send("a", "PA", b"hi").send("b", "A").send("b", "A")
        notes = told(call.send("b", "A", window=9000))
        self.assertEqual(notes.whats[5:], ["ACK, again", "ACK, changes the window"])
