"""What the commands of a person do."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld, key_of
from tests.support.contacts import LAB, FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import rooms, server, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.input import MAX_TYPED
from twisted_chat.peer.orders import Orders
from twisted_chat.peer.server import Found, Outcome
from twisted_chat.peer.talks.talks import MAX_ROOMS
from twisted_chat.terminal.commands import usage
from twisted_chat.wire.gen2.requests import QuitRoom

NOW = 1.0

KICKED_IN_LAB = (
    "> you talk to nobody now, but still hear {0}: $roomleave lab ends that, and"
    " $to lab talks to {0} again"
)


class Commands(SynchronousTestCase):
    """Lines that begin with a `$`."""

    def test_help(self) -> None:
        """`$help` shows every command."""
        shown = KeyedWorld().chatter("alice").type("$help")
        for command in Command:
            self.assertTrue([line for line in shown if line.startswith(f"> {usage(command)}")])

    def test_usage(self) -> None:
        """Wrong arguments get one line with the usage."""
        alice = KeyedWorld().chatter("alice")
        for command in Command:
            more = "" if command.has_text else " a b c"
            self.assertEqual(
                alice.type(f"${command.word}{more}"), [f"> usage: {usage(command)}"], command
            )

    def test_commands_of_other_chats(self) -> None:
        """Neither `/dance` nor a first `help` is said to anybody; a second `help` is."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        for line in ("/dance", "/jon lab"):
            self.assertIn("$help lists them", alice.type(line)[0])
        alice.type("//join lab", "help")
        self.assertEqual(bob.told("< alice"), ["< alice: /join lab", "< alice: help"])
        for name in ("carol", None):
            carol = world.chatter(name)
            self.assertIn("$help", carol.type("help")[0])
        self.assertNotIn("help", world.fake_server.users)

    def test_lists(self) -> None:
        """Users and rooms are shown sorted; nothing is an answer."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        self.assertEqual(alice.type("$roomlist"), ["> there are no rooms"])
        world.chatter("Bob")
        self.assertEqual(alice.type("$userlist"), ["> users (2): alice, Bob"])

    def test_no_such(self) -> None:
        """What there is not is said, with what helps."""
        alice, _ = KeyedWorld().room("alice", "bob")
        self.assertIn("$roomcreate attic", alice.type("$roomjoin attic")[0])
        self.assertIn("$userlist", alice.type("$poke zoe")[0])
        self.assertIn("exists already", alice.type("$roomcreate lab")[0])
        self.assertIn("a name cannot hold", alice.type("$poke a\u202eb")[0])

    def test_kick_one(self) -> None:
        """Who created a room puts a member out of it; nobody else can."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn("only who created", bob.type("$kick carol")[0])
        self.assertIn("nobody called zoe", alice.type("$kick zoe")[0])
        shown = alice.type("$kick carol")
        self.assertIn("> carol has been put out of your room", shown)
        self.assertIn("> carol left", shown)
        self.assertEqual(bob.lines[-1], "> carol left")
        self.assertIn("you were put out of lab", carol.lines[-1])
        self.assertEqual(alice.type("now"), [])
        self.assertEqual(carol.told("< alice: now"), [])

    def test_kick_all(self) -> None:
        """A bare `$kick` of the creator puts everybody else out."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn("> everybody else has been put out of your room", alice.type("$kick"))
        for one in (bob, carol):
            self.assertIn("you were put out of lab", one.lines[-1])

    def test_kick_of_others(self) -> None:
        """A bare `$kick` of anybody else ends what they say to others, as in generation 1."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertEqual(bob.type("$kick"), [KICKED_IN_LAB.format("alice")])
        self.assertIn("nobody heard that: you talk to nobody now; $to lab", bob.type("hello")[0])
        alice.type("still there?")
        self.assertEqual(bob.lines[-1], "< alice in room lab: still there?")

    def test_join_again(self) -> None:
        """Who joins the room that they are in talks to all of it again, and sees who that is."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("$kick")
        self.assertEqual(bob.type("$roomjoin lab"), ["> you are in lab with alice"])
        bob.type("hello")
        self.assertEqual(alice.lines[-2:], ["> bob came", "< bob: hello"])

    def test_close_and_give(self) -> None:
        """A room is closed, or handed on, by who created it."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertIn("only who created", bob.type("$roomclose")[0])
        self.assertIn("only who created", bob.type("$roomgive bob")[0])
        self.assertEqual(alice.type("$roomgive bob"), ["> the room is bob's now"])
        self.assertIn("only who created", alice.type("$roomclose")[0])
        self.assertIn("> your room is closed", bob.type("$roomclose"))
        self.assertEqual(alice.lines[-1], "> lab was closed")

    def test_close(self) -> None:
        """Who closes a room is not told to have been put out of it."""
        alice, bob = KeyedWorld().room("alice", "bob")
        shown = alice.type("$roomclose")
        self.assertEqual(shown[-2:], ["> you are not in lab any more", "> your room is closed"])
        self.assertEqual(bob.lines[-1], "> lab was closed")

    def test_poke(self) -> None:
        """A poke introduces both, whoever of them has to dial."""
        for names in (("alice", "bob"), ("bob", "alice"), ("dave", "zoe")):
            world = KeyedWorld()
            one, other = map(world.chatter, names)
            self.assertEqual(
                one.type(f"$poke {other.name}"), [f"> you talk to {other.name} now, privately"]
            )
            self.assertIn(f"{one.name} wants to talk; $poke {one.name} answers", other.lines[-1])
            one.type("hello")
            self.assertEqual(other.lines[-1], f"< {one.name} privately: hello")
            self.assertIn("nobody heard that", other.type("hi?")[0])
            other.type(f"$poke {one.name}", "hi")
            self.assertEqual(one.lines[-1], f"< {other.name} privately: hi")
            other.type("$kick")
            self.assertIn("nobody heard that", other.type("more")[0])

    def test_poke_into_a_conversation(self) -> None:
        """Who pokes somebody in a room is heard, but does not hear what the room says."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        eve = world.chatter("eve")
        eve.type("$poke alice", "hello")
        self.assertEqual(alice.told("eve wants to talk; $poke eve answers"), [alice.lines[-2]])
        self.assertEqual(alice.lines[-1], "< eve privately: hello")
        alice.type("who is that?")
        self.assertEqual(eve.told("who is that"), [])
        self.assertEqual(bob.lines[-1], "< alice: who is that?")
        alice.type("$poke eve", "hello eve")
        self.assertEqual(eve.lines[-1], "< alice privately: hello eve")

    def test_link(self) -> None:
        """A link leads to the server, and to the room that one is in, or another."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        host, port = SERVER
        key = spoken(key_of("server")).replace("-", "")
        self.assertEqual(
            alice.type("$link"),
            [
                "> others get into this server with udpchat, and this in quotes:",
                f"> udpchat://{host}:{port}/?key={key}",
            ],
        )
        alice.type("$roomcreate lab", "$roomjoin lab")
        self.assertEqual(alice.type("$link")[1], f"> udpchat://{host}:{port}/lab?key={key}")
        self.assertIn("/den?key=", alice.type("$link den")[1])
        world.kill_server()
        world.wait(60)
        self.assertIn("$link needs the server", alice.type("$link")[0])

    def test_another_room(self) -> None:
        """The peer is in every room that it has come into, and each hears what is said there."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$roomjoin nowhere")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice", "bob"])
        bob.type("$roomcreate den", "$roomjoin den", "hello")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice", "bob"])
        self.assertEqual(world.fake_server.rooms["den"].members, ["bob"])
        self.assertEqual(alice.told("hello"), [])
        bob.type("$roomleave lab")
        self.assertEqual(world.fake_server.asked[-1], QuitRoom("lab"))
        self.assertEqual(alice.lines[-1], "> bob left")

    def test_create(self) -> None:
        """One who creates a room is in it, and talks there; one who may not talks where they did,
        once they have seen that."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        shown = alice.type("$roomcreate den", "to nobody")
        self.assertEqual(shown[:2], ["> den is there now", "> you are in den alone"])
        self.assertIn("nobody heard that: you talk to nobody in den", shown[2])
        self.assertEqual(bob.told("to nobody"), [])
        bob.type("$roomcreate den", "to den", wait=2)
        self.assertEqual(alice.told("to den"), [])

    def test_which_room(self) -> None:
        """Where it is not clear which room is meant, nothing is done, and it is told."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        alice.type("$roomcreate den", "$roomjoin den", "$poke bob")
        (shown,) = alice.type("$roomleave")
        self.assertIn("which room? You are in lab, den, and talk in none of them", shown)
        self.assertIn("you are not in a room attic", alice.type("$roomleave attic")[0])
        self.assertEqual(alice.type("$roomleave den"), ["> you are not in den any more"])
        self.assertEqual(alice.type("$roomleave"), ["> you are not in lab any more"])

    def test_too_many_rooms(self) -> None:
        """One is in so many rooms, and no more."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        for number in range(MAX_ROOMS + 1):
            alice.type(f"$roomcreate r{number}", f"$roomjoin r{number}", wait=0.05)
        self.assertIn("you are in as many rooms as can be", alice.lines[-1])
        self.assertEqual(len(alice.session._talks.rooms()), MAX_ROOMS)

    def test_whois(self) -> None:
        """It is shown who somebody is: key, place, link, and where we talk to them."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        place = ":".join(map(str, bob.node.address))
        shown = alice.type("$poke bob", "/whois bob")
        self.assertEqual(
            shown[1:],
            [
                f"> bob (new key), at {place}: in room lab, you talk privately",
                f"> bob's key: ~{key_of('bob')[:8]}~",
            ],
        )
        self.assertIn("nobody called zoe", alice.type("$whois zoe")[0])

    def test_msg(self) -> None:
        """A text for one person goes to that one, and the next where it went before."""
        world = KeyedWorld()
        alice, bob, carol = world.room("alice", "bob", "carol")
        alice.type("$msg bob psst, bob", "hello", "/msg bob  again")
        self.assertEqual(
            bob.told("< alice"),
            ["< alice privately: psst, bob", "< alice: hello", "< alice privately: again"],
        )
        self.assertEqual(carol.told("< alice"), ["< alice: hello"])

    def test_two_of_a_name(self) -> None:
        """Where a room and a person have one name, nothing is said to the one for the other."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob", room="bob")
        alice.type("$poke bob", "$to bob")
        self.assertIn("bob is a room of yours and a person", alice.lines[-1])
        self.assertIn("not said to anybody", alice.type("for one of them", wait=2)[0])
        alice.type("$roomjoin bob", "to the room")
        self.assertEqual(bob.lines[-1], "< alice: to the room")

    def test_in_vain(self) -> None:
        """What was typed for a conversation that there is not goes nowhere else; what is typed
        when that was seen goes on where it went, but from a script."""
        for line in ("$to dve", "$roomjoin den", "$poke dve", "$to a b", "$poke", "/join a b c"):
            world = KeyedWorld()
            alice, bob = world.room("alice", "bob")
            bot = world.chatter("bot", patient=False)
            bot.type("$roomjoin lab")
            for one in (alice, bot):
                shown = one.type(line, "the password", wait=2)
                one.type("later", wait=2)
            self.assertEqual(bob.told("the password"), [], line)
            self.assertEqual(bob.told("later"), ["< alice: later"], line)
            self.assertIn("nobody heard that", shown[-1])

    def test_much_typed(self) -> None:
        """No more is read from a terminal than can wait."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.kill_server()
        world.wait(0.5)
        for _ in range(MAX_TYPED):
            alice.enter("$userlist")
        self.assertFalse(alice.session.wants_input)


class OrdersCase(SynchronousTestCase):
    """Orders, and a generation in which they are obeyed."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.server = self.generation.server
        self.talks = self.generation.shared.talks
        self.asides: list[tuple[str, str]] = []
        self.missed: list[float] = []
        self.contacts = self.generation.shared.contacts
        self.talk = FakeConversations(self.contacts)
        self.orders = Orders(
            self.generation, self.generation.shared, self.say_aside, self.missed.append
        )

    def say_aside(self, text: str, to: Contact) -> None:
        self.asides.append((text, to.name))

    def meet(self, name: str) -> Contact:
        """Somebody who is known."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, "", (f"192.0.2.{number}", 5000), self.talk)
        self.contacts.add(contact)
        return contact

    def obey(self, command: Command, argument: str = "") -> list[Event]:
        """What is told of it, but for where what is typed goes."""
        self.orders.obey(Order(command, argument), NOW)
        told = self.generation.told()
        return [one for one in told if not isinstance(one, talk.TalkingTo) or one.asked]


class Asked(OrdersCase):
    """What is asked of the server."""

    def test_outcomes(self) -> None:
        """Each outcome of each request has its words."""
        self.generation.enter("lab")
        for command, argument, told in (
            (Command.ROOMCREATE, "hall", (rooms.RoomMade("hall"), rooms.RoomNotMade("hall"))),
            (Command.ROOMJOIN, "hall", (None, rooms.NoSuchRoom("hall"))),
            (Command.ROOMCLOSE, "", (rooms.RoomClosed(), rooms.RoomNotClosed())),
            (Command.ROOMGIVE, "bob", (rooms.RoomHandedOn("bob"), rooms.RoomNotGiven("bob"))),
        ):
            done, refused = told
            for outcome, event in (
                (Outcome.DONE, done),
                (Outcome.REFUSED, refused),
                (Outcome.UNANSWERED, server.NoAnswer(command, argument)),
                (Outcome.NOT_HERE, server.NotInGeneration1(command, argument)),
            ):
                self.server.answer = outcome
                self.assertEqual(self.obey(command, argument), [event] if event else [])

    def test_waits(self) -> None:
        """What is typed waits until it has shown who hears us from now on."""
        self.generation.enter("lab")
        self.server.answer = None
        for command in (Command.ROOMCREATE, Command.ROOMJOIN, Command.POKE, Command.KICK):
            self.obey(command, "bob")
            self.assertTrue(self.talks.moving, command)
            self.server.later.pop()(Outcome.UNANSWERED)
            self.assertFalse(self.talks.moving, command)

    def test_unavailable(self) -> None:
        """Without the server only what needs it is refused."""
        self.generation.registration.valid = False
        needs = server.NeedsServer(Command.ROOMJOIN)
        self.assertEqual(self.obey(Command.ROOMJOIN, "lab"), [needs])
        self.assertEqual(self.obey(Command.WHO), [talk.Who("alice", "", (), 0, (), Talk())])
        self.assertEqual(self.server.asked, [])

    def test_leave(self) -> None:
        """Nobody of the room hears us from the moment on at which we leave it."""
        self.assertEqual(self.obey(Command.ROOMLEAVE), [rooms.InNoRoom()])
        bob = self.meet("bob")
        self.generation.enter("lab", bob)
        self.server.answer = None
        self.assertEqual(self.obey(Command.ROOMLEAVE), [])
        self.assertEqual((self.talks.rooms(), bob.known, self.talks.moving), ([], False, True))
        self.server.later.pop()(Outcome.UNANSWERED)
        self.assertEqual(self.generation.told(), [rooms.LeftRoom("lab", False)])

    def test_lists(self) -> None:
        """A list is in the order of the alphabet, each name once."""
        self.server.names = ["bob", "Alice", "bob"]
        self.assertEqual(self.obey(Command.USERLIST), [server.UserList(("Alice", "bob"))])
        self.server.names = None
        no_answer = server.NoAnswer(Command.ROOMLIST, "")
        self.assertEqual(self.obey(Command.ROOMLIST), [no_answer])
        self.assertEqual(self.orders.listing, 0)


class Talking(OrdersCase):
    """Who hears us."""

    def test_poke(self) -> None:
        """One who is found is talked to, and not those who only spoke to us."""
        bob, eve = self.meet("bob"), self.meet("eve")
        self.contacts.knock(eve, free=True)
        self.talks.answer(eve)
        self.generation.told()
        self.server.found = [Found(bob, address="192.0.2.0:5000")]
        before = Talk(who=eve.who)
        self.assertEqual(
            self.obey(Command.POKE, "bob"),
            [talk.TalkEnded(eve.who), talk.TalkBegun(bob.who, "192.0.2.0:5000", before)],
        )
        self.assertEqual((bob.talking, eve.talking, self.talks.current), (True, False, bob))

    def test_poke_in_vain(self) -> None:
        """It is told why somebody cannot be talked to, and nobody hears what was for them."""
        for number, (found, told) in enumerate(
            (
                (Found(None), talk.TooManyPeople("bob")),
                (Found(None, ourselves=True), talk.ThatIsYou("bob")),
                (None, talk.NoSuchUser("bob")),
            ),
            1,
        ):
            eve = self.meet("eve")
            self.contacts.knock(eve, free=True)
            self.talks.answer(eve)
            self.generation.told()
            self.server.found = [] if found is None else [found]
            self.server.answer = Outcome.of(found is not None)
            shown = self.obey(Command.POKE, "bob")
            self.assertEqual(shown[0], told)
            self.assertEqual((eve.talking, self.contacts.welcoming), (False, False))
            self.assertEqual(len(self.missed), number)
        self.contacts.open = True
        self.contacts.ignore("bob", [])
        self.assertEqual(self.obey(Command.POKE, "bob"), [talk.IsIgnored("bob")])
        self.assertTrue(self.obey(Command.HELP))
        self.assertTrue(self.contacts.welcoming)

    def test_msg(self) -> None:
        """A text for one person is said to them, who is asked for once."""
        bob = self.meet("bob")
        self.server.found = [Found(bob)]
        for _ in range(2):
            self.orders.obey(Order(Command.MSG, "bob", text="psst"), NOW)
        self.assertEqual(self.asides, [("psst", "bob")] * 2)
        self.assertEqual(self.server.asked, ["find bob"])
        self.assertIsNone(self.talks.current)

    def test_to(self) -> None:
        """One turns to what there is, and to nothing else."""
        bob, lab = self.meet("bob"), self.generation.enter("lab")
        self.contacts.poke(bob)
        private, room = Talk(who=bob.who), Talk("lab")
        self.assertEqual(self.obey(Command.TO, "BOB"), [talk.TalkingTo(private, True)])
        self.assertIs(self.talks.current, bob)
        self.assertEqual(self.obey(Command.TO, "Lab"), [talk.TalkingTo(room, True)])
        self.assertEqual(self.obey(Command.TO, "zoe"), [talk.NoSuchTalk("zoe", False)])
        self.assertIs(self.talks.current, lab)
        self.contacts.hang_up(bob)
        self.assertEqual(self.obey(Command.TO, "bob"), [talk.NoSuchTalk("bob", False)])

    def test_ourselves(self) -> None:
        """What is for others means nothing with our own name, in any case of letters."""
        for command in (Command.POKE, Command.KICK, Command.IGNORE, Command.TRUST):
            self.assertEqual(self.obey(command, "ALICE"), [talk.ThatIsYou("ALICE", command)])
        self.assertEqual(self.server.asked, [])

    def test_kick_one(self) -> None:
        """One outside is not talked to any more; a member is for the server to put out."""
        dave, bob = self.meet("dave"), self.meet("bob")
        self.contacts.poke(dave)
        self.assertEqual(self.obey(Command.KICK, "dave"), [talk.TalkEnded(dave.who)])
        self.assertEqual(self.talk.done, [("tell", "dave")])
        self.generation.enter("lab", bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.KickedOut("bob")])
        self.assertEqual(self.server.asked, ["kick lab bob"])
        self.server.answer = Outcome.REFUSED
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.NotKickedOut("bob", True)])
        nobody = talk.NobodyHere("zoe", Command.KICK)
        self.assertEqual(self.obey(Command.KICK, "zoe"), [nobody])
        self.server.answer = Outcome.IMPOSSIBLE
        self.assertEqual(self.obey(Command.KICK, "bob"), [talk.NobodyHere("bob", Command.KICK)])
        self.generation.registration.valid = False
        self.assertEqual(self.obey(Command.KICK, "bob"), [server.NeedsServer(Command.KICK)])

    def test_kick_both(self) -> None:
        """A member whom we talk to besides is put out of the room where we talk there, and else
        it is what is private that ends."""
        bob = self.meet("bob")
        lab = self.generation.enter("lab", bob)
        self.contacts.poke(bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.KickedOut("bob")])
        self.talks.turn_to(bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [talk.TalkEnded(bob.who)])
        self.assertEqual((bob.talking, bob.rooms, self.talks.current), (False, (lab,), None))
        self.assertEqual(self.talk.done, [("tell parted", "bob")])

    def test_kick_current(self) -> None:
        """What is current ends, and of our own room all are put out."""
        dave, bob = self.meet("dave"), self.meet("bob")
        lab = self.generation.enter("lab", bob)
        self.contacts.poke(dave)
        self.talks.turn_to(dave)
        self.assertEqual(self.obey(Command.KICK), [talk.TalkEnded(dave.who)])
        self.assertIsNone(self.talks.current)
        self.assertEqual(self.obey(Command.KICK), [talk.TalksToNobody((), "")])
        self.assertEqual(self.server.asked, [])
        for outcome, told, current in (
            (Outcome.DONE, rooms.KickedOut(""), lab),
            (Outcome.IMPOSSIBLE, talk.TalksToNobody((bob.who,), "lab"), None),
        ):
            self.talks.turn_to(lab)
            self.server.answer = outcome
            self.assertEqual(self.obey(Command.KICK), [told])
            self.assertIs(self.talks.current, current)

    def test_ignore(self) -> None:
        """One who is ignored and outside is gone, and is back to what they were later."""
        bob, dave = self.meet("bob"), self.meet("dave")
        self.contacts.came(bob, LAB)
        self.contacts.poke(dave)
        for name in ("bob", "dave"):
            self.assertEqual(self.obey(Command.IGNORE, name), [talk.IgnoredNow(name)])
        self.assertEqual(self.contacts.everybody(), [bob])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [talk.IgnoredNoMore("bob", True)])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [talk.NotIgnored("bob")])
        nobody = talk.NobodyHere("zoe", Command.IGNORE)
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [nobody])
        self.contacts.open = True
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [talk.IgnoredNow("zoe")])

    def test_of_one_generation(self) -> None:
        """What only one generation has is obeyed by it, without the server, or not at all."""
        self.generation.registration.valid = False
        status = server.NeedsServer(Command.STATUS)
        self.assertEqual(self.obey(Command.STATUS), [status])
        obeyed: list[Order] = []
        self.generation.commands = {Command.STATUS: lambda order, now: obeyed.append(order)}
        self.assertEqual(self.obey(Command.STATUS), [])
        self.assertEqual(obeyed, [Order(Command.STATUS)])
        self.generation.registration.valid, self.generation.commands = True, {}
        not_here = server.NotInGeneration1(Command.STATUS, "")
        self.assertEqual(self.obey(Command.STATUS), [not_here])
