"""What a person types and sees."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, Chatter, World, address_of, both
from twisted_chat.peer.commands import Command
from twisted_chat.peer.gen1.conversation import HEAR_BURST
from twisted_chat.peer.saying import SPEAK_BURST
from twisted_chat.terminal.typed_lines import usage
from twisted_chat.wire.gen1 import MAX_DATAGRAM


class Commands(SynchronousTestCase):
    """Lines that begin with a `$`."""

    def test_help(self) -> None:
        """`$help` shows every command."""
        world = World()
        shown = world.chatter("alice", 1).type("$help")
        for command in Command:
            self.assertTrue([line for line in shown if line.startswith(f"> {usage(command)}")])

    def test_usage(self) -> None:
        """Wrong arguments get the usage, in one line, and nothing is sent."""
        world = World()
        alice = world.chatter("alice", 1)
        world.network.sent.clear()
        for command in Command:
            wrong = f"${command.word}" + " a" * (command.takes[-1] + 1)
            if not command.has_text:
                self.assertEqual(alice.type(wrong, wait=0.1), [f"> usage: {usage(command)}"])
            if command.takes.start:
                shown = alice.type(f"${command.word}", wait=0.1)
                self.assertEqual(shown, [f"> usage: {usage(command)}"])
        self.assertEqual(world.network.sent, [])

    def test_unknown(self) -> None:
        """A command that there is not gets one line, and is not said to anybody."""
        world = World()
        alice, bob = world.room("alice", "bob")
        for line in ("$dance", "$", "$ dance"):
            (shown,) = alice.type(line)
            self.assertIn("$help lists them", shown)
        self.assertEqual(bob.told("dance"), [])

    def test_case_and_spaces(self) -> None:
        """Spaces around and capitals in a command do not matter."""
        world = World()
        self.assertEqual(world.chatter("alice", 1).type("$UserList  "), ["> users (1): alice"])

    def test_no_name(self) -> None:
        """What is no name of a room or user gets one line that says why."""
        world = World()
        alice = world.chatter("alice", 1)
        world.network.sent.clear()
        for line in ("$roomcreate " + "x" * 33, "$roomjoin __clear_peers__", "$poke \u202ebob"):
            self.assertEqual(len(alice.type(line)), 1)
        self.assertEqual(world.network.sent, [])

    def test_commands_of_other_chats(self) -> None:
        """Neither `/dance` nor a first `help` is said to anybody; a second `help` is."""
        world = World()
        alice, bob = world.room("alice", "bob")
        for line in ("/dance", "/jon lab"):
            self.assertIn("$help lists them", alice.type(line)[0])
        alice.type("//join lab", "help")
        self.assertEqual(bob.told("< alice"), ["< alice: /join lab", "< alice: help"])
        carol = world.chatter("carol", 5)
        self.assertIn("$help", carol.type("help")[0])
        self.assertIn("nobody heard that", carol.type("help")[0])

    def test_dollar_text(self) -> None:
        """After `$$` comes a text that begins with `$`."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            alice.type("$$5 each")
            self.assertEqual(bob.lines[-1], "< alice: $5 each")

    def test_quit(self) -> None:
        """`$quit` leaves the server with one `by` and ends with status 0."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            bob.type("$quit")
            self.assertEqual(bob.statuses, [0])
            self.assertTrue(bob.terminal.closed)
            self.assertEqual(len(world.sent(b"by")), 1)
            self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_quit_without_server(self) -> None:
        """Who quits while the server is away does not wait for it."""
        for world in both():
            alice = world.chatter("alice", 1)
            world.stop_server()
            alice.type("$quit", wait=2)
            self.assertEqual(alice.statuses, [0])

    def test_quit_in_a_hurry(self) -> None:
        """A second `$quit` does not wait for what was typed before the first."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        alice.type("$roomjoin lab", "$userlist", "$quit", wait=0.1)
        self.assertEqual(alice.statuses, [])
        alice.type("$quit", wait=0)
        self.assertEqual(alice.statuses, [0])


