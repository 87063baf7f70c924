"""What is said to a gateway, as the two documents have it."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.gateway.messages import (
    ANOTHER_VERSION,
    ASK_OUTSIDE_HOST,
    Announced,
    Language,
    Mapped,
    NotMapped,
    OutsideHost,
    ask_nat_pmp,
    ask_pcp,
    ask_whether_pcp,
    read_gateway,
)

NONCE = bytes(range(12))
FOUR = "00000000000000000000ffff"


class Requests(SynchronousTestCase):
    """What is asked."""

    def test_pcp(self) -> None:
        """RFC 6887, 7.1 and 11.1: version 2, opcode 1, lifetime, our own address; then the nonce,
        UDP, both ports, and the address that we had."""
        asked = ask_pcp(8091, ("203.0.113.5", 40_000), 3600, NONCE, "192.168.1.2")
        head = "02010000" + "00000e10" + FOUR + "c0a80102"
        rest = NONCE.hex() + "11000000" + "1f9b" + "9c40" + FOUR + "cb007105"
        self.assertEqual(asked.hex(), head + rest)
        first = ask_pcp(8091, None, 3600, NONCE, "192.168.1.2").hex()
        self.assertTrue(first.endswith("1f9b0000" + FOUR + "00000000"))

    def test_whether(self) -> None:
        """RFC 6887, 14.1: ANNOUNCE has no lifetime, and nothing behind the header."""
        self.assertEqual(ask_whether_pcp("10.0.0.2").hex(), "0200000000000000" + FOUR + "0a000002")

    def test_nat_pmp(self) -> None:
        """RFC 6886, 3.2 and 3.3."""
        self.assertEqual(ASK_OUTSIDE_HOST.hex(), "0000")
        self.assertEqual(ask_nat_pmp(8091, 0, 3600).hex(), "000100001f9b000000000e10")


class Answers(SynchronousTestCase):
    """What is read."""

    def test_pcp(self) -> None:
        """RFC 6887, 7.2 and 11.1."""
        head = "028100" + "00" + "00000708" + "00000001" + "00" * 12
        rest = NONCE.hex() + "11000000" + "1f9b" + "9c40" + FOUR + "cb007105"
        mapped = Mapped(Language.PCP, 8091, ("203.0.113.5", 40_000), 1800, NONCE)
        self.assertEqual(read_gateway(bytes.fromhex(head + rest)), mapped)
        refused = bytes.fromhex("0281000200000708" + "00" * 16 + rest)
        self.assertEqual(read_gateway(refused), NotMapped(Language.PCP, 2))
        there = bytes.fromhex("0280000000000000" + "00" * 16)
        self.assertEqual(read_gateway(there), Announced())

    def test_nat_pmp(self) -> None:
        """RFC 6886, 3.2, 3.3 and 3.5."""
        self.assertEqual(
            read_gateway(bytes.fromhex("008000000000000acb007105")), OutsideHost("203.0.113.5")
        )
        self.assertEqual(
            read_gateway(bytes.fromhex("008100000000000a1f9b9c4000000e10")),
            Mapped(Language.NAT_PMP, 8091, ("", 40_000), 3600),
        )
        self.assertEqual(
            read_gateway(
                bytes.fromhex("000000010000000a")[:1] + bytes.fromhex("810001") + bytes(4)
            ),
            NotMapped(Language.NAT_PMP, ANOTHER_VERSION),
        )

    @many
    @given(st.binary(max_size=80) | st.builds(lambda b: b"\2\x81\0\0" + b, st.binary(max_size=80)))
    def test_any_bytes(self, datagram: bytes) -> None:
        """Any bytes are an answer, or a WireError."""
        with contextlib.suppress(WireError):
            read_gateway(datagram)

    def test_no_answers(self) -> None:
        """What is cut off, a request, another version, and what is not of UDP."""
        head = "028100" + "00" + "00000708" + "00000001" + "00" * 12
        tcp = NONCE.hex() + "06000000" + "1f9b" + "9c40" + FOUR + "cb007105"
        for wrong in ("", "0080", head, head + tcp, "0201000000", "0380000000000000", "00820000"):
            with self.assertRaises(WireError):
                read_gateway(bytes.fromhex(wrong))
