"""Tables and ladders as text."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import (
    SERVER,
    USER,
    analyzed,
    chat_over_tcp,
    datagram,
    exchange,
    frames,
)
from twisted_chat.addresses import Address
from twisted_chat.trace import dump, table
from twisted_chat.trace.ladder import Ladder
from twisted_chat.trace.report import duration, quoted
from twisted_chat.trace.table import cells, fit


class Columns(SynchronousTestCase):
    """Texts in columns of a terminal."""

    def test_cells(self) -> None:
        """Wide characters take two columns, combining ones none."""
        self.assertEqual(
            [cells(text) for text in ("abc", "é", "e\u0301", "漢字", "")], [3, 1, 1, 4, 0]
        )

    def test_fit(self) -> None:
        """A text is padded, or cut with a mark, to exactly its columns."""
        for text in ("", "abc", "abcdefgh", "漢字漢字漢字", "a漢字漢字"):
            for width in (1, 2, 3, 5, 8, 20):
                self.assertEqual(cells(fit(text, width)), width, (text, width))
        self.assertEqual(fit("abcdefgh", 4), "abc…")

    def test_duration(self) -> None:
        """Times have the unit in which they are read best."""
        self.assertEqual(
            [duration(time) for time in (0, 999, 532_000, 1_500_000, 2_000_000_000)],
            ["0 µs", "1 µs", "532 µs", "1.500 ms", "2.000 s"],
        )

    def test_quoted(self) -> None:
        """A stranger's text is marked, safe and short, whatever it is."""
        self.assertEqual(quoted(b"a\xff\n"), "“a\ufffd␊”")
        self.assertEqual(len(quoted("x" * 1000)), 63)


class Tables(SynchronousTestCase):
    """The table of a conversation."""

    def lines(self, *, dumped: bool = False) -> list[str]:
        notes = analyzed(frames(exchange()))
        longest = max(map(len, notes.whats))
        start = notes.rows[1][0].at
        below = dump.layers if dumped else lambda row: iter(())
        return list(table.table(notes.rows[1], notes.summaries[1], start, longest, below=below))

    def test_rows(self) -> None:
        """Every column has its heading above it, every packet its line."""
        heading, *rows = self.lines()
        self.assertEqual(len(rows), 11)
        for name, text in (
            ("source", "192.168.122.9:36396"),
            ("what", "registers as debian"),
            ("protocol", "udpchat"),
            ("purpose", "set-up"),
            ("layer", "application"),
        ):
            self.assertEqual(rows[0].index(text), heading.index(name), name)
        self.assertEqual(rows[2].split()[:2], ["3", "80.359000"])

    def test_bytes(self) -> None:
        """With the bytes, each layer has its own, and together they are the packet."""
        lines = self.lines(dumped=True)
        names = [line.strip() for line in lines if line.startswith("        ") and "," in line]
        self.assertEqual(
            [name for name in names if name.endswith(")")][:4],
            [
                "Ethernet, 14 bytes (link)",
                "IPv4, 20 bytes (network)",
                "UDP, 8 bytes (transport)",
                "payload, 9 bytes (application)",
            ],
        )
        self.assertIn(
            "          0000  68 69 20 64 65 62 69 61 6e                       hi debian", lines
        )
        shown = [line[16:63] for line in lines if line.startswith("          0")]
        whole = b"".join(bytes(packet) for packet in exchange())
        self.assertEqual(bytes.fromhex("".join(shown)), whole)

    def test_title(self) -> None:
        """The title says what it is, how long, and who."""
        notes = analyzed(frames(exchange()))
        self.assertEqual(
            table.title(1, notes.summaries[1]),
            "1. UDP chat, 11 packets in 166.099 s:"
            " 192.168.122.9:36396 (debian), 192.168.122.25:8090 (room server)",
        )

    def test_crowd(self) -> None:
        """Of very many participants the title names some."""
        people: list[Address] = [("10.0.0.1", 4000 + number) for number in range(20)]
        notes = analyzed(frames([datagram(1, one, SERVER, b"ul") for one in people]))
        self.assertIn("and 13 more", table.title(1, notes.summaries[1]))


class Ladders(SynchronousTestCase):
    """The ladder of a conversation."""

    def test_two_hosts(self) -> None:
        """Arrows go from line to line, and say what they are."""
        notes = analyzed(frames(chat_over_tcp()))
        lines = list(Ladder(notes.summaries[1], 80).draw(notes.rows[1], notes.rows[1][0].at))
        self.assertEqual(
            lines[:4],
            [
                "    no       time, s  192.0.2.1:40000                           192.0.2.2:8090",
                "     1      0.000000  │───────────────── SYN ──────────────────>│",
                "     2      0.010000  │<─────────────── SYN, ACK ───────────────│",
                "     3      0.020000  │───────────────── ACK ──────────────────>│",
            ],
        )
        self.assertEqual(len({len(line) for line in lines[1:]}), 1)

    def test_three_hosts(self) -> None:
        """An arrow past a line in between, and each host's name below its address."""
        ann, bob = ("10.0.0.1", 4001), ("10.0.0.2", 4002)
        said = [
            (ann, SERVER, b"hi ann"),
            (SERVER, ann, b"hi ann"),
            (SERVER, bob, b"hi bob"),
            (ann, bob, b"msg ann> hello"),
        ]
        notes = analyzed(frames([datagram(n, *one) for n, one in enumerate(said)]))
        lines = list(Ladder(notes.summaries[1], 100).draw(notes.rows[1], 0))
        self.assertEqual(lines[1].split(), ["ann", "room", "server", "bob"])
        self.assertEqual(lines[2].count("│"), 3)
        self.assertEqual(lines[5].count("│"), 2)
        self.assertIn("ann says “hello”", lines[5])
        self.assertEqual({line.rindex("│") for line in lines[2:]}, {lines[2].rindex("│")})

    def test_crowd(self) -> None:
        """Beyond some hosts all others share a line; talk among them is on it."""
        people: list[Address] = [("10.0.0.1", 4000 + number) for number in range(20)]
        packets = [datagram(1, one, SERVER, b"ul") for one in people]
        packets.append(datagram(2, people[-1], people[-2], b"msg a> b"))
        notes = analyzed(frames(packets))
        lines = list(Ladder(notes.summaries[1], 100).draw(notes.rows[1], 0))
        self.assertIn("15 others", lines[0])
        self.assertIn("○ a says “b”", lines[-1])

    def test_narrow(self) -> None:
        """On any terminal the lines are straight, and long texts are cut."""
        notes = analyzed(frames([datagram(1, USER, SERVER, b"hi " + b"x" * 300)]))
        for width in (10, 60, 80, 300):
            *_, line = Ladder(notes.summaries[1], width).draw(notes.rows[1], 0)
            self.assertIn("…", line)
            self.assertLess(cells(line), 90)
