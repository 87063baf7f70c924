"""Whole programs, whose links are QUIC's, on a network that is as bad as they come."""

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Remembered
from tests.peer.linked import SERVER, Person, World
from tests.support.quic import Raw
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.keys import Identity
from twisted_chat.links import Carrier, LinkEffect, SendFrames
from twisted_chat.net.quic_bounds import ANSWER_TIME, KEEPALIVE

MANY = 1000
PAUSE = 0.1
"""Seconds between two lines of one person, so that the server is gone, missed
and back while they talk."""
DEAF = 65.0
"""Seconds for which one of them gets nothing from another, who hears it all the same."""


class Arriving(SynchronousTestCase):
    """What is said arrives."""

    def talk(self, one: Person, many: int, number: int = 0) -> None:
        """Say so many lines, one after the other."""
        one.type(f"{one.name} says {number}")
        if number + 1 < many:
            one.world.clock.callLater(PAUSE, self.talk, one, many, number + 1)

    def assert_heard(self, people: list[Person], many: int) -> None:
        """Everybody was shown every line of everybody else once, and nothing else: in order, but
        for what others have handed on."""
        for listener in people:
            for speaker in people:
                if speaker is not listener:
                    said = [f"{speaker.name} says {number}" for number in range(many)]
                    self.assertEqual(Counter(listener.heard_of(speaker)), Counter(said))
                    live = [one for one in said if f"< {speaker.name}: {one}" in listener.lines]
                    shown = [line for line in listener.told("<") if f" {speaker.name}: " in line]
                    self.assertEqual(shown, [f"< {speaker.name}: {one}" for one in live])
            for line in listener.told("<"):
                self.assertTrue(line[2:].startswith(tuple(one.name for one in people)), line)
            for loss in ("never got", "is lost for them", "nobody heard", " left"):
                self.assertEqual(listener.told(loss), [])

    def test_server_killed_amid_losses(self) -> None:
        """Of three thousand lines, with 30 % lost, 30 % doubled, reordered, one who gets
        nothing from another for longer than a link lives, and the server killed in the middle
        and back: nothing is lost, nothing comes twice, order is kept."""
        world = World()
        people = world.room("alice", "bob", "carol")
        network = world.network
        network.loss, network.duplication, network.delay = 0.3, 0.3, 0.05
        start = world.clock.seconds()
        alice, bob = people[0].at, people[1].at
        network.loses = lambda one: (one.source, one.to) == (bob, alice) and one.at < start + DEAF
        for one in people:
            self.talk(one, MANY)
        world.wait(5)
        world.kill_server()
        for one in people:
            one.expect("the server does not answer", 120)
        world.start_server()
        for one in people:
            one.expect("the server is back", 60)
        self.assertLess(world.clock.seconds() - start, MANY * PAUSE)
        world.wait(start + MANY * PAUSE - world.clock.seconds())
        world.wait(90)
        self.assert_heard(people, MANY)
        network.loss = 0.0
        # Once for the long silence, and perhaps again, where much is lost, for a short one.
        self.assertIn(len(people[0].told("bob has got everything now")), (1, 2, 3))
        dave = world.person("dave")
        dave.do("$roomjoin lab", "you are in lab with alice, bob, carol")

    def test_server_back_at_once(self) -> None:
        """A server that was killed and is back before anybody has noticed has everybody in the
        room again before long, though nobody types a word, and nobody is told of it."""
        world = World()
        people = world.room("alice", "bob", "carol")
        world.wait(20)
        told = [list(one.lines) for one in people]
        world.kill_server()
        world.start_server()
        world.wait(KEEPALIVE + ANSWER_TIME + 5)
        self.assertEqual([one.lines for one in people], told)
        dave = world.person("dave")
        dave.do("$roomjoin lab", "you are in lab with alice, bob, carol")

    def test_moved_in_mid_sentence(self) -> None:
        """Who gets another address while talking goes on, both ways; those who had dialled the
        others dial them again where they are now, and are told at most that something is late.
        Who comes later learns where they are now."""
        world = World()
        people = world.room("alice", "bob", "carol")
        many = 100
        notices = [one.told(">") for one in people]
        for one in people:
            self.talk(one, many)
        for one in people:
            world.wait(many * PAUSE / 4)
            one.transport.rebind(world.place())
        world.wait(60)
        self.assert_heard(people, many)
        for one, before in zip(people, notices, strict=True):
            news = one.told(">")[len(before) :]
            news = [one for one in news if "> 2023" not in one and " has handed on " not in one]
            late = [line for line in news if " not got " in line]
            clear = [line for line in news if line.endswith(" got everything now")]
            self.assertEqual(len(late) + len(clear), len(news), news)
            self.assertEqual(news[-1:], clear[-1:])
        dave = world.person("dave")
        dave.do("$roomjoin lab", "you are in lab with alice, bob, carol")
        world.wait(1)
        for one in people:
            one.type("welcome")
        world.wait(30)
        self.assertEqual(len(dave.told("welcome")), len(people))


