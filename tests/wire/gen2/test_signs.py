"""Signs of life of those whose links rest, what is answered, and what is said in them."""

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, mutated
from twisted_chat.errors import WireError
from twisted_chat.wire.framing import frame
from twisted_chat.wire.gen2.signs import (
    LARGEST_NUMBER,
    SIGN,
    SIGN_ANSWER_BYTES,
    SIGN_BYTES,
    SIGN_CALL,
    SMALLEST_CALL,
    RestKeys,
    Sign,
    SignAnswer,
    SignOutcome,
    call,
    counter_of,
    id_of,
    read_call,
    read_sign,
    read_sign_answer,
    seal,
    token_of_id,
    unknown,
    unseal,
)

KEYS = RestKeys(b"token 01 and id.", b"p" * 32, b"s" * 32)
OTHERS = RestKeys(KEYS.id, b"P" * 32, b"S" * 32)
EIGHT = st.binary(min_size=8, max_size=8)
NUMBERS = st.integers(0, LARGEST_NUMBER)
SIGNS = st.builds(Sign, st.just(KEYS.id), NUMBERS, EIGHT, NUMBERS, NUMBERS, st.binary(max_size=60))
ANSWERS = st.builds(SignAnswer, NUMBERS, st.sampled_from(SignOutcome), EIGHT, NUMBERS)
MESSAGES = st.lists(st.binary(min_size=1, max_size=50), max_size=4)


class Signs(SynchronousTestCase):
    """What proves who sends something."""

    @many
    @given(SIGNS, ANSWERS, st.booleans())
    def test_inverse(self, sign: Sign, answer: SignAnswer, six: bool) -> None:
        """What is written is read as the same, by those who have the key, over the same family;
        and an answer is shorter than any sign."""
        datagram, back = (one.encode(KEYS.proves, six=six) for one in (sign, answer))
        self.assertEqual(read_sign(datagram, KEYS.proves, six=six), sign)
        self.assertEqual((id_of(datagram), counter_of(datagram)), (sign.id, sign.counter))
        self.assertEqual(read_sign_answer(back, KEYS.proves, six=six), answer)
        self.assertLess(len(back), SIGN_BYTES)
        for key, family in ((OTHERS.proves, six), (KEYS.proves, not six)):
            self.assertRaises(WireError, read_sign, datagram, key, six=family)
            self.assertRaises(WireError, read_sign_answer, back, key, six=family)

    @many
    @given(mutated(SIGNS.map(lambda one: one.encode(KEYS.proves, six=False))))
    def test_altered(self, datagram: bytes) -> None:
        """A sign of which a byte is another one is none."""
        try:
            id_of(datagram)
            sign = read_sign(datagram, KEYS.proves, six=False)
        except WireError:
            return
        self.assertEqual(sign.encode(KEYS.proves, six=False), datagram)

    @many
    @given(mutated(ANSWERS.map(lambda one: one.encode(KEYS.proves, six=False))))
    def test_altered_answer(self, datagram: bytes) -> None:
        """And so is an answer."""
        try:
            answer = read_sign_answer(datagram, KEYS.proves, six=False)
        except WireError:
            return
        self.assertEqual(answer.encode(KEYS.proves, six=False), datagram)

    def test_written(self) -> None:
        """As the document has it."""
        sign = Sign(KEYS.id, 5, b"an echo.", 3, 2, b"box").encode(KEYS.proves, six=False)
        self.assertEqual(sign[:-16], b"\x09" + KEYS.id + b"\0\0\0\5an echo.\0\0\0\3\0\0\0\2box")
        here = SignAnswer(5, SignOutcome.HERE, said=2).encode(KEYS.proves, six=False)
        self.assertEqual(here[:-16], b"\x0a\0\0\0\5\0" + bytes(8) + b"\0\0\0\2")
        self.assertEqual((len(sign), len(here)), (SIGN_BYTES + 3, SIGN_ANSWER_BYTES))
        self.assertEqual((SIGN_BYTES, SIGN_ANSWER_BYTES, SMALLEST_CALL), (53, 34, 21))
        self.assertEqual(unknown(5, 1500).milliseconds, 1500)
        self.assertEqual(token_of_id(KEYS.id), KEYS.token)


class Boxes(SynchronousTestCase):
    """What is said."""

    @many
    @given(MESSAGES, NUMBERS)
    def test_inverse(self, messages: list[bytes], number: int) -> None:
        """What is sealed is opened by those who have the key, with the number and the kind of
        datagram that it was sealed for."""
        box = seal(KEYS, SIGN, number, messages)
        self.assertEqual(unseal(KEYS, SIGN, number, box), messages)
        others = ((OTHERS, SIGN, number), (KEYS, SIGN_CALL, number), (KEYS, SIGN, number ^ 1))
        for keys, kind, other in others:
            self.assertRaises(WireError, unseal, keys, kind, other, box)
        self.assertEqual(read_call(call(KEYS, number, messages), KEYS), (number, messages))

    def test_no_frames(self) -> None:
        """What is sealed rightly and is no frames is no box."""
        nonce = bytes([SIGN, 0, 0, 0]) + (1).to_bytes(8, "big")
        for inside in (b"\0\0\0\0", b"\xff" * 4, frame(b"hi") + b"\0\0\0\0"):
            box = ChaCha20Poly1305(KEYS.seals).encrypt(nonce, inside, KEYS.id)
            self.assertRaises(WireError, unseal, KEYS, SIGN, 1, box)

    @many
    @given(mutated(MESSAGES.map(lambda messages: call(KEYS, 1, messages))))
    def test_altered(self, datagram: bytes) -> None:
        """A call of which a byte is another one is none."""
        try:
            number, messages = read_call(datagram, KEYS)
        except WireError:
            return
        self.assertEqual(call(KEYS, number, messages), datagram)
