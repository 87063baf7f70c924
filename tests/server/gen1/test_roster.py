"""What members are told when a room changes."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, EVE, Server
from tests.support.strategies import sequences, some
from twisted_chat.addresses import Address
from twisted_chat.server.bounds import GATHER, SMALL_ROOM
from twisted_chat.server.gen1 import roster
from twisted_chat.wire.gen1 import RosterEntry


def entries(members: list[Address]) -> list[bytes]:
    """These members as a roster lists them."""
    return [RosterEntry(*member).encode() for member in members]


def told(sent: list[tuple[bytes, Address]], member: Address) -> list[bytes]:
    """What went to one member."""
    return [datagram for datagram, to in sent if to == member]


def serving(*users: Address, rooms: int = 1) -> Server:
    """A server with these users, and the rooms room0, room1 and so on."""
    server = Server(rate=0, users_per_host=1000)
    for number, user in enumerate(users):
        server.ask(user, b"hi user%d" % number)
    for number in range(rooms):
        server.ask(users[0], b"rc room%d" % number)
    return server


class Peer:
    """What a peer makes of the rosters that it is sent."""

    def __init__(self) -> None:
        self.listed: list[bytes] = []

    def hear(self, datagram: bytes) -> None:
        """Take one datagram of a roster."""
        if datagram == CLEAR:
            self.listed = []
        else:
            self.listed.append(datagram)


class SmallRoomTests(SynchronousTestCase):
    """The original's bytes, at every change, for every member."""

    def test_at_each_change(self) -> None:
        """Up to 32 members get the clear and the list, all of them, at each join and leave."""
        crowd = [(f"198.51.100.{number}", 4000) for number in range(SMALL_ROOM)]
        server, members = serving(*crowd), list[Address]()
        for newcomer in crowd:
            members.append(newcomer)
            sent = server.all(newcomer, b"rj room0")
            for member in members:
                others = [other for other in members if other != member]
                self.assertEqual(told(sent, member), [CLEAR, *entries(others)])
            self.assertEqual({to for _, to in sent}, set(members))
        for leaver in crowd[::-1]:
            members.remove(leaver)
            sent = server.all(leaver, b"rk")
            self.assertEqual(told(sent, leaver), [CLEAR])
            for member in members:
                others = [other for other in members if other != member]
                self.assertEqual(told(sent, member), [CLEAR, *entries(others)])

    def test_other_rooms_hear_nothing(self) -> None:
        """A change in one room is nobody's business in another."""
        server = serving(ALICE, BOB, EVE, rooms=2)
        server.ask(BOB, b"rj room1")
        sent = server.all(ALICE, b"rj room0") + server.all(ALICE, b"rk")
        self.assertEqual(told(sent, BOB) + told(sent, EVE), [])

    def test_another_room(self) -> None:
        """Joining another room leaves the first: those who stay and those who are there know."""
        server = serving(ALICE, BOB, EVE, rooms=2)
        for user, room in ((ALICE, b"room0"), (BOB, b"room0"), (EVE, b"room1")):
            server.ask(user, b"rj " + room)
        sent = server.all(BOB, b"rj room1")
        self.assertEqual(told(sent, ALICE), [CLEAR])
        self.assertEqual(told(sent, EVE), [CLEAR, *entries([BOB])])
        self.assertEqual(told(sent, BOB), [CLEAR, *entries([EVE])])

    def test_repeated(self) -> None:
        """A repeated join tells who repeated it the list again, and nobody else anything."""
        server = serving(ALICE, BOB)
        server.ask(ALICE, b"rj room0")
        server.ask(BOB, b"rj room0")
        self.assertEqual(server.all(BOB, b"rj room0"), [(CLEAR, BOB), (entries([ALICE])[0], BOB)])

    def test_no_such_room(self) -> None:
        """A user who asks for a room that is not there stays where it is."""
        server = serving(ALICE, BOB)
        server.ask(ALICE, b"rj room0")
        self.assertEqual(server.all(ALICE, b"rj nowhere"), [(b"rj", ALICE)])
        self.assertEqual(told(server.all(BOB, b"rj room0"), ALICE), [CLEAR, *entries([BOB])])


