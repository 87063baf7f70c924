"""Gaps are filled from anybody who has it, and nobody is believed."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.gen2.history.members import (
    KEYS,
    ORIGIN,
    ROOM,
    SERIES,
    Member,
    RoomNetwork,
    altered,
)
from tests.support.strategies import some
from twisted_chat.errors import WireError
from twisted_chat.peer.gen2.clocks import MAX_AHEAD
from twisted_chat.peer.gen2.history import sync
from twisted_chat.peer.gen2.history.gaps import missing
from twisted_chat.peer.gen2.history.giving import MAX_FEEDS, MAX_GIVEN, RANGE
from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.peer.gen2.history.member_record import GIVEN_WITHIN, MAX_LOOKED
from twisted_chat.peer.gen2.history.spans import HistorySpans
from twisted_chat.peer.gen2.history.sync import (
    EXPIRES_IN,
    MAX_ASKED,
    MAX_WRONG,
    PATIENCE,
    QUIET,
    REFUSED_FOR,
    RETELL,
    SOON,
    TOLD_ALL,
    HistorySync,
    ToSend,
)
from twisted_chat.peer.gen2.ranges import Runs
from twisted_chat.wire.gen2.for_new import ALL
from twisted_chat.wire.gen2.history import MAX_COUNT, Given, Have, RoomClock, RoomMessage, Want

FEED = "a" * 64 + ".00000000deadbeef"
"""Of somebody who is not there."""


def network(count: int, for_new: int = -1, seed: int = 0) -> RoomNetwork:
    return RoomNetwork([Member(key, for_new) for key in KEYS[:count]], Random(seed))


def lie(liar: Member, number: int, clock: int, text: str) -> RoomMessage:
    key = liar.signer.key
    message = RoomMessage(ROOM, ORIGIN, key, SERIES, "x", number, clock, 0, (), text)
    return liar.signer.sign(message)


class CountingLog(RoomLog):
    """Counts how often it is looked at what there is of a feed."""

    looked = 0

    def runs(self, feed: str) -> Runs:
        self.looked += 1
        return super().runs(feed)


class HealingTests(SynchronousTestCase):
    @some
    @given(st.integers(0, 2**32))
    def test_all_honest_members_have_the_same_in_the_end(self, seed: int) -> None:
        """Whatever partitions, restarts, losses, wrong clocks and liars there were, all honest
        members have all that honest members have said, in one order, and the same of the liar."""
        random = Random(seed)
        net = network(5, seed=seed)
        honest, liar = net.members[:4], net.members[4]
        spoken: list[RoomMessage] = []
        for step in range(random.randrange(20, 160)):
            a, b = random.sample(net.members, 2)
            match random.randrange(9):
                case 0:
                    net.cut(a, b)
                case 1 | 2:
                    net.link(a, b)
                case 3 if a is not liar:
                    net.restart(a)
                case 4:
                    net.tick()
                case 5:
                    number = random.choice((1, 2, 3, random.randrange(1, 10**9)))
                    clock = random.choice((1, random.randrange(1, 50), MAX_COUNT - 1))
                    net.send(
                        liar,
                        random.choice(honest),
                        lie(liar, number, clock, f"lie {step}"),
                        live=True,
                    )
                case 6 if spoken:
                    live = random.choice((True, False))
                    net.send(
                        liar, random.choice(honest), altered(random.choice(spoken)), live=live
                    )
                case _ if a is not liar:
                    time = random.choice((0, step, 10**15))
                    spoken.append(net.say(a, f"text {step}", time))
            for _ in range(random.randrange(12)):
                net.deliver()
        net.heal()
        histories = [member.history() for member in honest]
        self.assertEqual(histories[1:], histories[:1] * 3)
        self.assertLessEqual({one.identifier for one in spoken}, set(histories[0]))
        self.assertNotIn("!", "".join(one.text for one in honest[0].log))
        lacking = [missing(member.log) for member in honest]
        self.assertEqual(lacking[1:], lacking[:1] * 3)
        self.assertLessEqual({one.feed for one in lacking[0]}, {liar.feed})
        for message in spoken:
            # Of more than two texts under one number of the liar not all are held.
            for one in set(message.seen) & set(histories[0]):
                self.assertLess(histories[0].index(one), histories[0].index(message.identifier))

    def test_handed_on(self) -> None:
        """What alice has said reaches carol by way of bob, when alice is gone."""
        net = network(3)
        alice, bob, carol = net.members
        net.link(alice, bob)
        message = net.say(alice, "hello")
        net.settle()
        net.cut(alice, bob)
        net.link(bob, carol)
        net.settle()
        self.assertEqual(carol.history(), [message.identifier])

    def test_nothing_is_asked_twice(self) -> None:
        """Of two who have the same, one gives it."""
        net = network(3)
        alice, bob, carol = net.members
        net.link(alice, bob)
        for number in range(600):
            net.say(alice, str(number))
        net.settle()
        net.link(bob, carol)
        net.link(alice, carol)
        before = net.carried
        net.settle()
        self.assertEqual(carol.history(), alice.history())
        self.assertLess(net.carried - before, 600 + 80)

    def test_the_newest_come_first(self) -> None:
        """What was said last is asked for and given before what was said long ago."""
        net = network(2)
        alice, bob = net.members
        for number in range(RANGE * 2):
            net.say(alice, str(number))
        net.link(alice, bob)
        net.settle(20)
        self.assertEqual(bob.added[0].message.number, RANGE * 2)
        self.assertEqual(bob.added[-1].message.number, 1)

    def test_an_author_who_is_there(self) -> None:
        """Nobody is asked for what its author may be about to say by themselves."""
        net = network(2)
        alice, bob = net.members
        net.say(alice, "hello")
        net.link(alice, bob)
        while net.deliver():
            pass
        self.assertEqual(bob.sync.wants(SOON - 0.01), [])
        self.assertEqual(bob.sync.wake, SOON)
        bob.sync.heard(alice.fingerprint, SOON)
        self.assertEqual(bob.sync.wants(SOON + QUIET - 0.1), [])
        self.assertEqual(len(bob.sync.wants(SOON + QUIET)), 1)

    def have(self, feed: str = FEED) -> Have:
        """Somebody says to have what nobody has."""
        return Have(ROOM, ORIGIN, feed, ((1, 1),), "0" * 32)

    def test_silent_members(self) -> None:
        """What one says to have and does not give is asked of another."""
        net = network(3)
        alice, bob, carol = net.members
        asked = []
        for one in (alice, bob):
            carol.sync.linked(one.fingerprint, 0.0)
            asked += carol.sync.told(one.fingerprint, self.have(), 0.0)
        self.assertEqual(carol.sync.wants(PATIENCE / 2), [])
        asked += carol.sync.wants(PATIENCE)
        self.assertEqual([who for who, _ in asked], [alice.fingerprint, bob.fingerprint])
        self.assertEqual(asked[0][1], asked[1][1])

    def test_asked_again_after_a_while(self) -> None:
        """One who gave nothing, as they had given much, is asked again a minute later."""
        net = network(2)
        alice, bob = net.members
        bob.sync.linked(alice.fingerprint, 0.0)
        ((_, want),) = bob.sync.told(alice.fingerprint, self.have(), 0.0)
        assert isinstance(want, Want)
        given = Given(ROOM, ORIGIN, FEED, want.first, want.last)
        self.assertEqual(bob.sync.answered(alice.fingerprint, given, 0.0), [])
        self.assertEqual(bob.sync.wants(REFUSED_FOR - 1), [])
        self.assertEqual(bob.sync.wants(REFUSED_FOR), [(alice.fingerprint, want)])

    def test_told_again(self) -> None:
        """Now and then one of the members is told what they were not told of, each in turn."""
        net = network(3)
        alice, bob, carol = net.members
        for one in (bob, carol):
            alice.came(one.fingerprint)
            self.assertEqual(alice.sync.linked(one.fingerprint, 0.0), [])
        net.say(alice, "hello")
        self.assertEqual(alice.sync.tick(RETELL - 1), [])
        ((first, have),) = alice.sync.tick(RETELL)
        self.assertIsInstance(have, Have)
        ((second, _),) = alice.sync.tick(2 * RETELL)
        self.assertEqual({first, second}, {bob.fingerprint, carol.fingerprint})
        self.assertEqual(alice.sync.tick(3 * RETELL), [])


class LargeTests(SynchronousTestCase):
    def test_many_members(self) -> None:
        """In a large room a few members are told of all feeds at once, and others when it is
        their turn."""
        net = network(2)
        alice, bob = net.members
        net.link(alice, bob)
        net.say(bob, "hello")
        net.settle(5)
        told = []
        for number in range(2 * TOLD_ALL):
            alice.came(f"{number:064x}")
            told.append(len(alice.sync.linked(f"{number:064x}", 0.0)))
        self.assertEqual(told, [1] * (TOLD_ALL - 1) + [0] * (TOLD_ALL + 1))

    def test_nothing_lacking(self) -> None:
        """What others say to have costs nothing more where all of it is there."""
        net = network(2)
        alice, bob = net.members
        net.link(alice, bob)
        net.say(alice, "hello")
        net.settle(5)
        have = Have(ROOM, ORIGIN, alice.feed, ((1, 1),), alice.log.digest(alice.feed, ((1, 1),)))
        self.assertEqual(bob.sync.told(alice.fingerprint, have, 10.0), [])
        self.assertEqual(bob.sync._members[alice.fingerprint].lacks, {})


class LyingTests(SynchronousTestCase):
    def asking(self) -> tuple[RoomNetwork, Member, Member]:
        """One who has asked a liar for what the liar has said."""
        net = network(2)
        alice, liar = net.members
        alice.sync.linked(liar.fingerprint, 0.0)
        alice.sync.told(liar.fingerprint, Have(ROOM, ORIGIN, liar.feed, ((1, 99),), "0" * 32), 0.0)
        self.assertEqual(len(alice.sync.wants(QUIET)), 1)
        return net, alice, liar

    def test_two_texts_under_one_number(self) -> None:
        """Both are shown to everybody, whichever came first, and each says that there is the
        other."""
        net = network(3)
        alice, bob, liar = net.members
        net.link(alice, liar)
        net.link(bob, liar)
        one, other = lie(liar, 1, 1, "yes"), lie(liar, 1, 1, "no")
        net.send(liar, alice, one, live=True)
        net.send(liar, bob, other, live=True)
        net.settle(5)
        net.cut(alice, liar)
        net.cut(bob, liar)
        net.link(alice, bob)
        net.settle()
        for member in (alice, bob):
            self.assertEqual({text.text for text in member.log}, {"yes", "no"})
            self.assertEqual(len(member.log.versions(liar.feed, 1)), 2)
            self.assertEqual(len(member.added[-1].contradicts), 1)

    def test_tells_without_end(self) -> None:
        """One who says again and again to have something has so much compared in a minute, and
        nothing is remembered of feeds that there are not."""
        net = network(2)
        alice, liar = net.members
        for number in range(1, 1_001):
            alice.log.add(lie(liar, number, number, "x"))
        alice.sync.linked(liar.fingerprint, 0.0)
        for last in range(1, 1_000):
            have = Have(ROOM, ORIGIN, liar.feed, ((1, last + 1_000),), "0" * 32)
            alice.sync.told(liar.fingerprint, have, 1.0)
        record = alice.sync._records[liar.fingerprint]
        self.assertGreater(record.looked, MAX_LOOKED)
        later = Have(ROOM, ORIGIN, FEED, ((1, 5),), "0" * 32)
        has = alice.sync._members[liar.fingerprint].has
        alice.sync.told(liar.fingerprint, later, 2.0)
        self.assertNotIn(FEED, has)
        alice.sync.told(liar.fingerprint, later, 2.0 + GIVEN_WITHIN)
        self.assertIn(FEED, has)
        self.assertNotIn(FEED, alice.log._digests)

    def test_a_wrong_signature(self) -> None:
        """It is shown to nobody, and one who hands on many is asked for nothing more."""
        _, alice, liar = self.asking()
        message = altered(lie(liar, 1, 1, "yes"))
        for _ in range(MAX_WRONG):
            self.assertRaises(WireError, alice.sync.handed, liar.fingerprint, message)
        self.assertEqual(alice.history(), [])
        self.assertEqual(alice.sync.wants(1000.0), [])

    def test_not_asked_for(self) -> None:
        """What was not asked for is not taken, nor looked at."""
        _, alice, liar = self.asking()
        self.assertIsNone(alice.sync.handed(liar.fingerprint, altered(lie(liar, 100, 1, "x"))))
        self.assertIsNotNone(alice.sync.handed(liar.fingerprint, lie(liar, 99, 1, "x")))

    def test_invented_authors(self) -> None:
        """Of authors of whom nobody has heard one member can hand on only so much."""
        _, alice, liar = self.asking()
        self.patch(sync, "MAX_STRANGE", 3)
        other = HistorySync(alice.log, alice.spans, lambda fingerprint: False)
        other.linked(liar.fingerprint, 0.0)
        other.told(liar.fingerprint, Have(ROOM, ORIGIN, liar.feed, ((1, 99),), "0" * 32), 0.0)
        other.wants(QUIET)
        given = [other.handed(liar.fingerprint, lie(liar, n, n, "x")) for n in range(1, 6)]
        self.assertEqual([one is not None for one in given], [True] * 3 + [False] * 2)

    def test_invented_numbers(self) -> None:
        """A large number makes a gap that is known to be invented, and costs a bounded number of
        questions."""
        net = network(2)
        alice, liar = net.members
        net.link(alice, liar)
        for number in (1, MAX_COUNT - 1):
            net.send(liar, alice, lie(liar, number, number, "x"), live=True)
        net.settle(5)
        (gap,) = missing(alice.log)
        self.assertTrue(gap.invented)
        have = Have(ROOM, ORIGIN, liar.feed, ((1, MAX_COUNT - 1),), "0" * 32)
        asked = len(alice.sync.told(liar.fingerprint, have, 100.0))
        for second in range(60):
            asked += len(alice.sync.wants(100.0 + second))
        self.assertLess(asked, 60)

    def test_gives_nothing(self) -> None:
        """One who says to have very much and gives none of it is asked for so much, and then for
        nothing more before that is forgotten."""
        net = network(2)
        alice, liar = net.members
        alice.sync.linked(liar.fingerprint, 0.0)
        self.patch(sync, "MAX_REFUSED", 10)
        have = Have(ROOM, ORIGIN, FEED, ((1, 90_000),), "0" * 32)
        asked = alice.sync.told(liar.fingerprint, have, 1.0)
        count = 0
        while asked:
            count += len(asked)
            ((_, want), *_) = asked
            assert isinstance(want, Want)
            given = Given(ROOM, ORIGIN, FEED, want.first, want.last)
            asked = alice.sync.answered(liar.fingerprint, given, 1.0)
        self.assertLess(count, 15)

    def test_gives_nothing_of_much(self) -> None:
        """One who says to have very many feeds and gives nothing of them has each looked at four
        times at most, and what nobody has asked for has nothing looked at."""
        liar, count = network(1).members[0].fingerprint, MAX_FEEDS - 50
        log = CountingLog(ROOM, ORIGIN)
        sync = HistorySync(log, HistorySpans(log), lambda one: False)
        sync.linked(liar, 0.0)
        asked: ToSend = []
        for number in range(count):
            have = Have(ROOM, ORIGIN, f"{number:064x}.{number:016x}", ((1, 2),), "0" * 32)
            asked += sync.told(liar, have, 1.0)
        self.assertFalse(asked[MAX_ASKED:])
        self.assertLess(log.looked, 4 * count)
        log.looked, at = 0, 0
        while at < len(asked):
            _, want = asked[at]
            at += 1
            assert isinstance(want, Want)
            given = Given(ROOM, ORIGIN, want.feed, want.first, want.last)
            asked += sync.answered(liar, given, 1.0 + at / 100)
        self.assertEqual(len(asked), count)
        self.assertLess(log.looked, 4 * count)
        log.looked = 0
        self.assertEqual(sync.answered(liar, Given(ROOM, ORIGIN, FEED, 1, 2), 9.0), [])
        self.assertEqual(log.looked, 0)
        # What may be asked anew comes bit by bit, and is looked at together.
        now = 1.01 + REFUSED_FOR
        sync.tick(now)
        self.assertGreaterEqual(sync.wake, now + EXPIRES_IN)

    def test_a_clock_far_ahead(self) -> None:
        """It does not take the clocks of others there: they have room for all they say."""
        net = network(2)
        alice, liar = net.members
        net.link(alice, liar)
        net.send(liar, alice, lie(liar, 1, MAX_COUNT - 1, "the end"), live=True)
        net.settle(5)
        self.assertLess(net.say(alice, "no").clock, MAX_AHEAD)


class PrivacyTests(SynchronousTestCase):
    def _after(self, for_new: int) -> tuple[RoomNetwork, Member]:
        net = network(2, for_new)
        alice, bob = net.members
        for number in range(10):
            net.say(alice, str(number))
        net.link(alice, bob)
        net.settle(20)
        return net, bob

    def given(self, net: RoomNetwork, to: Member) -> list[int]:
        """The numbers of what alice gives to somebody who asks for all that she has said."""
        alice = net.members[0]
        want = Want(ROOM, ORIGIN, alice.feed, 1, 20)
        given = alice.sync.asked(to.fingerprint, want, 0.0)
        self.assertEqual(given[-1], Given(ROOM, ORIGIN, alice.feed, 1, 20))
        return [one.number for one in given if isinstance(one, RoomMessage)]

    def test_newcomers(self) -> None:
        """They are given so many of what was said before, and all that is said from then on."""
        for for_new, count in ((0, 0), (3, 3), (100, 10), (ALL, 10)):
            net, bob = self._after(for_new)
            self.assertEqual(len(bob.history()), count)
            net.say(net.members[0], "now")
            net.settle(5)
            self.assertEqual(len(bob.history()), count + 1)

    def test_newcomers_after_a_clock_far_ahead(self) -> None:
        """A lie about the clock keeps nothing from newcomers that is said after they came."""
        for for_new in (0, 1):
            net = network(3, for_new)
            alice, bob, liar = net.members
            net.link(alice, liar)
            net.say(alice, "before")
            net.send(liar, alice, lie(liar, 1, MAX_COUNT - 1, "the end"), live=True)
            net.settle(5)
            net.link(alice, bob)
            net.settle(5)
            net.cut(alice, bob)
            net.say(alice, "after")
            net.link(alice, bob)
            net.settle(20)
            self.assertIn("after", [one.text for one in bob.log])
            self.assertEqual("before" in [one.text for one in bob.log], for_new == 1)

    def test_one_who_asks_for_more(self) -> None:
        """Nothing from before is given or named to a newcomer, whatever they ask for."""
        net, bob = self._after(3)
        alice = net.members[0]
        self.assertEqual(self.given(net, bob), [10, 9, 8])
        ((_, have),) = alice.sync.linked(bob.fingerprint, 0.0)
        assert isinstance(have, Have)
        self.assertEqual(have.runs, ((8, 10),))

    def test_one_who_was_away(self) -> None:
        """A member is given what was said while they were in the room and could not be reached."""
        net, bob = self._after(0)
        alice = net.members[0]
        net.cut(alice, bob)
        net.say(alice, "while away")
        net.link(alice, bob)
        net.settle(20)
        self.assertEqual([one.text for one in bob.log], ["while away"])

    def test_one_who_left(self) -> None:
        """What was said while somebody was not in the room is not for them, but what newcomers
        are given."""
        for for_new, expected in ((0, [13, 12, 11]), (1, [14, 13, 12, 11])):
            net, bob = self._after(0)
            alice = net.members[0]
            alice.for_new = for_new
            net.cut(alice, bob)
            for number in range(3):
                net.say(alice, f"while there {number}")
            alice.spans.went(bob.fingerprint)
            net.say(alice, "while not there")
            net.link(alice, bob)
            self.assertEqual(self.given(net, bob), expected)

    def test_remembered_members(self) -> None:
        """One who was there before we were started is given what was said until then."""
        net, bob = self._after(0)
        alice = net.members[0]
        net.cut(alice, bob)
        net.say(alice, "while away")
        net.restart(alice)
        net.say(alice, "while we do not know")
        net.link(alice, bob)
        self.assertEqual(self.given(net, bob), [11])

    def test_one_who_makes_clocks_jump(self) -> None:
        """One who says to somebody that it is much later, and is put out, is not given by them
        what others say after that, who have not heard of it."""
        net = network(3, 0)
        alice, bob, liar = net.members
        for one, other in ((alice, bob), (alice, liar), (bob, liar)):
            net.link(one, other)
        net.say(bob, "while there")
        net.settle(1)
        net.send(liar, alice, lie(liar, 1, MAX_AHEAD // 2, "later"), live=True)
        net.deliver()
        for one in (alice, bob):
            net.cut(one, liar)
            one.spans.went(liar.fingerprint)
        secret = net.say(bob, "while put out")
        net.settle(1)
        self.assertLess(secret.clock, alice.log.clock)
        net.link(alice, liar)
        want = Want(ROOM, ORIGIN, bob.feed, 1, 20)
        given = alice.sync.asked(liar.fingerprint, want, 0.0)
        texts = [one.text for one in given if isinstance(one, RoomMessage)]
        self.assertEqual(texts, ["while there"])
        told = [one for _, one in alice.sync.linked(liar.fingerprint, 0.0)]
        runs = [one.runs for one in told if isinstance(one, Have) and one.feed == bob.feed]
        self.assertEqual(runs, [((1, 1),)])

    def test_those_who_are_not_members(self) -> None:
        """Nothing is given to, taken from, or asked of one whom the server does not name."""
        net, bob = self._after(ALL)
        alice = net.members[0]
        alice.sync.parted(bob.fingerprint)
        self.assertEqual(self.given(net, bob), [])
        self.assertIsNone(alice.sync.handed(bob.fingerprint, lie(bob, 1, 1, "hello?")))
        have = Have(ROOM, ORIGIN, FEED, ((1, 2),), "0" * 32)
        self.assertEqual(alice.sync.told(bob.fingerprint, have, 0.0), [])
        self.assertEqual(alice.sync.wants(0.0), [])

    def test_barred(self) -> None:
        """One to whom nothing goes is neither asked after what belongs what we say, nor told."""
        net, bob = self._after(ALL)
        alice, barred = net.members[0], set[str]()
        sync = HistorySync(alice.log, alice.spans, lambda one: True, barred.__contains__)
        sync.unsettled = True
        asked = (bob.fingerprint, RoomClock(ROOM, ORIGIN, None))
        self.assertEqual(sync.linked(bob.fingerprint, 0.0)[0], asked)
        told = (bob.fingerprint, RoomClock(ROOM, ORIGIN, alice.log.clock))
        self.assertEqual(sync.asked_clock(bob.fingerprint), [told, asked])
        barred.add(bob.fingerprint)
        self.assertEqual(sync.linked(bob.fingerprint, 0.0), [])
        self.assertEqual(sync.asked_clock(bob.fingerprint), [])
        self.assertFalse(sync.follows(bob.fingerprint, 7))
        self.assertEqual(sync.clocks, [])
        barred.clear()
        # Once over each link: what follows would be looked at anew for each.
        self.assertEqual(
            [sync.follows(bob.fingerprint, 7 + n) for n in range(3)], [True, False, False]
        )
        self.assertEqual(sync.clocks, [7])
        sync.linked(bob.fingerprint, 0.0)
        sync.unsettled = False
        self.assertFalse(sync.follows(bob.fingerprint, 7), "nobody has asked")

    def test_bounded(self) -> None:
        """One member is given so much in a minute."""
        net, bob = self._after(ALL)
        given = sum(len(self.given(net, bob)) for _ in range(MAX_GIVEN // 10 + 10))
        self.assertLessEqual(given, MAX_GIVEN)
        self.assertEqual(self.given(net, bob), [])
        alice = net.members[0]
        want = Want(ROOM, ORIGIN, alice.feed, 1, 10)
        self.assertEqual(len(alice.sync.asked(bob.fingerprint, want, 100.0)), 11)