class Lists(SynchronousTestCase):
    """What there is, shown sorted, whole and once."""

    def test_empty(self) -> None:
        """No rooms is an answer."""
        for world in both():
            alice = world.chatter("alice", 1)
            self.assertEqual(alice.type("$roomlist"), ["> there are no rooms"])

    def test_sorted(self) -> None:
        """Sorted without regard to case."""
        for world in both():
            alice = world.chatter("Mike", 1)
            world.chatter("zoe", 2)
            world.chatter("adam", 3)
            self.assertEqual(alice.type("$userlist"), ["> users (3): adam, Mike, zoe"])
            for room in ("lab", "Den", "attic"):
                alice.type(f"$roomcreate {room}")
            self.assertEqual(alice.type("$roomlist"), ["> rooms (3): attic, Den, lab"])

    def test_duplicated_and_reordered(self) -> None:
        """Entries that come twice, and in any order, are shown once, in order."""
        for world in both():
            alice = world.chatter("alice", 1)
            for number in range(15):
                alice.type(f"$roomcreate room{number:02}", wait=0.1)
            world.network.duplication, world.network.delay = 0.5, 0.1
            rooms = ", ".join(f"room{number:02}" for number in range(15))
            self.assertEqual(alice.type("$roomlist", wait=3), [f"> rooms (15): {rooms}"])

    def test_long(self) -> None:
        """A list that the server sends in turns is shown whole."""
        world = World()
        alice = world.chatter("alice", 1)
        for number in range(1000):
            at = f"10.0.{number // 250}.{number % 250 + 1}", 7
            world.network.carry(at, f"hi user{number:03}".encode(), SERVER)
        world.wait(1)
        (shown,) = alice.type("$userlist", wait=3)
        self.assertTrue(shown.startswith("> users (1001): alice, user000, user001"), shown[:60])
        self.assertTrue(shown.endswith("user998, user999"))

    def test_raw_entries(self) -> None:
        """A server's entries are made visible, never obeyed, or not read at all."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        alice.type("$userlist", wait=0.1)
        for entry in ("ul a\u202eb", "ul \x1b]0;owned\x07"):
            world.network.carry(SERVER, entry.encode(), alice.address)
        world.wait(1)
        self.assertEqual(alice.lines[-1], '> users (1): "a<U+202E>b"')

    def test_unanswered(self) -> None:
        """A list that does not come yet is told of, and reported after four tries."""
        for world in both():
            alice = world.chatter("alice", 1)
            world.stop_server()
            shown = alice.type("$roomlist", wait=10)
            missing = "> the server did not answer when asked for the rooms"
            self.assertEqual(shown, ["> no answer from the server yet", missing])
            begun, *again = [one.at for one in world.sent(b"rl")]
            self.assertEqual([round(at - begun, 6) for at in again], [1, 3, 7])


class Talk(SynchronousTestCase):
    """What is said and how it is shown."""

    def test_bytes(self) -> None:
        """What is said is the original's datagram, line feed included."""
        world = World()
        alice, bob = world.room("alice", "bob")
        alice.type("grüezi")
        self.assertEqual(
            [one.payload for one in world.sent(to=bob.address, source=alice.address)],
            ["msg alice> grüezi\n".encode()],
        )

    def test_long_text(self) -> None:
        """A text over one datagram goes out as several, in order, and nothing of it is lost."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            text = "".join(chr(0x4E00 + number) for number in range(2000))
            alice.type(text)
            said = world.sent(to=bob.address, source=alice.address)
            self.assertEqual(len(said), 6)
            self.assertLessEqual(max(len(one.payload) for one in said), MAX_DATAGRAM)
            shown = [line.removeprefix("< alice: ") for line in bob.told("< alice: ")]
            self.assertEqual("".join(shown), text)

    def test_made_visible(self) -> None:
        """Escapes, control characters and bidirectional overrides are shown, not obeyed."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            alice.type("a\x1b[2Jb\x07c\rd\u202ee\x85f")
            self.assertEqual(bob.lines[-1], "< alice: a␛[2Jb␇c␍d<U+202E>e<U+0085>f")

    def test_no_forged_notice(self) -> None:
        """Whatever a peer sends, its lines begin with `< `, each datagram's with one."""
        world = World()
        alice, bob = world.room("alice", "bob")
        before = len(alice.lines)
        for datagram in (
            b"msg bob> x\n> you are in prison\n",
            b"msg > you are hacked> x\n",
            b"msg \n> oops> x\n",
            b"msg \r> oops\x1b[1A> x\r\n",
            b"msg bob> \xe2\x80\xa8> line separator\n",
        ):
            bob.port.write(datagram, alice.address)
        world.wait(1)
        shown = alice.lines[before:]
        self.assertEqual(len(shown), 5)
        for line in shown:
            self.assertTrue(line.startswith("< "), line)
            self.assertTrue(line.isprintable(), line)

    def test_server_cannot_be_played(self) -> None:
        """What only a server may say is not believed of a peer."""
        world = World()
        alice, bob = world.room("alice", "bob")
        before = list(alice.lines)
        for datagram in (b"hi", b"hi mallory", b"rj __clear_peers__", b"rj 192.0.2.66 66", b"by"):
            bob.port.write(datagram, alice.address)
        world.wait(2)
        self.assertEqual(alice.lines, before)
        alice.type("hello")
        self.assertEqual(bob.lines[-1], "< alice: hello")
        self.assertEqual(world.sent(to=("192.0.2.66", 66)), [])

    def test_flood(self) -> None:
        """Of a flood only so much is shown, the person is told, and others are still heard."""
        world = World()
        alice, bob, carol = world.room("alice", "bob", "carol")
        before = len(alice.lines)
        for number in range(1500):
            bob.port.write(b"msg bob> %d\n" % number, alice.address)
        world.wait(0.5)
        self.assertLess(len(alice.lines) - before, HEAR_BURST + 10)
        self.assertIn("were not shown: too many at once", "".join(alice.lines[before:]))
        carol.type("can you hear me?")
        self.assertEqual(alice.lines[-1], "< carol: can you hear me?")
        world.wait(10)
        bob.type("sorry")
        self.assertIn("< bob: sorry", alice.lines)

    def test_empty_line(self) -> None:
        """An empty line is not said."""
        world = World()
        alice, bob = world.room("alice", "bob")
        self.assertEqual(alice.type(""), [])
        self.assertEqual(world.sent(to=bob.address, source=alice.address), [])


class Scripts(SynchronousTestCase):
    """Input from a pipe: everything is there at once, and then it ends."""

    def bot(
        self, world: World, *lines: str, name: str | None = "bot", wait: float = 10
    ) -> Chatter:
        """A script that has had its time."""
        bot = world.chatter(name, 9, patient=False, wait=0)
        bot.terminal.type(*lines)
        bot.terminal.end()
        world.wait(wait)
        return bot

    def test_join_and_say(self) -> None:
        """It joins, says hello when the roster is there, and leaves with `by`; status 0."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            bot = self.bot(world, "$roomjoin lab", "hello")
            for one in (alice, bob):
                self.assertEqual(one.told("hello"), ["< bot: hello"])
            sent = [one.payload for one in world.network.sent if one.source == bot.address]
            self.assertEqual(
                sent,
                [b"hi bot", b"rj lab", b"msg bot> hello\n", b"msg bot> hello\n", b"by"],
            )
            self.assertEqual(bot.statuses, [0])

    def test_many_lines(self) -> None:
        """Many lines all go out, in order, and none so fast that it is not shown."""
        for world in both():
            alice, _ = world.room("alice", "bob")
            texts = [f"line {number}" for number in range(SPEAK_BURST + HEAR_BURST)]
            bot = self.bot(world, "$roomjoin lab", *texts)
            self.assertEqual(alice.told("< bot"), [f"< bot: {text}" for text in texts])
            self.assertEqual(bot.statuses, [0])
            self.assertEqual(alice.told("not shown"), [])

    def test_name_from_input(self) -> None:
        """Without --name the first line is the name."""
        for world in both():
            (alice,) = world.room("alice")
            bot = self.bot(world, "bot", "$roomjoin lab", "hello", name=None)
            self.assertEqual(alice.told("hello"), ["< bot: hello"])
            self.assertEqual(bot.statuses, [0])

    def test_lists(self) -> None:
        """What is asked for last is still shown before it leaves."""
        for world in both():
            world.room("alice")
            bot = self.bot(world, "$userlist", "$roomlist")
            self.assertEqual(bot.lines[1:], ["> users (2): alice, bot", "> rooms (1): lab"])

    def test_quit_in_order(self) -> None:
        """A `$quit` in a script comes when everything before it is done."""
        for world in both():
            (alice,) = world.room("alice")
            bot = self.bot(world, "$roomjoin lab", "hello", "$roomlist", "$quit", "never said")
            self.assertEqual(alice.told("< bot"), ["< bot: hello"])
            rooms, left = bot.lines[-2:]
            self.assertEqual(rooms, "> rooms (1): lab")
            self.assertEqual(left, '> not said any more: one line, from "never said" on')
            self.assertEqual(bot.statuses, [1])

    def test_not_done(self) -> None:
        """A script of which a line was not done, or that says no name, ends with status 1."""
        for line in ("$bogus", "$roomjoin nowhere", "$poke nobody", "$status", "help"):
            for world in both():
                self.assertEqual(self.bot(world, line).statuses, [1], line)
        for line in ("$roomjoin r2", "$bogus"):
            for world in both():
                self.assertEqual(self.bot(world, line, "hi", name=None).statuses, [1], line)
                self.assertEqual(world.sent(), [])

    def test_nothing(self) -> None:
        """No input is a short visit."""
        for world in both():
            self.assertEqual(self.bot(world).statuses, [0])
            self.assertEqual(len(world.sent(b"by")), 1)

    def test_server_dies(self) -> None:
        """With the server gone in the middle it still ends, soon, and nobody has heard it."""
        world = World()
        world.room("alice")
        world.network.loses = lambda one: one.to == SERVER and one.payload[:2] != b"hi"
        bot = self.bot(world, "$roomjoin lab", "hello", wait=15)
        self.assertEqual(bot.statuses, [1])
        self.assertTrue(bot.told("nobody heard that: you are in no room"))
        self.assertTrue(bot.told("did not answer when asked for lab"))


class BadNetworks(SynchronousTestCase):
    """A fifth of the datagrams lost, a fifth doubled, all of them reordered."""

    def test_in_the_end(self) -> None:
        """Names, room and lists are had in the end."""
        for kind in ("ours", "original"):
            for seed in range(8):
                world = World(kind, seed=seed)
                network = world.network
                network.loss, network.duplication, network.delay = 0.2, 0.2, 0.1
                people = [world.chatter(None, number) for number in range(3)]
                names = ["alice", "bob", "carol"]
                for one, name in zip(people, names, strict=True):
                    self.insist(one, name, f"you are {name}")
                self.insist(people[0], "$roomcreate lab", "lab")
                for one in people:
                    self.insist(one, "$roomjoin lab", "you are in lab")
                self.insist(people[1], "$userlist", "users (3): alice, bob, carol")
                network.loss = network.delay = 0.0
                self.insist(people[0], "$roomjoin lab", "you are in lab with bob, carol")

    def insist(self, one: Chatter, line: str, told: str) -> None:
        """Type a line until it has had its effect."""
        for _ in range(6):
            one.type(line, wait=20)
            if one.told(told):
                return
        self.fail(f"never told {told!r}: {one.lines}")


class Unasked(SynchronousTestCase):
    """What the server sends without having been asked."""

    def test_stray_answers(self) -> None:
        """Answers that nobody waits for change nothing."""
        world = World()
        alice, bob = world.room("alice", "bob")
        before = list(alice.lines)
        for datagram in (b"ar", b"ar 192.0.2.9 9", b"ul", b"ul eve", b"rl", b"rc", b"rc x", b"rj"):
            world.network.carry(SERVER, datagram, address_of(0))
        world.network.carry(SERVER, b"hi mallory", address_of(0))
        world.wait(5)
        self.assertEqual(alice.lines, before)
        alice.type("hello")
        self.assertEqual(bob.lines[-1], "< alice: hello")