class LargeRoomTests(SynchronousTestCase):
    """Growth that a large room can bear."""

    def crowd(self, count: int) -> tuple[Server, list[Address]]:
        """A room of so many."""
        crowd = [(f"198.51.{number // 250}.{number % 250}", 4000) for number in range(count)]
        server = serving(*crowd, ALICE, BOB)
        for member in crowd:
            server.all(member, b"rj room0")
        server.wait(3)
        return server, crowd

    def test_again_and_again(self) -> None:
        """Where somebody keeps leaving, the lists of all members are no more datagrams a
        second than their share."""
        self.patch(roster, "LISTS", 1000)
        count = SMALL_ROOM + 8
        crowd = [(f"198.51.100.{number}", 4000) for number in range(count)]
        server, lists, begun = serving(*crowd), list[float](), 0.0
        for member in crowd:
            server.ask(member, b"rj room0")
        server.wait(GATHER)
        begun = server.now
        while server.now < begun + 10:
            server.ask(crowd[-1], b"rk")
            server.ask(crowd[-1], b"rj room0")
            lists += [server.now] * (CLEAR in told(server.wait(0.1), crowd[0]))
        self.assertLess(lists[0] - begun, GATHER + 0.1)
        self.assertTrue(6 <= len(lists) <= 1 + 10 / (count * (count - 1) / 1000), len(lists))

    def test_the_33rd(self) -> None:
        """From the 33rd member on a newcomer costs each member one datagram, at once."""
        server, crowd = self.crowd(SMALL_ROOM)
        sent = server.all(ALICE, b"rj room0")
        for member in crowd:
            self.assertEqual(told(sent, member), entries([ALICE]))
        self.assertEqual(told(sent, ALICE), [CLEAR, *entries(crowd)])

    def test_back_to_32(self) -> None:
        """A room that has shrunk to 32 gets the whole list at once again."""
        server, crowd = self.crowd(SMALL_ROOM + 1)
        sent = server.all(crowd[0], b"rk")
        for member in crowd[1:]:
            self.assertEqual(told(sent, member)[0], CLEAR)
            self.assertEqual(len(told(sent, member)), SMALL_ROOM)
        self.assertEqual(server.wait(2 * GATHER), [])

    def test_back_to_32_while_gathering(self) -> None:
        """What was gathered is in the list that a small room gets at once, and not told again."""
        server, crowd = self.crowd(SMALL_ROOM + 2)
        self.assertEqual(told(server.all(crowd[0], b"rk"), crowd[5]), [])
        sent = server.all(crowd[1], b"rk")
        self.assertEqual(len(told(sent, crowd[5])), SMALL_ROOM)
        self.assertEqual(server.wait(2 * GATHER), [])

    def test_a_newcomer_while_the_list_is_on_its_way(self) -> None:
        """Those who come while a long list is being sent are at its end, each once."""
        server, crowd = self.crowd(200)
        sent = server.all(ALICE, b"rj room0")
        self.assertLess(len(told(sent, ALICE)), 100)
        sent += server.all(BOB, b"rj room0") + server.wait(0.5)
        self.assertEqual(told(sent, ALICE), [CLEAR, *entries([*crowd, BOB])])

    def test_together(self) -> None:
        """Many who leave within a second cost one roster, a second after the first."""
        server, crowd = self.crowd(100)
        leaving, staying = crowd[:40], crowd[40:]
        sent: list[tuple[bytes, Address]] = []
        for leaver in leaving:
            sent += server.all(leaver, b"rk")
            sent += server.wait(GATHER / 50)
        self.assertEqual({to for _, to in sent}, set(leaving))
        self.assertEqual(server.wait(GATHER * 9 / 50), [])
        sent = server.wait(GATHER / 25)
        for member in staying:
            others = [other for other in staying if other != member]
            self.assertEqual(told(sent, member), [CLEAR, *entries(others)])
        self.assertEqual(server.wait(3), [])

    def test_two_rooms(self) -> None:
        """Each room is told a second after its own first departure."""
        server, crowd = self.crowd(80)
        server.ask(ALICE, b"rc other")
        for member in crowd[40:]:
            server.all(member, b"rj other")
        server.wait(3)
        server.all(crowd[0], b"rk")
        self.assertEqual(server.wait(GATHER / 2), [])
        server.all(crowd[79], b"rk")
        sent = server.wait(GATHER * 0.6)
        self.assertEqual({to for _, to in sent}, set(crowd[1:40]))
        sent = server.wait(GATHER * 0.6)
        self.assertEqual({to for _, to in sent}, set(crowd[40:79]))

    def test_however_they_go(self) -> None:
        """Leaving the room, the server, or for another room, are gathered alike."""
        server, crowd = self.crowd(50)
        server.ask(ALICE, b"rc other")
        for leaver, how in zip(crowd, (b"rk", b"by", b"rj other", b"hi renamed"), strict=False):
            sent = server.all(leaver, how)
            self.assertEqual({to for _, to in sent}, {leaver})
        sent = server.wait(GATHER + 0.1)
        for member in crowd[4:]:
            self.assertEqual(told(sent, member).count(CLEAR), 1)
            self.assertEqual(len(told(sent, member)), 46)

    def test_a_newcomer_meanwhile(self) -> None:
        """A newcomer while departures are gathered is told at once, and is in the next list."""
        server, crowd = self.crowd(50)
        server.all(crowd[0], b"rk")
        sent = server.all(ALICE, b"rj room0")
        self.assertEqual(told(sent, crowd[1]), entries([ALICE]))
        sent = server.wait(GATHER + 0.1)
        self.assertEqual(told(sent, crowd[1]), [CLEAR, *entries([*crowd[2:], ALICE])])


