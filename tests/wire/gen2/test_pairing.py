"""What is said over links about finding a way."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import addresses, given_names, hosts, many, mutated, ports
from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.answers import Answer, parse_answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.pairing import (
    MAX_OWN,
    AskCarrying,
    AskPairing,
    Carrying,
    NotCarrying,
    NotPaired,
    OwnAddresses,
    Pairing,
    Seen,
)
from twisted_chat.wire.gen2.requests import Request, parse_request
from twisted_chat.wire.gen2.speech import parse_speech

KEY = "0123456789abcdef" * 4
BOB = ContactInfo("bob", KEY, "198.51.100.7", 4242)
OWN = st.lists(addresses, max_size=MAX_OWN).map(tuple)

REQUESTS: st.SearchStrategy[Request] = st.one_of(
    OWN.map(OwnAddresses), st.just(AskPairing(KEY)), st.just(AskCarrying(KEY))
)
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    addresses.map(Seen),
    st.builds(Seen, addresses, st.binary(min_size=8, max_size=8), st.none() | addresses),
    st.sampled_from([NotPaired(KEY), NotPaired(KEY, 4), Carrying(KEY), NotCarrying(KEY)]),
    st.builds(
        Pairing,
        st.builds(ContactInfo, given_names, st.just(KEY), hosts, ports),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=32, max_size=32),
        st.booleans(),
        OWN,
        st.none() | addresses,
    ),
)


class Messages(SynchronousTestCase):
    """Reading and writing."""

    @many
    @given(REQUESTS, ANSWERS, OWN)
    def test_inverse(self, request: Request, answer: Answer, own: tuple[Address, ...]) -> None:
        """What is written is read as the same message; `own` between peers too."""
        self.assertEqual(parse_speech(OwnAddresses(own).encode()), OwnAddresses(own))
        self.assertEqual(parse_request(request.encode()), request)
        self.assertEqual(parse_answer(answer.encode()), answer)

    @many
    @given(mutated(st.one_of(REQUESTS, ANSWERS).map(lambda message: message.encode())))
    def test_any_bytes(self, message: bytes) -> None:
        """Any bytes are the message that they say, or a WireError."""
        for parse in (parse_request, parse_answer):
            try:
                read = parse(message)
            except WireError:
                continue
            self.assertEqual(parse(read.encode()), read)

    def test_written(self) -> None:
        """As the document has it."""
        pairing = Pairing(BOB, b"\1" * 8, b"\2" * 32, True, (("10.0.0.2", 4242),))
        self.assertEqual(
            pairing.encode(),
            f"pair bob {KEY} 198.51.100.7 4242 {'01' * 8} {'02' * 32}"
            f" relay 10.0.0.2,4242".encode(),
        )
        also = replace(pairing, also=("2001:db8::2", 4242))
        self.assertEqual(also.encode(), pairing.encode() + b" 2001:db8::2,4242")
        self.assertEqual(OwnAddresses().encode(), b"own -")
        seen = Seen(("10.0.0.1", 9), b"\3" * 8, ("2001:db8::1", 8090))
        self.assertEqual(seen.encode(), f"seen 10.0.0.1 9 {'03' * 8} 2001:db8::1,8090".encode())

    def test_more_arguments(self) -> None:
        """Arguments beyond those that are known are ignored."""
        for parse, message in (
            (parse_request, OwnAddresses((("10.0.0.1", 9),))),
            (parse_request, AskPairing(KEY)),
            (parse_request, AskCarrying(KEY)),
            (parse_answer, Seen(("10.0.0.1", 9))),
            (parse_answer, NotPaired(KEY, 3)),
            (parse_answer, Carrying(KEY)),
            (parse_answer, NotCarrying(KEY)),
            (parse_answer, Pairing(BOB, b"\1" * 8, b"\2" * 32, True, ())),
        ):
            for more in (b" x", b" 1 2", b"  "):
                self.assertEqual(parse(message.encode() + more), message)

    def test_not_messages(self) -> None:
        """Addresses come in pairs, four at most, of places where somebody can be, and only
        of those who have a key; keys, tags and secrets are whole."""
        for wrong in (
            *(
                "own ",
                "own 10.0.0.1",
                "own 10.0.0.1 0",
                "own 224.0.0.1 9",
                "own" + " 10.0.0.1 9" * 5,
            ),
            *(
                "pair",
                "pair bob",
                f"pair {KEY[1:]}",
                f"pair {KEY.upper()}",
                f"carry {KEY}0",
                "carry -",
            ),
        ):
            with self.assertRaises(WireError, msg=wrong):
                parse_request(wrong.encode())
        secret = "02" * 32
        for wrong in (
            f"pair bob - 192.0.2.1 9 {'01' * 8} {secret} - -",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 7} {secret} -",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 8} {secret[2:]} -",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 8} {secret} perhaps -",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 8} {secret} - 10.0.0.1",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 8} {secret} -",
            f"pair bob {KEY} 192.0.2.1 9 {'01' * 8} {secret} - 10.0.0.1,9" + ";10.0.0.1,9" * 4,
            f"pair a\x1b {KEY} 192.0.2.1 9 {'01' * 8} {secret} -",
            *(
                "seen 192.0.2.1",
                "seen ff02::1 9",
                f"no pair {KEY}",
                "no pair bob 0",
                "no carry bob",
                "carry",
            ),
        ):
            with self.assertRaises(WireError, msg=wrong):
                parse_answer(wrong.encode())
