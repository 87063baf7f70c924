"""What is said over links, and what comes of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory.directory import Registered
from twisted_chat.wire.common import (
    Bare,
    Goodbye,
    Leave,
    ListUsers,
    Locate,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import ContactLocated, Leaving, NotKnown, PutOut, parse_answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.growth import HISTORY, WAIT, Can
from twisted_chat.wire.gen2.requests import AskRoster, Kick, RegisterKey
from twisted_chat.wire.gen2.roster import Went

HI, AR, RC, RJ = (Bare(verb) for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))
ANNA = ContactInfo("anna", KEYS[0], *PLACES[0])


class VerbTests(SynchronousTestCase):
    """The seven commands."""

    def test_registration(self) -> None:
        """A name is had by the one who asks first, in any case, and may be asked for again."""
        server = MixedServer()
        anna, ben = server.link(0), server.link(1)
        self.assertEqual(server.ask(anna, RegisterKey("anna")), [Welcome("anna")])
        self.assertEqual(server.ask(anna, RegisterKey("anna")), [Welcome("anna")])
        for name in ("ANNA", "a\x1fb", "", "x" * 33, "__clear_peers__"):
            self.assertEqual(server.ask(ben, RegisterKey(name)), [HI], name)
        self.assertEqual(server.changes, [Registered(PLACES[0], "anna", "anna", KEYS[0])])

    def test_strangers(self) -> None:
        """A stranger is told so, whatever it asks."""
        server = MixedServer()
        link = server.link()
        for request in (ListUsers(), Leave(), Kick("lab"), AskRoster("lab")):
            self.assertEqual(server.ask(link, request), [HI])

    def test_goodbye(self) -> None:
        """A user who says goodbye is gone at once, from the room too, and may come again."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        self.assertEqual(server.ask(ben, Leave()), [PutOut("lab", Leaving.LEFT), Goodbye()])
        self.assertEqual(server.take(anna), [Went("lab", 3, "ben")])
        self.assertEqual(server.ask(ben, ListUsers()), [HI])
        self.assertEqual(server.ask(ben, RegisterKey("bennie")), [Welcome("bennie")])

    def test_another_name(self) -> None:
        """Another name costs the room; one that is not free costs nothing."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        self.assertEqual(server.ask(ben, RegisterKey("anna")), [HI])
        self.assertEqual(server.holder(1).rooms, (server.room("lab"),))
        answer = server.ask(ben, RegisterKey("bennie"))
        self.assertEqual(answer, [PutOut("lab", Leaving.LEFT), Welcome("bennie")])
        self.assertEqual(server.take(anna)[-1], Went("lab", 3, "ben"))


class NameTests(SynchronousTestCase):
    """A name belongs to the first key that registered it."""

    def test_kept(self) -> None:
        """Neither another key nor an address gets the name of who went, until its time is over."""
        server = MixedServer(name_ttl=100)
        anna = server.session("anna", 0)
        server.ask(anna, Leave())
        other = server.link(1)
        self.assertEqual(server.ask(other, RegisterKey("Anna")), [HI])
        self.assertEqual(server.datagram(BOB, b"hi anna"), [b"hi"])
        self.assertEqual(server.ask(anna, RegisterKey("anna")), [Welcome("anna")])
        server.ask(anna, Leave())
        server.wait(99)
        self.assertEqual(server.datagram(BOB, b"hi anna"), [b"hi"])
        server.wait(2)
        self.assertEqual(server.datagram(BOB, b"hi anna"), [b"hi anna"])
        self.assertEqual(server.ask(server.link(0), RegisterKey("anna")), [HI])

    def test_bounded(self) -> None:
        """So many names are kept; the one who went first loses its name first."""
        server = MixedServer(names=2)
        for number, name in enumerate(("anna", "ben", "carla")):
            server.ask(server.session(name, number), Leave())
        answers = [server.datagram(BOB, b"hi " + name) for name in (b"carla", b"ben", b"anna")]
        self.assertEqual(answers, [[b"hi"], [b"hi"], [b"hi anna"]])

    def test_of_the_first_generation(self) -> None:
        """A name that somebody without a key has is taken, and free when they go."""
        server = MixedServer()
        server.datagram(BOB, b"hi anna")
        anna = server.link(0)
        self.assertEqual(server.ask(anna, RegisterKey("anna")), [HI])
        server.datagram(BOB, b"by")
        self.assertEqual(server.ask(anna, RegisterKey("anna")), [Welcome("anna")])

    def test_datagrams_are_nobodys(self) -> None:
        """What comes in datagrams from where a link is from is not from the user of that link."""
        server = MixedServer()
        anna = server.session("anna", 0, "lab")
        for datagram in (b"by", b"rk", b"ul"):
            self.assertEqual(server.datagram(PLACES[0], datagram), [b"hi"])
        self.assertEqual(server.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual(server.datagram(PLACES[0], b"hi other"), [b"hi other"])
        self.assertEqual(server.directory.users_at_site(PLACES[0][0]), 2)


class LimitTests(SynchronousTestCase):
    """What is over a bound."""

    def test_too_long(self) -> None:
        """A frame that no request is as long as is not read, and counts by its length."""
        server = MixedServer(rate=50, burst=100)
        anna = server.session("anna", 0)
        server.say(anna, b"ar " + b"x" * 65_000)
        server.say(anna, b"ar " + b"x" * 65_000)
        self.assertEqual(server.dropped, ["too long"] * 2)
        self.assertEqual(server.ask(anna, Locate("anna")), [])
        server.wait(2)
        self.assertEqual(server.take(anna), [ContactLocated(ANNA)])

    def test_users(self) -> None:
        """Users of both generations count together, in all and for a host."""
        server = MixedServer(users=3, users_per_host=2)
        server.datagram(PLACES[0], b"hi bob")
        server.session("anna", 0)
        self.assertEqual(server.ask(server.link(1, PLACES[0]), RegisterKey("ben")), [HI])
        self.assertEqual(server.datagram(PLACES[1], b"hi carl"), [b"hi carl"])
        self.assertEqual(server.ask(server.link(2), RegisterKey("dora")), [HI])
        self.assertEqual(server.datagram(ALICE, b"hi alice"), [b"hi alice"])
        self.assertEqual(len(server.directory.users), 3)

    def test_nonsense(self) -> None:
        """What is no message is dropped and counted, and the link goes on."""
        server = MixedServer()
        anna = server.session("anna", 0)
        for message in (b"\xff", b"hi", b"ZZ top", b"can Fly"):
            server.say(anna, message)
        self.assertEqual(server.take(anna), [])
        self.assertEqual(server.dropped, ["not in the language"] * 4)

    def test_verbs_of_the_future(self) -> None:
        """A verb that is not known is answered as such, also to those who are not registered."""
        server = MixedServer()
        anna, ben = server.session("anna", 0), server.link(1)
        for link in (anna, ben):
            for message in (b"zz top", b"msg 1 1 \xff"):
                server.say(link, message)
            self.assertEqual(server.take(link), [NotKnown("zz"), NotKnown("msg")])
            self.assertEqual(link.skipped, 2)
        self.assertEqual((server.dropped, server.closed), ([], []))

    def test_features(self) -> None:
        """Both ends of a link say what they can, the server before all else."""
        server = MixedServer()
        anna = server.link(0)
        self.assertEqual(parse_answer(server.said_first[anna]), Can((WAIT, HISTORY)))
        self.assertEqual(anna.can, None)
        self.assertEqual(server.ask(anna, Can(("fly",))), [])
        self.assertEqual(anna.can, frozenset())

    def test_second_generation_only(self) -> None:
        """A server of generation 2 refuses those without a key, and serves those who have one."""
        server = MixedServer(generation=2)
        for datagram in (b"hi bob", b"ul", b"rj lab", b"by"):
            self.assertEqual(server.datagram(BOB, datagram), [b"hi"])
        self.assertEqual(server.ask(server.link(0), RegisterKey("bob")), [Welcome("bob")])
