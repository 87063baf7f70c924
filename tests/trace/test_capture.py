"""Reading capture files, sound and damaged."""

import bz2
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any

import lz4.frame
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from scapy.utils import RawPcapWriter

from tests.support.captures import (
    SERVER,
    USER,
    FileTestCase,
    chat_over_tcp,
    datagram,
    exchange,
    write,
)
from tests.support.strategies import some
from tests.trace.test_layers import WIRELESS
from twisted_chat.errors import UsageMistake
from twisted_chat.trace import pcapng
from twisted_chat.trace.capture import Capture, Unreadable
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.layers import dissect


class CaptureTestCase(FileTestCase):
    """Has files, and what is read from them."""

    def file(self, data: bytes) -> str:
        path = Path(self.mktemp())
        path.write_bytes(data)
        return str(path)

    def made(self, suffix: str = ".pcap", packets: list[Any] | None = None) -> bytes:
        """A capture, by default of the recorded exchange."""
        path = Path(self.mktemp()).with_suffix(suffix)
        return write(path, exchange() if packets is None else packets).read_bytes()

    def read(self, data: bytes) -> tuple[list[Frame], list[str]]:
        """The frames of a file with these bytes, and what was said of it."""
        capture = Capture(self.file(data))
        return list(capture), capture.problems


