"""When answers go out."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB
from tests.support.strategies import some
from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.rate import Rate
from twisted_chat.server.gen1.send_queue import TURN_IN_ALL, TURN_PER_ADDRESS, DatagramQueue
from twisted_chat.server.streams import TURN, Slot
from twisted_chat.wire.common import Goodbye
from twisted_chat.wire.gen1 import RosterCleared, UserListed

LARGEST = 9
"""Bytes in the largest datagram here."""


def names(count: int, first: int = 0) -> Iterator[bytes]:
    """A stream of so many users."""
    return (UserListed(f"{number:06}").encode() for number in range(first, first + count))


def listed(count: int, first: int = 0) -> list[bytes]:
    """The same as datagrams."""
    return list(names(count, first))


def of(sent: list[tuple[bytes, Address]], address: Address) -> list[bytes]:
    """What went to one address."""
    return [datagram for datagram, to in sent if to == address]


class Line:
    """A queue whose turns come when they are due."""

    def __init__(self, answer_rate: float = 0, burst: float = 0) -> None:
        self.queue = DatagramQueue(Rate(answer_rate, burst), Soonest())
        self.now = 1000.0
        self.sent: list[tuple[float, bytes, Address]] = []
        self.turns: list[int] = []
        self._received: defaultdict[Address, list[bytes]] = defaultdict(list)

    def flush(self) -> list[tuple[bytes, Address]]:
        """What goes out at once."""
        return self._note(self.queue.flush(self.now))

    def turn(self) -> list[tuple[bytes, Address]]:
        """What goes out in the next turn."""
        if self.queue.wake < NEVER:
            self.now = max(self.now, self.queue.wake)
        return self._note(self.queue.turn(self.now))

    def finish(self) -> None:
        """Take turns until nothing is waiting."""
        self.flush()
        while self.queue.wake < NEVER:
            self.turn()

    def _note(self, out: list[tuple[bytes, Address]]) -> list[tuple[bytes, Address]]:
        for datagram, to in out:
            self.sent.append((self.now, datagram, to))
            self._received[to].append(datagram)
        self.turns.append(len(out))
        return out

    def received(self, address: Address) -> list[bytes]:
        """Everything that this address got."""
        return self._received[address]


class SingleTests(SynchronousTestCase):
    """One answer at a time."""

    def test_at_once(self) -> None:
        """A single answer waits for no turn, and goes out once."""
        line = Line()
        line.queue.send(ALICE, Goodbye().encode(), line.now)
        self.assertEqual(line.flush(), [(b"by", ALICE)])
        self.assertEqual(line.flush(), [])
        self.assertEqual(line.queue.wake, NEVER)

    def test_over_the_share(self) -> None:
        """An address that has had its share gets nothing until it has earned more; others do."""
        line = Line(10, 10)
        for _ in range(9):
            line.queue.send(ALICE, Goodbye().encode(), line.now)
        line.queue.send(BOB, Goodbye().encode(), line.now)
        sent = line.flush()
        self.assertEqual((len(of(sent, ALICE)), len(of(sent, BOB))), (5, 1))
        line.queue.send(ALICE, Goodbye().encode(), line.now + 0.2)
        self.assertEqual(len(line.flush()), 1)


class StreamTests(SynchronousTestCase):
    """Lists and rosters."""

    def test_short_list_at_once(self) -> None:
        """What fits into a turn goes out whole, and no turn follows."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(TURN_PER_ADDRESS - 1))
        self.assertEqual(of(line.flush(), ALICE), listed(TURN_PER_ADDRESS - 1))
        self.assertEqual(line.queue.wake, NEVER)

    def test_long_list_in_turns(self) -> None:
        """A long list is whole and in order after several turns, none of them too large."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(1000))
        line.finish()
        self.assertEqual(line.received(ALICE), listed(1000))
        self.assertLessEqual(max(line.turns), TURN_PER_ADDRESS)
        self.assertAlmostEqual(line.now - 1000.0, TURN * (1000 // TURN_PER_ADDRESS), places=3)

    def test_a_turn_gives_one_share(self) -> None:
        """A stream that was opened just before a turn gets no second share in it."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(1000))
        self.assertEqual(of(line.turn(), ALICE), listed(TURN_PER_ADDRESS))

    def test_asked_again_meanwhile(self) -> None:
        """A list that is on its way is not begun anew."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(100))
        line.flush()
        line.queue.open(ALICE, Slot.USERS, names(100))
        line.finish()
        self.assertEqual(line.received(ALICE), listed(100))
        line.queue.open(ALICE, Slot.USERS, names(1))
        self.assertEqual(of(line.flush(), ALICE), listed(1))

    def test_replaced(self) -> None:
        """A newer roster takes the place of what has not gone out of the older."""
        line = Line()
        line.queue.replace(ALICE, Slot.ROSTER, names(100))
        line.flush()
        line.queue.replace(ALICE, Slot.ROSTER, names(3, first=500))
        line.finish()
        self.assertEqual(line.received(ALICE), listed(TURN_PER_ADDRESS) + listed(3, first=500))

    def test_slots_follow_each_other(self) -> None:
        """Two lists for one address come one after the other, both whole."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(100))
        line.queue.open(ALICE, Slot.ROOMS, names(100, first=500))
        line.finish()
        self.assertEqual(line.received(ALICE), listed(100) + listed(100, first=500))

    def test_cancelled(self) -> None:
        """A link that is gone gets nothing more, and holds nobody up."""
        line = Line()
        line.queue.open(ALICE, Slot.USERS, names(100))
        line.queue.open(BOB, Slot.USERS, names(100))
        line.flush()
        line.queue.cancel(ALICE)
        line.finish()
        self.assertEqual(line.received(ALICE), listed(TURN_PER_ADDRESS))
        self.assertEqual(line.received(BOB), listed(100))

    def test_rate(self) -> None:
        """No site gets more bytes than its burst and what it earns, and no less for long."""
        line = Line(1000, 500)
        line.queue.open(ALICE, Slot.USERS, names(1000))
        line.finish()
        self.assertEqual(line.received(ALICE), listed(1000))
        sent = 0
        for when, datagram, _ in line.sent:
            sent += len(datagram)
            self.assertLessEqual(sent, 500 + LARGEST + 1000 * (when - 1000.0) + 1)
        self.assertLess(line.now - 1000.0, (1000 * LARGEST - 500) / 1000 + 0.1)

    def test_a_slow_receiver_holds_nobody_up(self) -> None:
        """One that has had its share waits, while another's list goes out."""
        line = Line(100, 100)
        line.queue.send(ALICE, UserListed("x" * 97).encode(), line.now)
        line.queue.open(ALICE, Slot.USERS, names(5))
        line.queue.open(BOB, Slot.USERS, names(5))
        sent = line.flush()
        self.assertLessEqual(len(of(sent, ALICE)), 2)
        self.assertEqual(of(sent, BOB), listed(5))
        line.finish()
        self.assertEqual(line.received(ALICE)[1:], listed(5))

    def test_one_share_for_a_site(self) -> None:
        """Several ports of one host share what the host is granted."""
        line = Line(900, 900)
        ports = [("192.0.2.1", 1000 + number) for number in range(10)]
        for address in ports:
            line.queue.open(address, Slot.USERS, names(100))
        self.assertLessEqual(len(line.flush()), 101)
        line.finish()
        self.assertGreater(line.now - 1000.0, 8.9)
        for address in ports:
            self.assertEqual(line.received(address), listed(100))