class Properties(SynchronousTestCase):
    """What every member believes."""

    @some
    @given(
        st.integers(0, 80),
        sequences(
            st.tuples(
                st.integers(0, 80),
                st.sampled_from([b"rj room0", b"rj room0", b"rj room1", b"rk", b"by", b"hi"]),
                st.sampled_from([0.0, 0.0, 0.005, 0.3, 1.5]),
            ),
            40,
        ),
    )
    def test_everybody_knows_in_the_end(
        self, inside: int, steps: list[tuple[int, bytes, float]]
    ) -> None:
        """When it has been quiet for a moment, every member knows exactly the others."""
        crowd = [(f"198.51.100.{number}", 4000) for number in range(81)]
        server, peers = serving(*crowd, rooms=2), {user: Peer() for user in crowd}

        def deliver(sent: list[tuple[bytes, Address]]) -> None:
            for datagram, to in sent:
                if datagram.startswith(b"rj "):
                    peers[to].hear(datagram)

        for user in crowd[:inside]:
            deliver(server.all(user, b"rj room0"))
        for number, request, pause in steps:
            name = b" user%d" % number if request == b"hi" else b""
            deliver(server.all(crowd[number], request + name))
            deliver(server.wait(pause))
        deliver(server.wait(3))
        for user in crowd:
            found = server.core.directory.user_at(user)
            rooms = found.rooms if found else ()
            others = [m.address for room in rooms for m in room.members if m.address != user]
            self.assertEqual(sorted(peers[user].listed), sorted(entries(others)))


class CostTests(SynchronousTestCase):
    """What members are told when a room changes."""

    def test_small(self) -> None:
        """Up to 32 members get the clear and the list at every change."""
        server = Server(rate=0)
        crowd = server.join(31)
        server.ask(ALICE, b"hi alice")
        sent = server.all(ALICE, b"rj lab")
        for member in crowd:
            told = [s for s, to in sent if to == member]
            self.assertEqual(told[0], CLEAR)
            self.assertEqual(len(told), 32)
            self.assertEqual(told[-1], b"rj 192.0.2.1 1000")

    def test_large_join(self) -> None:
        """In a larger room those who are there get the newcomer alone."""
        server = Server(rate=0)
        crowd = server.join(100)
        server.ask(ALICE, b"hi alice")
        sent = server.all(ALICE, b"rj lab") + server.wait(1)
        for member in crowd:
            self.assertEqual([s for s, to in sent if to == member], [b"rj 192.0.2.1 1000"])
        told = [s for s, to in sent if to == ALICE]
        self.assertEqual((told[0], len(told), len(set(told))), (CLEAR, 101, 101))

    def test_large_leave(self) -> None:
        """Many who leave together cost one roster, within a second."""
        server = Server(rate=0)
        crowd = server.join(100)
        sent = [item for user in crowd[:50] for item in server.all(user, b"rk")]
        self.assertFalse([to for _, to in sent if to in crowd[50:]])
        sent = server.wait(1.1)
        for member in crowd[50:]:
            told = [s for s, to in sent if to == member]
            self.assertEqual((told[0], len(told)), (CLEAR, 50))