class Sound(CaptureTestCase):
    """Whole files."""

    def test_formats(self) -> None:
        """Packets and times are the same from pcap and pcapng, compressed or not."""
        packets = exchange()
        for suffix in (".pcap", ".pcapng"):
            data = self.made(suffix)
            packed = (gzip, bz2, lzma, zstandard, lz4.frame)
            for form in (data, *(one.compress(data) for one in packed)):
                frames, problems = self.read(form)
                self.assertEqual(problems, [])
                self.assertEqual([one.data for one in frames], [bytes(one) for one in packets])
                self.assertEqual([one.number for one in frames], list(range(1, 12)))
                for frame, packet in zip(frames, packets, strict=True):
                    self.assertAlmostEqual(frame.at / 1e9, float(packet.time), places=4)

    def test_nanoseconds(self) -> None:
        """Nanoseconds are kept, in both formats; comments come along."""
        at = 1_700_000_000_123_456_789
        block = pcapng.packet(at, bytes(exchange()[0])[14:], "said so", inbound=True)
        (frame,), _ = self.read(pcapng.section("x") + pcapng.interface("x") + block)
        self.assertEqual((frame.at, frame.comments), (at, ("said so",)))
        path = Path(self.mktemp())
        with RawPcapWriter(str(path), linktype=1, nano=True) as writer:
            writer.write_header(None)
            writer.write_packet(b"x" * 60, sec=5, usec=123_456_789)
        (frame,), _ = self.read(path.read_bytes())
        self.assertEqual(frame.at, 5_123_456_789)

    def test_other_order_of_bytes(self) -> None:
        """A file of a machine with the other byte order is read."""
        head = struct.pack(">IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)
        (frame,), problems = self.read(head + struct.pack(">IIII", 7, 5, 3, 3) + b"abc")
        self.assertEqual((frame.at, frame.data, problems), (7_000_005_000, b"abc", []))

    def test_wireless(self) -> None:
        """A capture of a wireless network is read too."""
        path = Path(self.mktemp())
        data = bytes(WIRELESS)
        with RawPcapWriter(str(path), linktype=105) as writer:
            writer.write_header(None)
            writer.write_packet(data)
            writer.write_packet(b"nothing of the kind")
        (frame, other), _ = self.read(path.read_bytes())
        self.assertEqual(dissect(frame.linktype, frame.data).payload, b"hi ann")
        self.assertEqual(frame.length, len(frame.data))
        self.assertEqual(other.linktype, 105)

    def test_position(self) -> None:
        """Reading moves through the file, to its end."""
        data = self.made(packets=exchange() * 20)
        capture = Capture(self.file(data))
        positions = [capture.position for _ in capture]
        self.assertEqual(positions, sorted(positions))
        self.assertEqual((capture.size, capture.position), (len(data), len(data)))


class Damaged(CaptureTestCase):
    """What cannot be read whole is read as far as it goes, and said."""

    def test_cut(self) -> None:
        """A file that is cut off anywhere gives the packets before, and says so."""
        for suffix in (".pcap", ".pcapng"):
            data = self.made(suffix)
            whole, _ = self.read(data)
            head = data.index(bytes(exchange()[0]))
            for size in range(head + 20, len(data), 7):
                frames, problems = self.read(data[:size])
                complete = [one for one in frames if len(one.data) == one.length]
                self.assertEqual(complete, whole[: len(complete)])
                self.assertLessEqual(len(frames) - len(complete), 1)
                # Between two packets nobody can tell that there were more.
                ended = len(data[:size]) in self.ends(data, suffix)
                self.assertEqual(not problems, ended, (suffix, size, problems))

    def ends(self, data: bytes, suffix: str) -> set[int]:
        """Where packets end in a capture."""
        found, at = set(), 24 if suffix == ".pcap" else 0
        while at < len(data):
            if suffix == ".pcap":
                at += 16 + int.from_bytes(data[at + 8 : at + 12], "little")
            else:
                at += int.from_bytes(data[at + 4 : at + 8], "little")
            found.add(at)
        return found

    def test_no_capture(self) -> None:
        """An empty file and any other file are Unreadable, in one line."""
        for data, why in ((b"", "is empty"), (b"hello", "is not a capture"), (b"\x1f\x8bx", "")):
            problem = self.assertRaises(Unreadable, Capture, self.file(data))
            self.assertIn(why, str(problem))
            self.assertNotIn("\n", str(problem))

    def test_not_there(self) -> None:
        """A file that cannot be opened is a mistake of who named it."""
        for path in ("/nowhere.pcap", "/", "a\0b"):
            self.assertIn("cannot read", str(self.assertRaises(UsageMistake, Capture, path)))

    def test_claims(self) -> None:
        """A block that claims gigabytes is not believed, also not in a compressed file."""
        head = pcapng.section("x") + pcapng.interface("x")
        data = head + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(10_000)
        for form in (data, gzip.compress(data)):
            frames, problems = self.read(form)
            self.assertEqual(frames, [])
            self.assertTrue(problems)

    def test_compressed_and_cut(self) -> None:
        """A compressed file that is cut off says so."""
        frames, problems = self.read(gzip.compress(self.made(packets=exchange() * 50))[:-30])
        self.assertTrue(frames)
        self.assertIn("cannot be read on", problems[-1])

    @some
    @given(st.binary(max_size=300), st.sampled_from([b"", b"\xd4\xc3\xb2\xa1", b"\n\r\r\n"]))
    def test_any_bytes(self, data: bytes, magic: bytes) -> None:
        """Any bytes are a capture, or Unreadable, and nothing else."""
        try:
            capture = Capture(self.file(magic + data))
        except Unreadable:
            return
        for _ in capture:
            pass

    @some
    @given(st.data())
    def test_any_damage(self, data: st.DataObject) -> None:
        """A capture with some bytes damaged gives frames, and ends."""
        whole = data.draw(st.sampled_from(WHOLE))
        at = data.draw(st.integers(0, len(whole) - 1))
        damage = data.draw(st.binary(min_size=1, max_size=8))
        try:
            frames, _ = self.read(whole[:at] + damage + whole[at + len(damage) :])
        except Unreadable:
            return
        self.assertLessEqual(len(frames), len(whole) // 12)


def _whole() -> list[bytes]:
    """One capture of each format."""
    head = pcapng.section("x") + pcapng.interface("x")
    blocks = [
        pcapng.packet(number, bytes(packet)[14:], "x", inbound=True)
        for number, packet in enumerate([*exchange(), *chat_over_tcp()])
    ]
    pcap = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    for packet in (datagram(1, USER, SERVER, b"hi ann"), *chat_over_tcp()):
        data = bytes(packet)
        pcap += struct.pack("<IIII", 1, 1, len(data), len(data)) + data
    return [head + b"".join(blocks), pcap]


WHOLE = _whole()


class Sections(CaptureTestCase):
    """pcapng as others write it: sections, interfaces, and packets of every kind."""

    def block(self, kind: int, body: bytes, order: str = "<") -> bytes:
        body += bytes(-len(body) % 4)
        length = len(body) + 12
        return struct.pack(f"{order}II", kind, length) + body + struct.pack(f"{order}I", length)

    def section(self, order: str = "<") -> bytes:
        return self.block(
            0x0A0D0D0A, struct.pack(f"{order}IHHQ", 0x1A2B3C4D, 1, 0, 2**64 - 1), order
        )

    def interface(
        self, *options: tuple[int, bytes], linktype: int = 101, snapshot: int = 0, order: str = "<"
    ) -> bytes:
        told = b"".join(
            struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)
            for code, value in options
        )
        head = struct.pack(f"{order}HHI", linktype, 0, snapshot)
        return self.block(1, head + told + (bytes(4) if told else b""), order)

    def packet(self, ticks: int, data: bytes = b"E", which: int = 0, order: str = "<") -> bytes:
        head = (which, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
        return self.block(6, struct.pack(f"{order}5I", *head) + data, order)

    def test_sections(self) -> None:
        """Interfaces belong to their section: their times and link types do."""
        micro = self.section() + self.interface() + self.packet(5_000_000)
        nano = self.section(">") + self.interface((9, b"\x09"), linktype=1, order=">")
        nano += self.packet(7_000_000_000, order=">")
        for data, expected in (
            (micro + nano, [(5, 101), (7, 1)]),
            (nano + micro, [(7, 1), (5, 101)]),
        ):
            frames, problems = self.read(data)
            self.assertEqual(problems, [])
            self.assertEqual([(one.at // 10**9, one.linktype) for one in frames], expected)
            self.assertEqual(len({one.interface for one in frames}), 2)

    def test_resolutions(self) -> None:
        """Times are in powers of ten and of two, from the offset of their interface."""
        offset = struct.pack("<q", 1_000_000)
        data = self.section() + self.interface((9, b"\x03"), (14, offset)) + self.packet(2_500)
        data += self.interface((9, b"\x8a")) + self.packet(1536, which=1)
        frames, _ = self.read(data)
        self.assertEqual([one.at for one in frames], [1_000_002_500_000_000, 1_500_000_000])

    def test_impossible_time(self) -> None:
        """A time that cannot be is said once, and its packet is kept."""
        data = self.section() + self.interface((9, b"\x00")) + self.packet(5)
        data += self.packet(10**19) + self.packet(10**19 + 1) + self.packet(6)
        frames, problems = self.read(data)
        self.assertEqual([one.at // 10**9 for one in frames], [5, 5, 5, 6])
        self.assertEqual(problems, ["2 packets with a time that cannot be, shown at that before"])

    def test_simple_packets(self) -> None:
        """A simple packet has no time; with a snapshot length of 0 it is not cut."""
        simple = self.block(3, struct.pack("<I", 5) + b"hello")
        data = self.section() + self.interface() + self.packet(3_000_000) + simple
        frames, problems = self.read(data)
        self.assertEqual((frames[1].data, frames[1].at), (b"hello", 3_000_000_000))
        cut = self.block(3, struct.pack("<I", 5) + b"hel")
        frames, _ = self.read(self.section() + self.interface(snapshot=3) + cut)
        self.assertEqual((frames[0].data, frames[0].length, problems), (b"hel", 5, []))

    def test_secrets(self) -> None:
        """Blocks that hold something else are passed over, and are no problem."""
        secrets = self.block(10, struct.pack("<II", 0x544C534B, 4) + b"keys")
        data = self.section() + secrets + self.interface() + self.packet(1)
        frames, problems = self.read(data)
        self.assertEqual((len(frames), problems), (1, []))

    def test_lacking_interface(self) -> None:
        """A packet of an interface that its section lacks ends the reading, and says so."""
        frames, problems = self.read(self.section() + self.interface() + self.packet(1, which=3))
        self.assertEqual(frames, [])
        self.assertIn("interface 3, which its section does not have", problems[0])

    def test_large(self) -> None:
        """A frame of more than 65,535 bytes is read whole (RFC 2675 and what cards gather)."""
        data = b"x" * 100_000
        frames, problems = self.read(self.section() + self.interface() + self.packet(1, data))
        self.assertEqual((frames[0].data, problems), (data, []))

    def test_dropped(self) -> None:
        """What a file says that it lacks is counted."""
        data = pcapng.section("x") + pcapng.interface("x")
        data += pcapng.packet(1, b"E", "x", inbound=True, lost=3) + pcapng.statistics(2, 9, 4)
        capture = Capture(self.file(data))
        self.assertEqual(len(list(capture)), 1)
        self.assertEqual(capture.dropped, 4)
