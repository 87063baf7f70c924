"""The history of a room: one order for everybody who has the same messages."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer
from twisted_chat.peer.gen2.clocks import MAX_AHEAD
from twisted_chat.peer.gen2.history.gaps import missing
from twisted_chat.peer.gen2.history.log import (
    MAX_FAR,
    MAX_TOLD,
    MAX_VERSIONS,
    RoomLog,
)
from twisted_chat.peer.gen2.log_sizes import LEAST_HELD
from twisted_chat.wire.gen2.history import MAX_COUNT, RoomMessage

ORIGIN = "0" * 32
SERIES = "1" * 16
KEYS = [Signer.of(Identity.generate()).key for _ in range(3)]


def said(number: int, clock: int, text: str = "", key: str = KEYS[0]) -> RoomMessage:
    """What a log takes for checked: it looks at no signature."""
    return RoomMessage("den", ORIGIN, key, SERIES, "x", number, clock, 0, (), text)


few_messages = st.lists(
    st.builds(
        said,
        st.integers(1, 6),
        st.integers(1, 9) | st.just(MAX_COUNT - 1),
        st.sampled_from("abcd"),
        st.sampled_from(KEYS),
    ),
    max_size=40,
)


class OrderTests(SynchronousTestCase):
    @many
    @given(few_messages, st.randoms())
    def test_the_order_of_coming_is_all_the_same(
        self, messages: list[RoomMessage], random: object
    ) -> None:
        """Whoever gets the same messages, in whatever order, has the same history, digests and
        gaps, also of authors who say many things under one number."""
        shuffled = list(messages)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        one, other = RoomLog("den", ORIGIN), RoomLog("den", ORIGIN)
        for message in messages:
            one.add(message)
        for message in shuffled:
            other.add(message)
        self.assertEqual(list(one), list(other))
        self.assertEqual(list(one), sorted(one, key=lambda each: each.place))
        self.assertEqual(missing(one), missing(other))
        for feed in one.feeds():
            runs = one.runs(feed)
            self.assertEqual(runs, other.runs(feed))
            self.assertEqual(one.digest(feed, runs), other.digest(feed, runs))
            held = [number for first, last in runs for number in range(first, last + 1)]
            self.assertTrue(all(one.versions(feed, number) for number in held))
            self.assertEqual(one.last_of(feed), held[-1])

    def test_late(self) -> None:
        """One that stands before what was there already is late, and the others are not."""
        log = RoomLog("den", ORIGIN)
        late = []
        for message in (said(1, 1), said(3, 3), said(2, 2), said(4, 4)):
            added = log.add(message)
            assert added is not None
            late.append(added.late)
        self.assertEqual(late, [False, False, True, False])
        self.assertEqual([message.number for message in log], [1, 2, 3, 4])

    def test_once(self) -> None:
        """What is there is not added again, nor is what another room has had."""
        log = RoomLog("den", ORIGIN)
        self.assertIsNotNone(log.add(said(1, 1)))
        self.assertIsNone(log.add(said(1, 1)))
        for room, origin in (("attic", ORIGIN), ("den", "1" * 32)):
            self.assertIsNone(
                log.add(RoomMessage(room, origin, KEYS[0], SERIES, "x", 2, 2, 0, (), ""))
            )
        self.assertEqual(log.size, 1)

    def test_bounded(self) -> None:
        """So many are held, the last: what stands before them is neither taken nor missing."""
        log = RoomLog("den", ORIGIN, 3)
        for number in range(1, 6):
            log.add(said(number, number))
        self.assertEqual([message.number for message in log], [3, 4, 5])
        self.assertEqual((log.dropped(said(1, 1).feed), log.dropped("other")), (2, 0))
        self.assertIsNone(log.add(said(2, 2)))
        self.assertIsNone(log.add(said(9, 1, key=KEYS[1])))
        self.assertEqual(log.dropped(said(9, 1, key=KEYS[1]).feed), 9)
        self.assertEqual(missing(log), [])
        self.assertEqual(log.feeds(), [said(1, 1).feed])

    def test_versions_are_bounded(self) -> None:
        """Of many texts under one number two are held, the same for everybody."""
        log = RoomLog("den", ORIGIN)
        texts = [said(1, 1, str(text)) for text in range(50)]
        for message in texts:
            log.add(message)
        smallest = sorted(message.identifier for message in texts)[:MAX_VERSIONS]
        self.assertEqual([message.identifier for message in log], sorted(smallest))


class DrawingTests(SynchronousTestCase):
    def _draw(self, log: RoomLog, last: int = 0) -> RoomMessage:
        return log.draw(KEYS[1], SERIES, "x", last, "hello", 5)

    def test_after_what_was_seen(self) -> None:
        """What we say stands after all that we have, and names what nothing has followed."""
        log = RoomLog("den", ORIGIN)
        first = said(1, 4)
        log.add(first)
        ours = self._draw(log)
        self.assertEqual((ours.clock, ours.number, ours.seen), (5, 1, (first.identifier,)))
        log.add(ours)
        self.assertEqual(list(log), [first, ours])
        again = self._draw(log, 1)
        self.assertEqual((again.clock, again.number, again.seen), (6, 2, (ours.identifier,)))

    def test_no_number_twice(self) -> None:
        """A number that was drawn is not drawn again, though its message is not in the log."""
        self.assertEqual(self._draw(RoomLog("den", ORIGIN), 7).number, 8)

    def test_far_ahead(self) -> None:
        """A clock that is too far ahead is neither followed nor named; one that is less is."""
        log = RoomLog("den", ORIGIN)
        log.add(said(1, 2 * MAX_AHEAD + 1))
        self.assertEqual((self._draw(log).clock, self._draw(log).seen), (1, ()))
        log.add(said(2, MAX_AHEAD))
        self.assertEqual(self._draw(log).clock, MAX_AHEAD + 1)


class FarAheadTests(SynchronousTestCase):
    """Clocks that claim to be far ahead."""

    @many
    @given(st.permutations([*range(1, 5), *range(MAX_AHEAD, 4 * MAX_AHEAD, MAX_AHEAD // 2)]))
    def test_followed_in_any_order(self, clocks: list[int]) -> None:
        """Those who have the same messages follow the same clock, and what they say next follows
        the same ones, in whatever order these have come."""
        log = RoomLog("den", ORIGIN)
        for clock in (*clocks, 9 * MAX_AHEAD):
            log.add(said(clock, clock))
        self.assertEqual(log.clock, max(clocks))
        drawn = log.draw(KEYS[1], SERIES, "x", 0, "hi", 0)
        self.assertEqual(drawn.clock, max(clocks) + 1)
        self.assertEqual(drawn.seen[-1], said(max(clocks), max(clocks)).identifier)

    def test_lifted(self) -> None:
        """What members follow is followed, and what we have there, unless it is far ahead of what
        we follow already."""
        log = RoomLog("den", ORIGIN)
        far = [said(number, 5 * MAX_AHEAD + number) for number in (1, 2)]
        for message in far:
            log.add(message)
        log.follow(MAX_TOLD + 1)
        self.assertEqual(self.draws(log), (1, ""))
        log.follow(5 * MAX_AHEAD + 1)
        self.assertEqual(self.draws(log), (5 * MAX_AHEAD + 3, far[1].identifier))
        log.load([said(3, 5 * MAX_AHEAD + 3)])
        for lower_or_far in (3, 7 * MAX_AHEAD):
            log.follow(lower_or_far)
            self.assertEqual(log.clock, 5 * MAX_AHEAD + 3)

    def test_told_anew(self) -> None:
        """What was told first, and is not what most tell in the end, is followed no more, nor is
        what one has said after it."""
        log = RoomLog("den", ORIGIN)
        log.follow(5 * MAX_AHEAD)
        log.add(said(1, self.draws(log)[0], KEYS[1]))
        log.add(said(1, 4))
        log.follow(9)
        self.assertEqual(self.draws(log), (10, said(1, 4).identifier))

    def draws(self, log: RoomLog) -> tuple[int, str]:
        """The clock of what is said next, and the last that it follows."""
        drawn = log.draw(KEYS[1], SERIES, "x", 0, "hi", 0)
        return drawn.clock, drawn.seen[-1] if drawn.seen else ""

    def test_loaded(self) -> None:
        """Of a room in which millions of messages were said the last are loaded: what is said
        next follows them, and not the few that claim to be far from most."""
        usual = [said(number, 5 * MAX_AHEAD + number) for number in range(1, 9)]
        low, high = said(9, 1, KEYS[1]), said(10, 9 * MAX_AHEAD, KEYS[1])
        log = RoomLog("den", ORIGIN)
        log.load([*usual, high])
        self.assertEqual(self.draws(log), (5 * MAX_AHEAD + 9, usual[-1].identifier))
        log = RoomLog("den", ORIGIN)
        log.load([low, *usual, high])
        log.follow(9 * MAX_AHEAD)
        self.assertEqual(log.clock, 1)
        log.follow(5 * MAX_AHEAD + 2)
        self.assertEqual(self.draws(log), (5 * MAX_AHEAD + 9, usual[-1].identifier))

    def test_crowd(self) -> None:
        """However many of them come, what others say is held, and the last of it, also where
        little is held at all, as by one who is in many rooms."""
        for most, far in ((2 * MAX_FAR + 9, MAX_FAR), (LEAST_HELD, LEAST_HELD // 2)):
            log = RoomLog("den", ORIGIN, most)
            for number in range(1, most + 1):
                log.add(said(number, 2**50 + number))
            self.assertEqual(log.size, most)
            for number in range(1, most + 1):
                self.assertIsNotNone(log.add(said(number, number, key=KEYS[1])))
            others = [message.number for message in log if message.key == KEYS[1]]
            self.assertEqual(others, list(range(most - len(others) + 1, most + 1)))
            self.assertEqual((log.size, len(others)), (most, most - far))
            self.assertEqual(log.clock, most)

    def test_one_more(self) -> None:
        """What is not held, as there are too many of them, is not said to be."""
        log = RoomLog("den", ORIGIN, MAX_FAR + 1)
        for number in range(1, MAX_FAR + 2):
            self.assertIsNotNone(log.add(said(number, 2**50 + number)))
        self.assertIsNone(log.add(said(number + 1, 2**51)))
