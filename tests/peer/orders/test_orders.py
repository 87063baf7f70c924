"""What the commands of a person do."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld, key_of
from tests.peer.orders import NOW, OrdersCase
from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.peer.commands import Command, LearnRooms, Order
from twisted_chat.peer.events import server, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.input import MAX_TYPED
from twisted_chat.peer.orders.orders import ROOMS_FRESH
from twisted_chat.terminal.typed_lines import usage


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
        for command in set(Command) - {Command.TOPIC}:
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

    def test_aside(self) -> None:
        """What is asked aside holds up no text, also where no answer comes."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.kill_server()
        effects = alice.session.typed([LearnRooms()], world.network.now)
        world.network.carry_out(alice.node, effects)
        alice.type("hello")
        self.assertEqual(bob.told("< alice"), ["< alice: hello"])

    def test_no_such(self) -> None:
        """What there is not is said, with what helps."""
        alice, _ = KeyedWorld().room("alice", "bob")
        self.assertIn("$roomcreate attic", alice.type("$roomjoin attic")[0])
        self.assertIn("$userlist", alice.type("$poke zoe")[0])
        self.assertIn("exists already", alice.type("$roomcreate lab")[0])
        self.assertIn("a name cannot hold", alice.type("$poke a\u202eb")[0])

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

    def test_asked_of_a_script(self) -> None:
        """What a script asks for right after it has joined shows who is there; a person is shown
        how it is now."""
        for patient, wanted in ((False, "in room lab with you: alice"), (True, "in no room")):
            world = KeyedWorld()
            world.chatter("alice").type("$roomcreate lab")
            one = world.chatter("one", patient=patient, wait=0)
            one.type("$roomjoin lab", "$who", wait=5)
            self.assertTrue(one.told(wanted), (patient, one.lines))

    def test_much_typed(self) -> None:
        """No more is read from a terminal than can wait."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.kill_server()
        world.wait(0.5)
        for _ in range(MAX_TYPED):
            alice.enter("$userlist")
        self.assertFalse(alice.session.wants_input)


class Obeyed(OrdersCase):
    """Which order is for whom."""

    def test_unavailable(self) -> None:
        """Without the server only what needs it is refused."""
        self.generation.registration.valid = False
        needs = server.NeedsServer(Command.ROOMJOIN)
        self.assertEqual(self.obey(Command.ROOMJOIN, "lab"), [needs])
        self.assertEqual(self.obey(Command.WHO), [talk.Who("alice", "", (), 0, (), Talk())])
        self.assertEqual(self.server.asked, [])

    def test_lists(self) -> None:
        """A list is in the order of the alphabet, each name once."""
        self.server.names = ["bob", "Alice", "bob"]
        self.assertEqual(self.obey(Command.USERLIST), [server.UserList(("Alice", "bob"))])
        self.server.names = None
        no_answer = server.NoAnswer(Command.ROOMLIST, "")
        self.assertEqual(self.obey(Command.ROOMLIST), [no_answer])
        self.assertEqual(self.orders.listing, 0)

    def learn(self, now: float) -> list[Event]:
        """What is told when the rooms are to be known."""
        self.orders.read(LearnRooms(), now)
        return self.generation.told()

    def test_rooms_known(self) -> None:
        """The rooms are asked for once at a time, and not again for a while; without an answer
        that is told, and they are asked for again."""
        self.server.names = ["lab", "Den", "lab"]
        self.assertEqual(self.learn(NOW), [server.RoomsKnown(("Den", "lab"))])
        self.assertEqual(self.learn(NOW + ROOMS_FRESH - 0.1), [server.RoomsKnown(())])
        self.assertEqual(self.server.asked, ["rooms aside"])
        self.server.answer = None
        later = NOW + ROOMS_FRESH
        self.assertEqual(self.learn(later) + self.learn(later), [])
        self.assertEqual((len(self.server.lists), self.orders.listing), (1, 0))
        self.server.lists.pop()(None)
        self.assertEqual(self.generation.told(), [server.RoomsKnown(())])
        self.learn(later)
        self.server.lists.pop()(["attic"])
        self.assertEqual(self.generation.told(), [server.RoomsKnown(("attic",))])

    def test_rooms_not_known(self) -> None:
        """Without the server it is told at once that nothing more is known."""
        self.generation.registration.valid = False
        self.assertEqual(self.learn(NOW), [server.RoomsKnown(())])
        self.assertEqual(self.server.asked, [])

    def test_ourselves(self) -> None:
        """What is for others means nothing with our own name, in any case of letters."""
        for command in (Command.POKE, Command.KICK, Command.IGNORE, Command.TRUST):
            self.assertEqual(self.obey(command, "ALICE"), [talk.ThatIsYou("ALICE", command)])
        self.assertEqual(self.server.asked, [])

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