class Restarting(SynchronousTestCase):
    """Somebody who starts again and again, with the same key, each time at another port."""

    def restart(self, world: World, *, dials: bool, told: bool) -> None:
        """Ten times, five seconds apart; with `dials` it is the one who dials alice, with
        `told` the end is told to everybody."""
        alice, _ = world.room("alice", "bob")
        key = alice.key
        while key is alice.key or (key.fingerprint < alice.key.fingerprint) != dials:
            key = Identity.generate()
        host, _ = world.place()
        for number in range(10):
            carol = world.start("carol", key=key, host=host)
            carol.do("$roomjoin lab", "you are in lab with alice, bob")
            carol.type(f"hello {number}")
            world.wait(1)
            self.assertEqual(alice.told("< ")[-1:], [f"< carol: hello {number}"])
            world.wait(4)
            if told:
                carol.type("$quit")
                world.wait(1)
            carol.transport.kill()
        self.assertEqual(len(alice.told("< ")), 10)

    def test_killed(self) -> None:
        """What is said by one who was killed and started anew arrives at once, whoever dials,
        also where everybody is at one host."""
        for dials in (True, False):
            for office in ("", "10.0.0.77"):
                world = World()
                world.office = office
                self.restart(world, dials=dials, told=False)

    def test_quit(self) -> None:
        """What is said by one who has quit and come back arrives at once, whoever dials."""
        for dials in (True, False):
            self.restart(World(), dials=dials, told=True)


class Liar:
    """What a server says to everybody goes through here, and is changed on the way."""

    def __init__(self, carrier: Carrier, truth: str, lie: str) -> None:
        self._carrier = carrier
        self._truth, self._lie = truth.encode(), lie.encode()
        self.lied = 0

    def perform(self, effect: LinkEffect) -> None:
        if isinstance(effect, SendFrames):
            self.lied += sum(self._truth in message for message in effect.messages)
            lies = [message.replace(self._truth, self._lie) for message in effect.messages]
            effect = SendFrames(effect.link, lies)
        self._carrier.perform(effect)


def contact(one: Person, key: Person | None = None) -> str:
    """How a server introduces somebody, as having the key of somebody."""
    host, port = one.at
    return f" {(key or one).key.fingerprint} {host} {port}"


class Swapped(SynchronousTestCase):
    """A server that lies about who is who, or somebody in its place."""

    def lie(self, world: World, truth: str, lie: str) -> Liar:
        liar = Liar(world.server.carrier, truth, lie)
        world.server.carrier = liar
        return liar

    def test_known_name(self) -> None:
        """To whom a server passes off as somebody known nothing is sent, not a datagram."""
        world = World()
        alice, bob = world.room("alice", "bob")
        mallory = world.person("mallory")
        alice.do("$roomleave", "you are not in lab any more")
        liar = self.lie(world, contact(bob), contact(mallory))
        world.network.sent.clear()
        alice.do("$roomjoin lab", "THE KEY OF bob IS NOT THE ONE YOU KNOW")
        alice.do("for bob alone", "nobody heard that: the key of bob is not accepted")
        world.wait(60)
        self.assertTrue(liar.lied)
        self.assertEqual(mallory.told("<"), [])
        self.assertNotIn(
            mallory.at, [one.to for one in world.network.sent if one.source == alice.at]
        )

    def test_unknown_name(self) -> None:
        """Nobody new is spoken to either whose key is not the one that the server told."""
        world = World()
        alice, bob, mallory = (world.person(name) for name in ("alice", "bob", "mallory"))
        liar = self.lie(world, contact(bob), contact(bob, mallory))
        alice.do("$poke bob", "you talk to bob now")
        alice.type("for bob alone")
        bob.type("for alice alone")
        world.wait(60)
        self.assertTrue(liar.lied)
        for one in (alice, bob, mallory):
            self.assertEqual(one.told("<"), [], one.name)
        alice.do("$status", "to whom there is no link now")

    def test_server(self) -> None:
        """A server that has not the key that it must have is told nothing, not even a name."""
        world = World()
        alice = world.start("alice", server_key=Identity.generate().fingerprint)
        alice.expect("THE KEY OF THE SERVER AT 10.0.0.1:8090 IS NOT THE ONE YOU KNOW")
        world.wait(30)
        bob = world.person("bob")
        bob.do("$userlist", "users (1): bob")


