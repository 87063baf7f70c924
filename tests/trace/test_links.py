"""QUIC as it is seen from outside."""

import struct

from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import SERVER, USER, analyzed, datagram, frames
from twisted_chat.errors import WireError
from twisted_chat.trace import quic
from twisted_chat.trace.quic import PacketKind
from twisted_chat.trace.report import Purpose
from twisted_chat.wire.gen2.between_servers import HEADER_BYTES, ServersSeal
from twisted_chat.wire.gen2.datagrams import relayed

OURS, THEIRS = b"\x11" * 8, b"\x22" * 8


def number(value: int) -> bytes:
    """A variable-length integer of two bytes."""
    return struct.pack("!H", 0x4000 | value)


def long_packet(
    kind: int, body: bytes, *, receiver: bytes = THEIRS, sender: bytes = OURS, version: int = 1
) -> bytes:
    """A packet with a long header; an Initial (kind 0) has an empty token."""
    ids = bytes([len(receiver)]) + receiver + bytes([len(sender)]) + sender
    token = b"\0" if kind == 0 and version == 1 else b""
    head = bytes([0xC0 | kind << 4]) + struct.pack("!I", version) + ids
    return head + token + number(len(body)) + body


def short_packet(receiver: bytes, size: int = 30) -> bytes:
    return b"\x40" + receiver + bytes(range(1, size))


class Reading(SynchronousTestCase):
    """Packets in one datagram."""

    def kinds(self, datagram: bytes) -> list[PacketKind]:
        return [packet.kind for packet in quic.read(datagram)]

    def test_kinds(self) -> None:
        """The types of version 1, by the two bits that say them (RFC 9000, 17.2)."""
        for kind, expected in enumerate(
            (PacketKind.INITIAL, PacketKind.ZERO_RTT, PacketKind.HANDSHAKE)
        ):
            self.assertEqual(self.kinds(long_packet(kind, b"x" * 40)), [expected])
        self.assertEqual(self.kinds(long_packet(3, b"x" * 40)), [PacketKind.RETRY])

    def test_version_2(self) -> None:
        """Version 2 has the same types under other numbers (RFC 9369, 3.2)."""
        packet = long_packet(3, b"x" * 40, version=0x6B3343CF)
        self.assertEqual(self.kinds(packet), [PacketKind.HANDSHAKE])

    def test_together(self) -> None:
        """Several packets in one datagram, the last with a short header, and padding."""
        both = long_packet(0, b"x" * 40) + long_packet(2, b"y" * 50)
        self.assertEqual(self.kinds(both), [PacketKind.INITIAL, PacketKind.HANDSHAKE])
        three = both + short_packet(THEIRS)
        self.assertEqual(
            self.kinds(three), [PacketKind.INITIAL, PacketKind.HANDSHAKE, PacketKind.ONE_RTT]
        )
        self.assertEqual(self.kinds(both + bytes(500)), [PacketKind.INITIAL, PacketKind.HANDSHAKE])
        sizes = [packet.length for packet in quic.read(three)]
        self.assertEqual(sum(sizes), len(three))

    def test_other_versions(self) -> None:
        """Version negotiation is known by its zero; other versions are said to be that."""
        self.assertEqual(self.kinds(long_packet(0, b"", version=0)), [PacketKind.NEGOTIATION])
        self.assertEqual(self.kinds(long_packet(0, b"", version=0x1A2A3A4A)), [PacketKind.UNKNOWN])

    def test_ids(self) -> None:
        """The connection ids of both sides are read."""
        (packet,) = quic.read(long_packet(2, b"x" * 40))
        self.assertEqual((packet.receiver, packet.sender), (THEIRS, OURS))

    def test_cut(self) -> None:
        """What is cut off anywhere inside its one packet is refused."""
        whole = long_packet(0, b"x" * 40)
        for size in range(7, len(whole)):
            self.assertRaises(WireError, quic.read, whole[:size])


