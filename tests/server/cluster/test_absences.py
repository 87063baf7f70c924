"""Names of those who are nowhere, among what NATS sends."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS
from twisted_chat.server.cluster.absences import AbsenceReader
from twisted_chat.server.cluster.entries import NAME, NameEntry, subject
from twisted_chat.server.cluster.replica import Logged

HEADERS = b"NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n"
NAMES = ["anna", "b\u00f6b?", "carl>", "x" * 40]
SHORT, LONG = b"$JS.ACK.chat.c.1.", b"$JS.ACK.hub.hash.chat.c.1."


def message(number: int, before: bytes = SHORT, after: bytes = b"", more: int = 0) -> bytes:
    """An entry as it is sent to subscription 7; what it says has so many bytes `more`
    by what stands before it than it has."""
    entry = NameEntry("", KEYS[1], site=f"192.0.2.{number}", since=1000.5 + number)
    data, what = entry.encode(), subject((NAME, NAMES[number])).encode()
    lengths = len(HEADERS), len(HEADERS) + len(data) + more
    reply = b"%b%d.%d.17.%d%b" % (before, 90 + number, 1 + number, 3 - number, after)
    return b"HMSG chat.%b 7 %b %d %d\r\n" % (what, reply, *lengths) + HEADERS + data + b"\r\n"


class AbsenceReaderTests(SynchronousTestCase):
    """A reader that is given bytes."""

    def setUp(self) -> None:
        self.reader = AbsenceReader(b"chat", 7, SHORT)

    def test_all(self) -> None:
        """All that stand there are read, up to what is something else, or not whole."""
        stream = b"".join(map(message, range(4)))
        for rest in (b"", b"PING\r\n", message(0)[:-1]):
            absences, last, end = self.reader.read(b"+OK\r\n" + stream + rest, 5)
            assert absences is not None
            self.assertEqual(
                (list(absences.names), list(absences.sequences)), (NAMES, [90, 91, 92, 93])
            )
            self.assertEqual(set(absences.fingerprints), {KEYS[1]})
            self.assertEqual(list(absences.sites), [f"192.0.2.{n}" for n in range(4)])
            self.assertEqual(list(absences.since), [1000.5, 1001.5, 1002.5, 1003.5])
            self.assertEqual((last, end), (SHORT + b"93.4.17.0", 5 + len(stream)))

    def test_one_by_one(self) -> None:
        """They are as any other entry of the log then, to the byte."""
        absences, _, _ = self.reader.read(message(1), 0)
        assert absences is not None
        data = NameEntry("", KEYS[1], site="192.0.2.1", since=1001.5).encode()
        self.assertEqual(list(absences.entries()), [Logged((NAME, NAMES[1]), 91, data)])

    def test_longer_address(self) -> None:
        """Where NATS has a domain the address has more to it."""
        reader = AbsenceReader(b"chat", 7, LONG)
        absences, last, _ = reader.read(message(0, LONG, b".token"), 0)
        assert absences is not None
        self.assertEqual((absences.sequences, last), ([90], LONG + b"90.1.17.3.token"))

    def test_else(self) -> None:
        """Nothing is taken of what looks like it and is not: to another subscription, of another
        stream, with lengths that are not so, or no name."""
        one = message(0)
        for wrong in (
            one.replace(b" 7 ", b" 8 "),
            one.replace(b"HMSG chat.", b"HMSG chut."),
            one.replace(b'"k"', b'"n"'),
            message(0, more=1),
            message(0, more=-1),
            one.replace(b" %d " % len(HEADERS), b" %d " % (len(HEADERS) - 1)),
            one.replace(b".n.YW5uYQ ", b".n._w "),
            one.replace(b".n.YW5uYQ ", b".n.Y "),
            one.replace(b".n.YW5uYQ ", b".r.YW5uYQ "),
        ):
            self.assertNotEqual(wrong, one)
            self.assertEqual(self.reader.read(wrong, 0), (None, b"", 0), wrong)