class Impostors(SynchronousTestCase):
    """Somebody else at the address of a server whose key is known."""

    def test_no_byte(self) -> None:
        """It gets neither our public key nor a proof, not in one frame; the person decides."""
        for pinned in (False, True):
            world = World()
            known, impostor = world.server_key, Identity.generate()
            world.kill_server()
            raw = Raw(world.network, impostor, SERVER, accepts=True)
            memory = Remembered()
            if not pinned:
                memory.trust_server(SERVER, known.fingerprint)
            pin = known.fingerprint[:32] if pinned else ""
            alice = world.start("alice", server_key=pin, memory=memory)
            alice.expect("THE KEY OF THE SERVER AT 10.0.0.1:8090 IS NOT THE ONE YOU KNOW", 3)
            self.assertEqual(alice.told("it was"), [f">   it was {spoken(known.fingerprint)}"])
            self.assertEqual(alice.told("it is "), [f">   it is  {spoken(impostor.fingerprint)}"])
            self.assertEqual(raw.read, [])
            world.wait(60)
            self.assertEqual(len(alice.told("THE KEY OF THE SERVER")), 1)
            self.assertEqual(raw.read, [])


class OneKeyTwice(SynchronousTestCase):
    """Two programs that have one key: a copied home, or one that was ended and started again."""

    def test_two_machines(self) -> None:
        """The first stays; the second is told why, once, and comes when the first has left."""
        world = World()
        alice, bob = world.room("alice", "bob")
        world.wait(300)
        double = world.start("alice", key=alice.key)
        double.expect("another program with your key has been alice for 5 minutes: end it, or", 8)
        alice.type("one")
        world.wait(300)
        alice.type("two")
        bob.type("three")
        world.wait(5)
        self.assertEqual(len(double.told("another program")), 1)
        self.assertEqual((bob.heard_of(alice), alice.heard_of(bob)), (["one", "two"], ["three"]))
        for one in (alice, bob):
            self.assertEqual(
                [
                    *one.told("the server does"),
                    *one.told("the server is"),
                    *one.told("closed"),
                    *one.told("left"),
                ],
                [],
            )
            self.assertEqual(one.told("did not get") + one.told("the next"), [])
        alice.type("$quit")
        double.expect("you are alice", 40)

    def test_typed_while_turned_away(self) -> None:
        """What is typed meanwhile is done or refused at once, with the reason and the time."""
        world = World()
        alice, _ = world.room("alice", "bob")
        world.wait(300)
        double = world.start("alice", key=alice.key)
        double.expect("another program with your key has been alice for 5 minutes")
        world.wait(190)
        why = "another program with your key has been alice for 8 minutes"
        for line, told in (
            ("hello", f"> nobody heard that: {why}"),
            ("$roomjoin r2", f"> $roomjoin needs the server, which does not let you in: {why}"),
            ("$kick bob", f"> $kick needs the server, which does not let you in: {why}"),
            ("$who", "> you have no name yet, and are in no room"),
            ("$status", "> you have said nothing yet"),
        ):
            before = len(double.lines)
            double.type(line)
            self.assertEqual(double.lines[before : before + 1], [told])
        before = len(double.lines)
        double.type("$help", "", "$quit")
        world.wait(1)
        self.assertGreater(len(double.lines), before + 10)
        self.assertTrue(double.terminal.closed)

    def test_started_again(self) -> None:
        """One that was killed is back at once, and is not told of itself."""
        world = World()
        alice, bob = world.room("alice", "bob")
        alice.transport.kill()
        again = world.start("alice", key=alice.key, host=alice.at[0])
        again.expect("you are alice", 1)
        self.assertEqual(again.told("another program"), [])
        again.do("$roomjoin lab", "you are in lab with bob")
        again.type("hello")
        world.wait(60)  # If it is bob who dials, the dead link has to be noticed first.
        self.assertEqual(bob.heard_of(again), ["hello"])

    def test_displaced(self) -> None:
        """The first that is silent for 30 seconds loses its place, and not earlier, and is told
        when it is back."""
        world = World()
        (alice,) = world.room("alice")
        at = alice.at
        for number, silence in enumerate((25, 300)):
            world.network.loses = lambda one: at in (one.source, one.to)
            double = world.start("alice", key=alice.key)
            double.expect("another program with your key has been alice", 8)
            world.wait(silence)
            world.network.loses = lambda one: False
            world.wait(60)
            self.assertEqual(len(double.told("you are alice")), number)
            double.type("$quit")
        self.assertEqual(len(alice.told("another program")), 1)
        alice.expect("you are alice", 60)