class Following(SynchronousTestCase):
    """A link from its first Initial on, on the port of the chat."""

    def test_handshake_and_data(self) -> None:
        """The handshake is set-up by packet type; what follows has direction and size alone."""
        packets = [
            datagram(1.0, USER, SERVER, long_packet(0, b"x" * 1100)),
            datagram(
                1.01,
                SERVER,
                USER,
                long_packet(0, b"x" * 90, receiver=OURS, sender=THEIRS)
                + long_packet(2, b"x" * 600, receiver=OURS, sender=THEIRS),
            ),
            datagram(1.02, USER, SERVER, long_packet(2, b"x" * 60)),
            datagram(1.03, USER, SERVER, short_packet(THEIRS)),
            datagram(1.04, SERVER, USER, short_packet(OURS, 100)),
            datagram(1.05, USER, SERVER, b"hi debian"),
        ]
        notes = analyzed(frames(packets))
        ann, server = "192.168.122.9:36396", "192.168.122.25:8090 (room server)"
        self.assertEqual(notes.whats[0], "Initial, 1,126 bytes")
        self.assertEqual(notes.whats[1], "Initial, 116 bytes + Handshake, 625 bytes")
        self.assertEqual(
            notes.whats[3:],
            ["protected, 38 bytes", "protected, 108 bytes", "registers as debian"],
        )
        self.assertEqual(notes.purposes[:5], [Purpose.SET_UP] * 3 + [Purpose.DATA] * 2)
        self.assertEqual(
            notes.texts("QUIC"),
            [
                (
                    f"{ann} calls {server}:"
                    " 2 Initial, 2 Handshake, 2 1-RTT; protected data after 30.000 ms"
                ),
                f"{ann} sent 1 protected datagram, 38 bytes, to {server}",
                f"{server} sent 1 protected datagram, 108 bytes, to {ann}",
            ],
        )

    def test_id_decides(self) -> None:
        """Letters that begin with a connection id of the link are QUIC; others are text."""
        name = b"i debian"
        opening = long_packet(0, b"x" * 1100, sender=OURS)
        answer = long_packet(0, b"x" * 90, receiver=OURS, sender=name)
        text = b"h" + name + b" and so on and on"
        packets = [
            datagram(1, USER, SERVER, opening),
            datagram(2, USER, SERVER, text),
            datagram(3, SERVER, USER, answer),
            datagram(4, USER, SERVER, text),
        ]
        whats = analyzed(frames(packets)).whats
        self.assertEqual(whats[1], "registers as debian and so on and on")
        self.assertEqual(whats[3], "protected, 26 bytes")

    def test_never_answered(self) -> None:
        """A call that nobody answers has nothing but its Initials."""
        packets = [datagram(n, USER, SERVER, long_packet(0, b"x" * 1100)) for n in (1, 2)]
        self.assertEqual(
            analyzed(frames(packets)).texts("QUIC"),
            ["192.168.122.9:36396 calls 192.168.122.25:8090: 2 Initial; nothing else"],
        )

    def test_not_quic(self) -> None:
        """A first byte alone makes no QUIC."""
        notes = analyzed(frames([datagram(1, USER, SERVER, b"\xc3\xa9" * 20)]))
        self.assertIn("does not speak the language", notes.whats[0])

    def test_moved(self) -> None:
        """A link that goes on from another address is QUIC there, also under unknown ids."""
        elsewhere = ("192.168.122.9", 40_000)
        packets = [
            datagram(1, USER, SERVER, long_packet(0, b"x" * 1100)),
            datagram(2, SERVER, USER, long_packet(0, b"x" * 90, receiver=OURS, sender=THEIRS)),
            datagram(3, elsewhere, SERVER, short_packet(THEIRS)),
            datagram(4, SERVER, elsewhere, b"\x45" + b"\x9f\xe1" * 20),
        ]
        whats = analyzed(frames(packets)).whats
        self.assertEqual(whats[2:], ["protected, 38 bytes", "protected, 41 bytes"])

    def test_begun_before(self) -> None:
        """What was under way when the capture began is QUIC by how it looks."""
        packets = [
            datagram(1, USER, SERVER, b"\x52" + b"\x9f\xe1" * 20),
            datagram(2, SERVER, USER, b"\x41" + b"\x80\x01" * 20),
            datagram(3, USER, SERVER, b"Good morning, is anybody there?"),
        ]
        notes = analyzed(frames(packets))
        self.assertEqual(notes.whats[:2], ["protected, 41 bytes"] * 2)
        self.assertIn("does not speak the language", notes.whats[2])
        self.assertEqual(
            notes.texts("QUIC")[0],
            "between 192.168.122.9:36396 and 192.168.122.25:8090 (room server): 2 1-RTT,"
            " begun before or elsewhere",
        )

    def test_beats(self) -> None:
        """Beats to a server and the answer to one say what they are, if they are as long."""
        packets = [
            datagram(1, USER, SERVER, b"\6" + b"t" * 8 + b"n" * 8),
            datagram(2, SERVER, USER, b"\7" + b"n" * 8 + b"\0"),
            datagram(3, SERVER, USER, b"\x08" + b"n" * 8),
            datagram(4, USER, SERVER, b"\6" + b"t" * 8),
        ]
        whats = analyzed(frames(packets)).whats
        shown = [
            "shows the server that it is there",
            "has no link from where that came",
            "has heard that over the other family",
        ]
        self.assertEqual(whats[:3], shown)
        self.assertNotIn(whats[3], shown)

    def test_signs(self) -> None:
        """Signs of life in place of a link, and what goes the other way, say what they are, if
        they are long enough; what is said in them is not shown, as it is sealed."""
        packets = [
            datagram(1, USER, SERVER, b"\x09" + b"s" * 52),
            datagram(2, SERVER, USER, b"\x0a" + b"a" * 33),
            datagram(3, USER, SERVER, b"\x09" + b"s" * 80),
            datagram(4, SERVER, USER, b"\x0b" + b"c" * 20),
            datagram(5, SERVER, USER, b"\x0b" + b"c" * 60),
            datagram(6, USER, SERVER, b"\x09" + b"s" * 51),
            datagram(7, SERVER, USER, b"\x0a" + b"a" * 34),
        ]
        whats = analyzed(frames(packets)).whats
        shown = [
            "a sign of life in place of a link",
            "answers a sign of life",
            "a sign of life, and says something",
            "asks for a link",
            "says something to one who has no link",
        ]
        self.assertEqual(whats[:5], shown)
        self.assertFalse({*whats[5:]} & {*shown})

    def test_between_servers(self) -> None:
        """What one server carries to another says that it is that, if it can be."""
        other = "192.0.2.77", 8090
        sealed = ServersSeal(b"k").seal(relayed(b"t" * 8, b"a packet"), larger=True)
        packets = [
            datagram(1, USER, SERVER, b"\6" + b"t" * 8 + b"n" * 8),
            datagram(2, SERVER, other, sealed),
            datagram(3, SERVER, other, sealed[:HEADER_BYTES]),
        ]
        whats = analyzed(frames(packets)).whats
        self.assertEqual(whats[1], "carries something to another server")
        self.assertNotEqual(whats[2], whats[1])

    def test_without_the_fixed_bit(self) -> None:
        """A Version Negotiation may have any first bits, and others are greased (RFC 9287)."""
        negotiation = bytes([0x80, 0, 0, 0, 0, 8]) + b"B" * 8 + bytes([8]) + b"A" * 8
        opening = bytearray(long_packet(0, b"x" * 1100))
        opening[0] &= ~0x40
        packets = [
            datagram(1, USER, SERVER, bytes(opening)),
            datagram(2, SERVER, USER, negotiation + bytes([0, 0, 0, 1])),
            datagram(3, USER, SERVER, b"\x05" + short_packet(THEIRS)[1:]),
        ]
        self.assertEqual(
            analyzed(frames(packets)).whats,
            ["Initial, 1,126 bytes", "Version Negotiation, 27 bytes", "protected, 38 bytes"],
        )
