"""What is said in a room, as it is signed and handed on."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer, check
from twisted_chat.wire.gen2.growth import read
from twisted_chat.wire.gen2.history import (
    HISTORY_SPEECH,
    MAX_COUNT,
    MAX_SEEN,
    Given,
    Have,
    HistorySpeech,
    RoomClock,
    RoomMessage,
    Want,
)

ALICE, BOB = Identity.generate(), Identity.generate()
SIGNER = Signer.of(ALICE)
ORIGIN, SERIES = "0" * 32, "1" * 16
FEED = "a" * 64 + "." + SERIES
counts = st.integers(1, MAX_COUNT - 1)
hex32 = st.text("0123456789abcdef", min_size=32, max_size=32)
feeds = st.from_regex("[0-9a-f]{64}[.][0-9a-f]{16}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8"))
messages = st.builds(
    RoomMessage,
    st.just("den"),
    hex32,
    st.just(SIGNER.key),
    st.just(SERIES),
    st.sampled_from(["alice", "älice"]),
    counts,
    counts,
    st.integers(0, MAX_COUNT - 1),
    st.lists(hex32, max_size=MAX_SEEN).map(tuple),
    texts,
).map(SIGNER.sign)


def parse(message: bytes) -> HistorySpeech:
    return read(message, {}, HISTORY_SPEECH)


def said(text: str = "hello", number: int = 1) -> RoomMessage:
    key = SIGNER.key
    message = RoomMessage("den", ORIGIN, key, SERIES, "alice", number, 1, 0, (), text)
    return SIGNER.sign(message)


class SignedTests(SynchronousTestCase):
    @many
    @given(messages)
    def test_reading_is_the_inverse_of_writing(self, message: RoomMessage) -> None:
        """What was signed is read as it was, and its signature is right."""
        read = parse(message.encode())
        self.assertEqual(read, message)
        assert isinstance(read, RoomMessage)
        check(read)
        self.assertEqual(read.author, ALICE.fingerprint)

    @many
    @given(messages, st.data())
    def test_nothing_can_be_altered(self, message: RoomMessage, data: st.DataObject) -> None:
        """A message with any field changed is not its author's."""
        changes: dict[str, Any] = {
            "room": "attic",
            "origin": "f" * 31 + ("0" if message.origin.endswith("f") else "f"),
            "key": Signer.of(BOB).key,
            "series": "2" * 16,
            "name": "eve",
            "number": message.number % (MAX_COUNT - 1) + 1,
            "clock": message.clock % (MAX_COUNT - 1) + 1,
            "time": message.time + 1,
            "seen": message.seen[1:] if message.seen else ("0" * 32,),
            "text": message.text + " ",
        }
        field = data.draw(st.sampled_from(sorted(changes)))
        self.assertRaises(WireError, check, replace(message, **{field: changes[field]}))

    def test_fields_cannot_move_into_each_other(self) -> None:
        """No two messages with different fields are signed as the same bytes."""
        one = said("2 x")
        other = replace(one, number=11, text="x")
        self.assertNotEqual(one.statement, other.statement)

    def test_a_key_that_is_none(self) -> None:
        """Thirty-two bytes that are no point of the curve are a stranger's fault, not ours."""
        for key in ("0" * 64, "f" * 64):
            self.assertRaises(WireError, check, replace(said(), key=key))

    def test_refused(self) -> None:
        """What is not in the language is a WireError."""
        good = said().encode().decode()
        for bad in (
            good.replace("signed den", "signed Den"),
            good.replace("alice 1 1", "alice 0 1"),
            good.replace("alice 1 1", "alice 1 0"),
            good.replace("alice 1 1", f"alice {MAX_COUNT} 1"),
            good.replace(" - ", " " + ",".join(["0" * 32] * (MAX_SEEN + 1)) + " "),
            f"have den {ORIGIN} {FEED} 3-2 {ORIGIN}",
            f"have den {ORIGIN} {FEED} 1-2,3-4 {ORIGIN}",
            f"have den {ORIGIN} {FEED} 5-6,1-2 {ORIGIN}",
            f"have den {ORIGIN} {FEED} - {ORIGIN}",
            f"want den {ORIGIN} {FEED} 3 2",
            f"want den {ORIGIN} {FEED} 0 2",
            f"given den {ORIGIN} {FEED} 3 2",
            f"clock den {ORIGIN}",
            f"clock den {ORIGIN} -1",
            f"clock den {ORIGIN} --",
            f"clock den {ORIGIN} {MAX_COUNT + 1}",
        ):
            self.assertNotEqual(bad, good)
            self.assertRaises(WireError, parse, bad.encode())


class SummaryTests(SynchronousTestCase):
    @many
    @given(hex32, feeds, st.lists(counts, min_size=2, max_size=2), hex32)
    def test_inverse(self, origin: str, author: str, ends: list[int], digest: str) -> None:
        """What one has and wants is read as it was written."""
        first, last = sorted(ends)
        for one in (
            Have("den", origin, author, ((first, last),), digest),
            Want("den", origin, author, first, last),
            Given("den", origin, author, first, last),
            RoomClock("den", origin, first),
            RoomClock("den", origin, None),
        ):
            self.assertEqual(parse(one.encode()), one)

    def test_several_runs(self) -> None:
        """Runs stay apart, in order."""
        have = Have("den", ORIGIN, FEED, ((1, 1), (3, 9), (11, 20)), ORIGIN)
        self.assertEqual(parse(have.encode()), have)
