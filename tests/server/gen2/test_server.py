"""What is said over links, and what comes of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import KEYS, PLACES, House
from tests.server.test_core import ALICE, BOB
from twisted_chat.directory.directory import Registered
from twisted_chat.server.bounds import HELD
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import (
    ContactLocated,
    Introduced,
    Listed,
    PutOut,
    Refused,
    RosterBegins,
    RosterEnds,
    Went,
)
from twisted_chat.wire.gen2.contact import Contact
from twisted_chat.wire.gen2.requests import AskRoster, Extra, Kick

HI, AR, RC, RJ = (Bare(verb) for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))
ANNA = Contact("anna", KEYS[0], *PLACES[0])


class VerbTests(SynchronousTestCase):
    """The seven commands."""

    def test_registration(self) -> None:
        """A name is had by whoever asks first, in any case, and may be asked for again."""
        house = House()
        anna, ben = house.link(0), house.link(1)
        self.assertEqual(house.ask(anna, Register("anna")), [Welcome("anna")])
        self.assertEqual(house.ask(anna, Register("anna")), [Welcome("anna")])
        for name in ("ANNA", "a b", "", "x" * 33, "__clear_peers__"):
            self.assertEqual(house.ask(ben, Register(name)), [HI], name)
        self.assertEqual(house.changes, [Registered(PLACES[0], "anna", "anna", KEYS[0])])

    def test_strangers(self) -> None:
        """Whoever is not registered is told so, whatever it asks."""
        house = House()
        link = house.link()
        for request in (ListUsers(), Leave(), Kick(), AskRoster()):
            self.assertEqual(house.ask(link, request), [HI])

    def test_locate(self) -> None:
        """Both sides of a poke are introduced, whichever of them has a key."""
        house = House()
        anna, ben = house.session("anna", 0), house.session("ben", 1)
        house.datagram(BOB, b"hi bob")
        self.assertEqual(house.ask(ben, Locate("Anna")), [ContactLocated(ANNA)])
        self.assertEqual(house.take(anna), [Introduced(Contact("ben", KEYS[1], *PLACES[1]))])
        self.assertEqual(
            house.ask(anna, Locate("bob")), [ContactLocated(Contact("bob", "", *BOB))]
        )
        self.assertEqual(house.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual(house.ask(anna, Locate("nobody")), [AR])
        self.assertEqual(
            house.datagram(BOB, b"ar anna"), [b"ar %s %d" % (PLACES[0][0].encode(), 7000)]
        )
        self.assertEqual(house.take(anna) + house.take(ben), [])

    def test_lists(self) -> None:
        """Lists hold users of both generations and have an end."""
        house = House()
        anna = house.session("anna")
        house.datagram(BOB, b"hi bob")
        self.assertEqual(house.ask(anna, ListRooms()), [Bare(Verb.RL)])
        self.assertEqual(house.ask(anna, CreateRoom("lab")), [RoomReady("lab")])
        self.assertEqual(house.ask(anna, ListRooms()), [Listed(Verb.RL, ("lab",)), Bare(Verb.RL)])
        users, end = house.ask(anna, ListUsers())
        assert isinstance(users, Listed)
        self.assertEqual((sorted(users.names), end), (["anna", "bob"], Bare(Verb.UL)))
        self.assertEqual(sorted(house.datagram(BOB, b"ul")), [b"ul anna", b"ul bob"])

    def test_rooms(self) -> None:
        """A room is created once, joined if it is there, and left."""
        house = House(members=1)
        anna, ben = house.session("anna", 0), house.session("ben", 1)
        self.assertEqual(house.ask(anna, JoinRoom("lab")), [RJ])
        for _ in range(2):
            self.assertEqual(house.ask(anna, CreateRoom("lab")), [RoomReady("lab")])
        self.assertEqual(house.ask(ben, CreateRoom("LAB")), [RC])
        joined = [RosterBegins("lab", 1), RosterEnds()]
        self.assertEqual(house.ask(anna, JoinRoom("lab")), joined)
        self.assertEqual(house.ask(anna, JoinRoom("lab")), joined)
        self.assertEqual(house.ask(ben, JoinRoom("lab")), [RJ])
        self.assertEqual(house.ask(anna, LeaveRoom()), [PutOut("lab")])
        self.assertEqual(house.ask(anna, LeaveRoom()), [PutOut("")])
        self.assertEqual(house.ask(anna, AskRoster()), [Refused(Extra.ROSTER)])

    def test_goodbye(self) -> None:
        """Whoever says goodbye is gone at once, from the room too, and may come again."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.take(anna)
        self.assertEqual(house.ask(ben, Leave()), [PutOut("lab"), Goodbye()])
        self.assertEqual(house.take(anna), [Went(3, "ben")])
        self.assertEqual(house.ask(ben, ListUsers()), [HI])
        self.assertEqual(house.ask(ben, Register("bennie")), [Welcome("bennie")])

    def test_another_name(self) -> None:
        """Another name costs the room; one that is not free costs nothing."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        self.assertEqual(house.ask(ben, Register("anna")), [HI])
        self.assertEqual(house.holder(1).room, house.room("lab"))
        answer = house.ask(ben, Register("bennie"))
        self.assertEqual(answer, [PutOut("lab"), Welcome("bennie")])
        self.assertEqual(house.take(anna)[-1], Went(3, "ben"))


class NameTests(SynchronousTestCase):
    """A name belongs to the first key that registered it."""

    def test_kept(self) -> None:
        """Neither another key nor an address gets the name of who went, until its time is over."""
        house = House(name_ttl=100)
        anna = house.session("anna", 0)
        house.ask(anna, Leave())
        other = house.link(1)
        self.assertEqual(house.ask(other, Register("Anna")), [HI])
        self.assertEqual(house.datagram(BOB, b"hi anna"), [b"hi"])
        self.assertEqual(house.ask(anna, Register("anna")), [Welcome("anna")])
        house.ask(anna, Leave())
        house.wait(99)
        self.assertEqual(house.datagram(BOB, b"hi anna"), [b"hi"])
        house.wait(2)
        self.assertEqual(house.datagram(BOB, b"hi anna"), [b"hi anna"])
        self.assertEqual(house.ask(house.link(0), Register("anna")), [HI])

    def test_bounded(self) -> None:
        """So many names are kept; whoever went first loses its name first."""
        house = House(names=2)
        for number, name in enumerate(("anna", "ben", "carla")):
            house.ask(house.session(name, number), Leave())
        answers = [house.datagram(BOB, b"hi " + name) for name in (b"carla", b"ben", b"anna")]
        self.assertEqual(answers, [[b"hi"], [b"hi"], [b"hi anna"]])

    def test_of_the_first_generation(self) -> None:
        """A name that somebody without a key has is taken, and free when they go."""
        house = House()
        house.datagram(BOB, b"hi anna")
        anna = house.link(0)
        self.assertEqual(house.ask(anna, Register("anna")), [HI])
        house.datagram(BOB, b"by")
        self.assertEqual(house.ask(anna, Register("anna")), [Welcome("anna")])

    def test_datagrams_are_nobodys(self) -> None:
        """What comes in datagrams from where a link is from is not from the user of that link."""
        house = House()
        anna = house.session("anna", 0, "lab")
        for datagram in (b"by", b"rk", b"ul"):
            self.assertEqual(house.datagram(PLACES[0], datagram), [b"hi"])
        self.assertEqual(house.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual(house.datagram(PLACES[0], b"hi other"), [b"hi other"])
        self.assertEqual(house.directory.users_at_site(PLACES[0][0]), 2)


class LimitTests(SynchronousTestCase):
    """What is over a bound."""

    def test_rate(self) -> None:
        """Requests over the rate of a site wait until it has earned them, in their order,
        whatever they are and come in."""
        house = House(rate=50, burst=10)
        anna = house.session("anna", 0)
        for _ in range(5):
            house.ask(anna, Locate("anna"))
        for number in range(4):
            house.datagram(PLACES[0], b"hi other%d" % number)
        for request in (Locate("anna"), ListRooms(), Kick(), Locate("no")):
            self.assertEqual(house.ask(anna, request), [])
        house.wait(0.031)
        self.assertEqual(house.take(anna), [ContactLocated(ANNA)])
        house.wait(1)
        self.assertEqual(house.take(anna), [Bare(Verb.RL), Refused(Extra.KICK), AR])
        self.assertEqual(house.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual((house.dropped, house.closed), ([], []))

    def test_everything_counts(self) -> None:
        """There is no request, and no nonsense, that costs nothing."""
        for message in (
            b"rk",
            b"by",
            b"ul",
            b"rl",
            b"ra",
            b"kk",
            b"rx",
            b"hi anna",
            b"\xff",
            b"zz",
        ):
            house = House(rate=50, burst=10)
            anna = house.session("anna", 0)
            for _ in range(9):
                house.say(anna, message)
            house.take(anna)
            self.assertEqual(house.ask(anna, ListRooms()), [], message)

    def test_goes_on(self) -> None:
        """Whoever says more than its rate for too long, in number or in bytes, loses the
        link, and others are heard meanwhile."""
        for message in (b"rk", b"zz" + b"x" * 1000):
            house = House(rate=50, burst=100)
            anna, ben = house.session("anna", 0), house.session("ben", 1)
            for _ in range(100 + HELD + 20):
                house.say(anna, message)
            self.assertEqual(house.closed, [anna])
            self.assertEqual(house.ask(ben, Locate("anna")), [ContactLocated(ANNA)])
            house.wait(10)
            self.assertEqual(house.core.gen2._backlog._due, [])

    def test_too_long(self) -> None:
        """A frame that no request is as long as is not read, and counts by its length."""
        house = House(rate=50, burst=100)
        anna = house.session("anna", 0)
        house.say(anna, b"ar " + b"x" * 65_000)
        house.say(anna, b"ar " + b"x" * 65_000)
        self.assertEqual(house.dropped, ["too long"] * 2)
        self.assertEqual(house.ask(anna, Locate("anna")), [])
        house.wait(2)
        self.assertEqual(house.take(anna), [ContactLocated(ANNA)])

    def test_users(self) -> None:
        """Users of both generations count together, in all and for a host."""
        house = House(users=3, users_per_host=2)
        house.datagram(PLACES[0], b"hi bob")
        house.session("anna", 0)
        self.assertEqual(house.ask(house.link(1, PLACES[0]), Register("ben")), [HI])
        self.assertEqual(house.datagram(PLACES[1], b"hi carl"), [b"hi carl"])
        self.assertEqual(house.ask(house.link(2), Register("dora")), [HI])
        self.assertEqual(house.datagram(ALICE, b"hi alice"), [b"hi alice"])
        self.assertEqual(len(house.directory.users), 3)

    def test_nonsense(self) -> None:
        """What is no message is dropped and counted, and the link goes on."""
        house = House()
        anna = house.session("anna", 0)
        for message in (b"\xff", b"hi", b"zz top", b"msg 1 1 x"):
            house.say(anna, message)
        self.assertEqual(house.take(anna), [])
        self.assertEqual(house.dropped, ["not in the language"] * 4)

    def test_second_generation_only(self) -> None:
        """A server of generation 2 refuses whoever has no key, and serves who has one."""
        house = House(generation=2)
        for datagram in (b"hi bob", b"ul", b"rj lab", b"by"):
            self.assertEqual(house.datagram(BOB, datagram), [b"hi"])
        self.assertEqual(house.ask(house.link(0), Register("bob")), [Welcome("bob")])
