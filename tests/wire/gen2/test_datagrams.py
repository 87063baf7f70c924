"""Probes, answers to them, and what a server carries."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import addresses, many, mutated
from twisted_chat.addresses import unmapped
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.datagrams import (
    LARGEST_RELAYED,
    PROBE_BYTES,
    RELAY_HEADER,
    Probe,
    ProbeKind,
    carried,
    read_probe,
    relayed,
    tag_of,
)

SECRET = bytes(range(32))
TAG, NUMBER = b"\x11" * 8, b"\x22" * 8
PROBES = st.builds(
    Probe,
    st.sampled_from(ProbeKind),
    st.binary(min_size=8, max_size=8),
    st.booleans(),
    st.binary(min_size=8, max_size=8),
    st.one_of(st.none(), addresses.map(lambda address: (unmapped(address[0]), address[1]))),
    st.booleans(),
)


class Probes(SynchronousTestCase):
    """Reading and writing."""

    @many
    @given(PROBES, st.binary(min_size=32, max_size=32))
    def test_inverse(self, probe: Probe, secret: bytes) -> None:
        """What is written is read as the same, by those who know the secret, whatever the
        address is."""
        datagram = probe.encode(secret)
        self.assertEqual(read_probe(datagram, secret), probe)
        self.assertEqual(tag_of(datagram), probe.tag)
        self.assertEqual(len(datagram), PROBE_BYTES)

    @many
    @given(mutated(PROBES.map(lambda probe: probe.encode(SECRET))), PROBES)
    def test_any_bytes(self, datagram: bytes, probe: Probe) -> None:
        """Whatever is changed is no probe."""
        try:
            read = read_probe(datagram, SECRET)
        except WireError:
            return
        self.assertEqual(read.encode(SECRET), datagram)

    def test_small(self) -> None:
        """It takes 60 bytes at most, and an answer no more than what it answers."""
        self.assertLessEqual(PROBE_BYTES, 60)

    def test_written(self) -> None:
        """As the document has it."""
        probe = Probe(ProbeKind.PROBE, TAG, False, NUMBER, ("192.0.2.1", 8091))
        self.assertEqual(
            probe.encode(SECRET).hex(),
            "01" + "11" * 8 + "00" + "22" * 8 + "00" * 10 + "ffff" + "c0000201" + "1f9b"
            "37d748320d9d541c5a65af4e8ec94e05",
        )

    def test_another_secret(self) -> None:
        """Those who do not know the secret are not believed."""
        datagram = Probe(ProbeKind.PROBE, TAG, False, NUMBER, None).encode(SECRET)
        with self.assertRaises(WireError):
            read_probe(datagram, bytes(32))

    def test_first_byte(self) -> None:
        """No text begins so, and no packet of QUIC."""
        for datagram in (
            Probe(ProbeKind.PROBE, TAG, False, NUMBER, None).encode(SECRET),
            Probe(ProbeKind.ANSWER, TAG, False, NUMBER, None).encode(SECRET),
            relayed(TAG, b"\xc0"),
        ):
            self.assertLess(datagram[0], 0x20)


class Relayed(SynchronousTestCase):
    """What a server carries."""

    @many
    @given(st.binary(min_size=8, max_size=8), st.binary(max_size=LARGEST_RELAYED - RELAY_HEADER))
    def test_inverse(self, tag: bytes, datagram: bytes) -> None:
        """What goes in comes out."""
        whole = relayed(tag, datagram)
        self.assertEqual((tag_of(whole), carried(whole)), (tag, datagram))
        self.assertLessEqual(len(whole), LARGEST_RELAYED)