class BothGenerations(SynchronousTestCase):
    """Those who have only datagrams, among those with links."""

    def first_contact(self, lost_until: float) -> Person:
        """Somebody who has started while nothing of QUIC gets through, for so many seconds."""
        world = World()
        world.network.loses = lambda one: one.payload[:1] >= b"\xc0" and one.at < lost_until
        return world.start("alice")

    def test_bad_network(self) -> None:
        """A server with a key is not taken for one without because dials come to nothing."""
        alice = self.first_contact(35)
        alice.expect("you are alice", 60)
        self.assertEqual(alice.told("generation 1"), [])

    def test_first_words_lost(self) -> None:
        """A server whose first answers get lost is asked again at once."""
        world = World()
        world.network.loses = lambda one: one.payload == b"hi" and one.at < 0.5
        alice = world.start("alice")
        alice.expect("you are alice", 1.5)
        self.assertEqual(alice.told("no server answers"), [])

    def test_no_quic(self) -> None:
        """Where links never come up, nothing goes on unencrypted until the person says so."""
        alice = self.first_contact(float("inf"))
        alice.expect("no encrypted link to 10.0.0.1:8090 comes up yet", 3)
        alice.expect("1,200 bytes do not get through", 30)
        alice.type("secret")
        alice.world.wait(600)
        self.assertEqual(len(alice.lines), 2)
        said = [one.payload for one in alice.world.network.sent if one.source == alice.at]
        self.assertEqual({text for text in said if text[:1] < b"\xc0"}, {b"rl"})
        alice.do("$trust server", "in generation 1: nothing here is encrypted")
        alice.expect("you are alice")

    def test_no_quic_for_a_script(self) -> None:
        """A script ends with status 1 after 15 seconds, and has sent no word."""
        world = World()
        world.network.loses = lambda one: one.payload[:1] >= b"\xc0"
        bot = world.start("bot", patient=False)
        statuses: list[int] = []
        bot.peer.finished.addCallback(statuses.append)
        bot.type("secret")
        world.wait(16)
        self.assertEqual(statuses, [1])
        self.assertTrue(bot.lines[-1].endswith("do not get through, perhaps"), bot.lines)
        said = [one.payload for one in world.network.sent if one.source == bot.at]
        self.assertEqual({text for text in said if text[:1] < b"\xc0"}, {b"rl"})

    def test_in_a_room(self) -> None:
        """An original user is in the room of two new ones, hears and is heard, and is shown
        as unencrypted, while the two go on in private."""
        world = World()
        alice, bob = world.room("alice", "bob")
        old = world.plain()
        self.assertEqual(old.ask("hi old"), ["hi old"])
        entries = [f"rj {host} {port}" for host, port in (alice.at, bob.at)]
        answer, *members = old.ask("rj lab")
        self.assertEqual((answer, sorted(members)), ("rj __clear_peers__", sorted(entries)))
        for one in (alice, bob):
            self.assertEqual(len(one.told("> old (unencrypted) came")), 1, one.lines)
            old.send("msg old> hello", one.at)
        world.wait(1)
        for one in (alice, bob):
            self.assertEqual(one.told("<"), ["< old (unencrypted): hello"])
        old.heard.clear()
        alice.type("hello all")
        world.wait(1)
        self.assertEqual(old.heard, [("msg alice> hello all\n", alice.at)])
        self.assertEqual(bob.told("hello all"), ["< alice: hello all"])
        clear = [one for one in world.network.sent if b"hello all" in one.payload]
        self.assertEqual([one.to for one in clear], [old.at])
        old.send("rk")
        alice.expect("old (unencrypted) left")

    def test_refused(self) -> None:
        """A server for generation 2 only refuses an original user with its own `hi`."""
        world = World(generation=2)
        alice, _ = world.room("alice", "bob")
        old = world.plain()
        self.assertEqual(old.ask("hi old"), ["hi"])
        old.ask("rj lab")
        alice.do("$userlist", "users (2): alice, bob")
        self.assertEqual(alice.told("unencrypted"), [])