class FairnessTests(SynchronousTestCase):
    """Many who get much."""

    def test_a_turn_is_bounded(self) -> None:
        """However many wait, no turn is over its bound, and all get everything."""
        line = Line()
        crowd = [(f"198.51.{n // 250}.{n % 250}", 4000) for n in range(300)]
        for address in crowd:
            line.queue.open(address, Slot.USERS, names(100))
        line.finish()
        self.assertLessEqual(max(line.turns), TURN_IN_ALL)
        for address in crowd:
            self.assertEqual(line.received(address), listed(100))

    def test_nobody_waits_twice(self) -> None:
        """Who got nothing in a turn is served before anybody gets a second share."""
        line = Line()
        crowd = [(f"198.51.{n // 250}.{n % 250}", 4000) for n in range(100)]
        for address in crowd:
            line.queue.open(address, Slot.USERS, names(1000))
        shares = Counter(dict.fromkeys(crowd, 0))
        shares.update(to for _, to in line.flush())
        for _ in range(20):
            shares.update(to for _, to in line.turn())
            self.assertEqual(set(shares), set(crowd))
            self.assertLessEqual(max(shares.values()) - min(shares.values()), 2 * TURN_PER_ADDRESS)
        self.assertGreater(min(shares.values()), 0)

    def test_a_newcomer_is_heard_in_a_crowd(self) -> None:
        """A single answer goes out while lists fill every turn."""
        line = Line()
        for number in range(100):
            line.queue.open((f"198.51.100.{number}", 1), Slot.USERS, names(1000))
        line.flush()
        line.queue.send(BOB, Goodbye().encode(), line.now)
        self.assertEqual(of(line.flush(), BOB), [b"by"])

    @some
    @given(
        st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(Slot), st.integers(0, 200)), max_size=20
        ),
        st.sampled_from([(0.0, 0.0), (500.0, 100.0), (20_000.0, 20_000.0)]),
    )
    def test_everything_arrives_once(
        self, opened: list[tuple[int, Slot, int]], rate: tuple[float, float]
    ) -> None:
        """Every stream that was taken comes whole, in order, and nothing comes twice."""
        line, wanted = Line(*rate), dict[Address, dict[Slot, list[bytes]]]()
        for number, slot, count in opened:
            address = (f"192.0.2.{number}", 1)
            first = 1000 * list(Slot).index(slot)
            line.queue.open(address, slot, names(count, first))
            wanted.setdefault(address, {}).setdefault(slot, listed(count, first))
        line.finish()
        for address, slots in wanted.items():
            self.assertEqual(line.received(address), list(chain(*slots.values())))
        self.assertEqual({to for _, _, to in line.sent} - set(wanted), set())

    def test_a_roster_may_be_one_datagram(self) -> None:
        """A stream of one answer leaves nothing behind."""
        line = Line()
        line.queue.replace(ALICE, Slot.ROSTER, iter((RosterCleared().encode(),)))
        self.assertEqual(line.flush(), [(b"rj __clear_peers__", ALICE)])
        self.assertEqual(line.turn(), [])
