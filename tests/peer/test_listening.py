"""Nobody hears a room but its members and those whom the person poked since joining it."""

from collections.abc import Iterator
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of, both
from tests.peer.keyed import KeyedWorld, key_of
from tests.peer.test_conversations import Noting
from twisted_chat.links import SendFrames
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.wire.gen2.answers import Introduced
from twisted_chat.wire.gen2.contact import ContactInfo


class Place:
    """A world of either generation."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self._number = 20

    def chatter(self, name: str) -> Any:
        if isinstance(self.world, KeyedWorld):
            return self.world.chatter(name)
        self._number += 1
        return self.world.chatter(name, self._number)

    @property
    def knocks_begin(self) -> bool:
        """Whether one who knocks at somebody who talks to nobody is spoken to at once."""
        return not isinstance(self.world, KeyedWorld)

    def knock(self, who: Any, at: Any) -> None:
        """One knocks at another."""
        if isinstance(self.world, KeyedWorld):
            who.type(f"$poke {at.name}")
        else:
            who.port.write(b"msg eve> let me in\n", at.address)
            self.world.wait(0.5)


def every() -> Iterator[Place]:
    """A world with keys, and those of generation 1."""
    yield Place(KeyedWorld())
    for world in both():
        yield Place(world)


ENDED = "you do not talk to eve any more"


class Knocks(SynchronousTestCase):
    """Who knocks to listen hears nothing that is said in a room."""

    def room(self, place: Place) -> Any:
        """Somebody in `secret`, which vic is going to join."""
        bob = place.chatter("bob")
        bob.type("$roomcreate secret", "$roomjoin secret", wait=2)
        return bob

    def test_at_everybody(self) -> None:
        """One who knocks at everybody who registers hears nobody, in company or alone."""
        world = KeyedWorld()
        bot = world.chatter("bot")
        people = [world.chatter(name) for name in ("ann", "bob", "zoe")]
        for one in people:
            bot.type(f"$poke {one.name}", "hello, I am a bot")
        for one in people:
            self.assertEqual(one.lines[-1], "< bot privately: hello, I am a bot")
            self.assertIn("nobody heard that", one.type("who is there?")[0])
        self.assertEqual(bot.told("who is there?"), [])

    def test_as_the_notice_says(self) -> None:
        """One who does in a room of their own what the notice of a poke says ends that private
        conversation, and puts nobody out of the room."""
        ann, bob, eve = KeyedWorld().room("ann", "bob", "eve")
        ann.type("$msg bob psst", wait=2)
        bob.type("$poke ann", wait=2)
        notice = (
            "> bob wants to talk: you hear each other now, privately; $to bob turns there, and"
            " then $kick ends it"
        )
        self.assertEqual(ann.told("bob wants to talk"), [notice])
        ann.type("$to bob", "$kick", "$to lab", "still here?", wait=2)
        self.assertEqual(bob.told("still here?"), ["< ann in room lab: still here?"])
        self.assertEqual(eve.told("still here?"), ["< ann: still here?"])

    def test_answered(self) -> None:
        """One who talks to somebody already is told that they hear each other, and not to turn
        to where they are."""
        ann, bob = KeyedWorld().room("ann", "bob")
        ann.type("$poke bob", wait=2)
        bob.type("$poke ann", wait=2)
        notice = "> bob wants to talk too: you hear each other now, privately; $kick ends it"
        self.assertEqual(ann.told("bob wants to talk"), [notice])

    def test_ended_by_the_other(self) -> None:
        """Where the other one has ended a private conversation what is typed goes nowhere, and
        that is told as soon as it has ended."""
        ann, bob = KeyedWorld().room("ann", "bob")
        noting = ann.node.wording = Noting([])
        ann.type("$poke bob", wait=2)
        bob.type("$poke ann", "$kick", wait=2)
        told = [one for one in noting.events if isinstance(one, TalkingTo)]
        self.assertEqual([one.conversation == Talk() for one in told], [False, True])
        self.assertIn("nobody heard that", ann.type("still there?")[0])

    def test_before_the_room(self) -> None:
        """Who has knocked before hears nothing of a room, and the person is told, once."""
        for place in every():
            bob, vic, eve = self.room(place), place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            self.assertEqual(len(vic.told("$kick ends it")), place.knocks_begin)
            shown = vic.type("$roomjoin secret", "the password", wait=2)
            self.assertEqual(len([line for line in shown if ENDED in line]), place.knocks_begin)
            self.assertEqual(bob.told("the password"), ["< vic: the password"])
            self.assertEqual(eve.told("the password"), [])

    def test_before_the_room_and_gone(self) -> None:
        """The same when who knocked has left the server, and when it comes back and knocks."""
        for place in every():
            bob, vic, eve = self.room(place), place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            eve.type("$quit", wait=2)
            vic.type("$roomjoin secret", wait=2)
            again = place.chatter("eve")
            place.knock(again, vic)
            vic.type("the password", wait=2)
            self.assertEqual(len(bob.told("the password")), 1)
            self.assertEqual(eve.told("the password") + again.told("the password"), [])

    def test_in_the_room(self) -> None:
        """Who knocks at somebody alone in a room does not hear what is said there later."""
        for place in every():
            vic, eve = place.chatter("vic"), place.chatter("eve")
            vic.type("$roomcreate secret", "$roomjoin secret", wait=2)
            place.knock(eve, vic)
            vic.type("anybody?")
            bob = place.chatter("bob")
            bob.type("$roomjoin secret", wait=2)
            vic.type("the password")
            self.assertEqual(bob.told("the password"), ["< vic: the password"])
            self.assertEqual(eve.told("< vic"), [])

    def test_room_left(self) -> None:
        """Nobody is added back when the room is left."""
        for place in every():
            self.room(place)
            vic, eve = place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            vic.type("$roomjoin secret", wait=2)
            vic.type("$roomleave", wait=10)
            self.assertIn("nobody heard that", vic.type("anybody?")[0])
            self.assertEqual(eve.told("< vic"), [])

    def test_no_such_room(self) -> None:
        """What was typed for a room that there is not goes to nobody who knocked."""
        for place in every():
            vic, eve = place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            shown = vic.type("$roomjoin secret", "the password", wait=2)
            self.assertEqual(len([line for line in shown if ENDED in line]), place.knocks_begin)
            self.assertEqual(eve.told("the password"), [])

    def test_in_vain(self) -> None:
        """In generation 1 what was typed for somebody or something else, of which nothing came,
        goes to nobody who knocked, before or after, until another command."""
        lines = (
            "$poke nobody",
            "$poke vic",
            "$poke zoe",
            "$pok bob",
            "$poke bob now",
            "/msg bob",
            "$trust bob",
            "$roomjoin nowhere",
            "$roomcreate lab",
        )
        for place in map(Place, both()):
            vic, eve = place.chatter("vic"), place.chatter("eve")
            place.chatter("zoe").type("$roomcreate lab", "$roomjoin lab")
            vic.type("$ignore zoe")
            for line in lines:
                vic.type("$who")
                place.knock(eve, vic)
                self.assertEqual(vic.type("hello"), [])
                before = len(eve.lines)
                shown = vic.type(line, "the password", wait=2)
                self.assertEqual(len([one for one in shown if ENDED in one]), 1, (line, shown))
                place.knock(eve, vic)
                vic.type("the password again")
                self.assertEqual(
                    [one for one in eve.lines[before:] if "password" in one], [], line
                )

    def test_server_away(self) -> None:
        """The same while the server does not answer, and when that is known."""
        for world in both():
            vic, eve = world.chatter("vic", 1), world.chatter("eve", 2)
            world.stop_server()
            for line in ("$poke bob", "$poke bob", "$roomjoin lab", "$roomcreate den"):
                vic.type("$who")
                eve.port.write(b"msg eve> let me in\n", vic.address)
                world.wait(1)
                shown = vic.type(line, "the password", wait=60)
                self.assertEqual(len([one for one in shown if ENDED in one]), 1, shown)
            self.assertEqual(eve.told("the password"), [])

    def test_put_out(self) -> None:
        """Lines for a room that one was put out of go to nobody who knocks at that moment."""
        for place in every():
            vic, eve = place.chatter("vic"), place.chatter("eve")
            vic.type("$roomcreate lab", "$roomjoin lab", wait=2)
            if isinstance(place.world, KeyedWorld):
                server, network = place.world.fake_server, place.world.network
                network.carry_out(place.world.server, server.go("vic"))
            else:
                place.world.network.carry(SERVER, b"rj __clear_peers__", vic.address)
            place.world.wait(0.5)
            for _ in range(2):
                place.knock(eve, vic)
                self.assertIn("nobody heard that", vic.type("the password", wait=2)[-1])
            self.assertEqual(eve.told("the password"), [])

    def test_another_was_poked(self) -> None:
        """What is said to somebody whom the person pokes is not heard by who knocked before."""
        for place in every():
            bob, vic, eve = place.chatter("bob"), place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            shown = vic.type("$poke bob", "the password")
            self.assertEqual(len([line for line in shown if ENDED in line]), place.knocks_begin)
            self.assertEqual(bob.told("< vic"), ["< vic privately: the password"])
            self.assertEqual(eve.told("the password"), [])

    def test_kicked(self) -> None:
        """Who was kicked is not added by knocking again."""
        for place in every():
            vic, eve = place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            vic.type("$kick")
            place.knock(eve, vic)
            self.assertIn("nobody heard that", vic.type("anybody?")[-1])
            self.assertEqual(eve.told("< vic"), [])

    def test_poked_before_the_room(self) -> None:
        """Those whom the person poked before joining do not hear the room either."""
        for place in every():
            self.room(place)
            vic, eve = place.chatter("vic"), place.chatter("eve")
            shown = vic.type("$poke eve", "hello eve", "$roomjoin secret", "the password", wait=3)
            self.assertEqual([line for line in shown if ENDED in line], [])
            self.assertEqual(eve.told("< vic"), ["< vic privately: hello eve"])


class OnTheWay(SynchronousTestCase):
    """Knocks while something is under way."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.eve = self.world.chatter("eve")
        self.vic = self.world.chatter("vic")

    def _knock_while(self, *lines: str) -> list[str]:
        """Type lines, and let eve's knock arrive before any answer to them."""
        before = len(self.vic.lines)
        for line in lines:
            self.vic.enter(line)
        network = self.world.network
        (link,) = network.between(self.vic.node, self.world.server)
        knock = Introduced(self.world.fake_server.users["eve"]).encode()
        network.carry_out(self.vic.node, self.vic.session.received(link, [knock], network.now))
        self.world.wait(2)
        return self.vic.lines[before:]

    def test_joining(self) -> None:
        """A knock while a join is on its way adds nobody, whatever comes of the join."""
        for room in ("secret", "nowhere"):
            if room == "secret":
                self.world.chatter("bob").type("$roomcreate secret", "$roomjoin secret")
            shown = self._knock_while(f"$roomjoin {room}", "the password")
            self.assertTrue([line for line in shown if "$poke eve answers" in line])
            self.assertEqual(self.eve.told("the password"), [])
            self.vic.type("$roomleave")

    def test_poking(self) -> None:
        """A knock while a poke is on its way adds nobody."""
        bob = self.world.chatter("bob")
        self._knock_while("$poke bob", "the password")
        self.assertEqual(bob.told("< vic"), ["< vic privately: the password"])
        self.assertEqual(self.eve.told("the password"), [])

    def test_member_who_knocked(self) -> None:
        """A member who has knocked, before or in the room, does not hear it after leaving."""
        for order in (("$poke vic", "$roomjoin lab"), ("$roomjoin lab", "$poke vic")):
            self.vic.type("$roomcreate lab", "$roomjoin lab")
            self.eve.type(*order, wait=2)
            self.vic.type("hello")
            self.assertEqual(self.eve.told("hello")[-1].partition(" ")[2][:3], "vic")
            self.eve.type("$roomleave")
            self.vic.type("the password")
            self.assertEqual(self.eve.told("the password"), [])
            self.vic.type("$roomleave")

    def test_name_of_a_member(self) -> None:
        """Whoever leaves is the member, also when another of that name has been introduced."""
        alice, bob = self.world.room("alice", "bob")
        other = ContactInfo("bob", key_of("other"), "192.0.2.250", 5)
        server, network = self.world.fake_server, self.world.network
        network.carry_out(self.world.server, server.push("alice", Introduced(other)))
        self.world.wait(0.5)
        bob.type("$roomleave")
        alice.type("the password")
        self.assertEqual(bob.told("the password"), [])


class Told(SynchronousTestCase):
    """What the person is told of who hears."""

    def test_poke_in_a_room(self) -> None:
        """What is said after a poke goes to the one who was poked, and not to the room, until
        the person turns back to it."""
        for place in every():
            bob, dave, carol = map(place.chatter, ("bob", "dave", "carol"))
            bob.type("$roomcreate lab", "$roomjoin lab", wait=2)
            carol.type("$roomjoin lab", wait=2)
            (shown,) = bob.type("$poke dave")
            self.assertIn("you talk to dave now, privately", shown)
            self.assertIn("; $to lab goes back", shown)
            bob.type("for dave")
            bob.type("$to lab", "for all")
            self.assertEqual(dave.told("< bob"), ["< bob privately: for dave"])
            self.assertEqual(carol.told("< bob"), ["< bob: for all"])
            self.assertIn("you do not talk to dave any more", bob.type("$kick dave")[0])
            bob.type("the password")
            self.assertEqual(dave.told("the password"), [])

    def test_leaving_with_company(self) -> None:
        """Who leaves a room talks to nobody, and turns to whom they talk to besides."""
        for place in every():
            bob, dave = place.chatter("bob"), place.chatter("dave")
            bob.type("$roomcreate lab", "$poke dave", "$roomjoin lab", wait=3)
            bob.type("$roomleave", wait=10)
            (shown,) = bob.type("to nobody")
            self.assertIn("nobody heard that: you talk to nobody now; $to dave goes on", shown)
            bob.type("$to dave", "hello")
            self.assertEqual(dave.told("< bob"), ["< bob privately: hello"])

    def test_owner_kicks_all(self) -> None:
        """A bare kick of the creator is for those outside the room, too."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        dave = world.chatter("dave")
        alice.type("$poke dave", "$kick", "the password")
        self.assertEqual(dave.told("the password") + bob.told("the password"), [])

    def test_kick_of_a_member(self) -> None:
        """Who cannot put a member out is told that the member still hears."""
        _, bob, _ = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn("carol still hears you, as you hear carol", bob.type("$kick carol")[0])

    def test_oneself(self) -> None:
        """Nobody talks to themselves, and the reason is said."""
        for place in every():
            vic = place.chatter("vic")
            self.assertEqual(vic.type("$poke VIC"), ["> you cannot talk to VIC: that is you"])

    def test_who_without_a_name(self) -> None:
        """`$who` says so where there is no name, also when a server has given an empty one."""
        world = World()
        unnamed, vic = world.chatter(None, 1), world.chatter("vic", 2, wait=0)
        world.network.carry(SERVER, b"hi ", address_of(2))
        for one in (unnamed, vic, KeyedWorld().chatter(None)):
            self.assertEqual(
                one.type("$who", wait=0)[0], "> you have no name yet, and are in no room"
            )

    def test_who(self) -> None:
        """`$who` shows the room, who hears, and who is only heard."""
        for place in every():
            keyed = isinstance(place.world, KeyedWorld)
            mark = "new key" if keyed else "unencrypted"
            bob, vic = place.chatter("bob"), place.chatter("vic")
            self.assertEqual(
                vic.type("$who"), ["> you are vic, in no room", "> you talk to nobody"]
            )
            for one in (bob, vic):
                one.type("$roomcreate lab", "$roomjoin lab", wait=2)
            dave = place.chatter("dave")
            vic.type("$poke dave")
            self.assertEqual(
                vic.type("$who"),
                [
                    "> you are vic, in lab",
                    "> what you type goes to dave, privately",
                    f"> in room lab with you: bob ({mark})",
                    f"> you talk privately to dave ({mark})",
                ],
            )
            self.assertEqual(
                vic.type("$to lab", "$who lab"),
                [
                    "> what you type goes to room lab now",
                    "> you are vic, in lab",
                    "> what you type goes to room lab",
                    f"> in room lab with you: bob ({mark})",
                ],
            )
            self.assertEqual(dave.statuses if not keyed else dave.node.statuses, [])


class Parting(SynchronousTestCase):
    """Those who do not want to hear any more."""

    def test_kick_of_the_other(self) -> None:
        """Who was poked into a room and kicks is not sent what is said there, and it is told."""
        for names in (("bob", "dave"), ("dave", "bob"), ("zoe", "alice")):
            world = KeyedWorld()
            one, other = map(world.chatter, names)
            one.type("$roomcreate lab", "$roomjoin lab", f"$poke {other.name}", "hello")
            for kick in ("$kick", f"$kick {one.name}"):
                other.type(kick)
                self.assertIn(f"{other.name} does not talk to you any more", one.lines[-1])
                one.type("the password", wait=10)
                self.assertEqual(other.told("the password"), [])
                self.assertFalse([word for word in one.words_to(other) if b"password" in word])
                one.type(f"$poke {other.name}", "again")
                self.assertEqual(other.lines[-1], f"< {one.name} privately: again")

    def test_quit(self) -> None:
        """Who quits is not waited for by those who were outside its room."""
        world = KeyedWorld()
        one, other = world.chatter("bob"), world.chatter("dave")
        one.type("$poke dave", "hello")
        other.type("$quit")
        self.assertEqual(len(one.told("dave does not talk to you any more")), 1)
        self.assertIn("nobody heard that", one.type("still there?")[0])

    def test_again_and_again(self) -> None:
        """One who asks for us and parts, again and again, fills no screen, whether it was poked
        or not."""
        world = KeyedWorld()
        vic, eve = world.chatter("vic"), world.chatter("eve")
        for _ in range(100):
            eve.type("$poke vic", "$kick", wait=0.05)
        self.assertLess(len(vic.told("eve")), 10)
        before = len(vic.lines)
        for _ in range(50):
            vic.enter("$poke eve")
            world.wait(0.1)
            eve.type("$kick", wait=0.1)
        gone = [line for line in vic.lines[before:] if "does not talk to you" in line]
        self.assertLess(len(gone), 10)
        vic.type("$poke eve", wait=0.1)
        eve.type("$kick", wait=0.1)
        self.assertIn("eve does not talk to you any more", vic.type("still there?", wait=0)[-2])
        vic.type("$poke eve", wait=100)
        self.assertIn("you talk to eve now", vic.lines[-1])

    def test_members(self) -> None:
        """A member that says so is one as long as the server says so."""
        alice, bob = KeyedWorld().room("alice", "bob")
        network = bob.world.network
        (link,) = network.between(bob.node, alice.node)
        network.carry_out(bob.node, [SendFrames(link, [b"by"])])
        alice.world.wait(1)
        alice.type("hello", wait=8)
        self.assertEqual(bob.lines[-1], "< alice: hello")


class Ignoring(SynchronousTestCase):
    """Those whom the person wants to see nothing of."""

    def test_member(self) -> None:
        """Nothing of a member is shown, and nothing goes to it, until that is taken back."""
        for place in every():
            vic, eve, bob = place.chatter("vic"), place.chatter("eve"), place.chatter("bob")
            vic.type("$roomcreate lab", wait=1)
            for one in (vic, eve, bob):
                one.type("$roomjoin lab", wait=2)
            before = len(vic.lines)
            self.assertIn("$unignore eve", vic.type("$ignore eve")[0])
            eve.type("boo")
            vic.type("for bob", wait=3)
            self.assertIn("you ignore eve", "\n".join(vic.type("$who")))
            self.assertEqual((eve.told("for bob"), bob.told("for bob")), ([], ["< vic: for bob"]))
            self.assertEqual([line for line in vic.lines[before:] if "boo" in line], [])
            self.assertIn("eve hears you again", vic.type("$unignore eve")[0])
            eve.type("sorry")
            vic.type("well")
            self.assertEqual(vic.lines[-1], "< eve: sorry")
            self.assertEqual(eve.lines[-1], "< vic: well")
            self.assertIn("not ignored", vic.type("$unignore eve")[0])

    def test_comings_and_knocks(self) -> None:
        """Neither coming, nor going, nor knocking is shown, and nobody hears by it."""
        for place in every():
            vic, eve = place.chatter("vic"), place.chatter("eve")
            place.knock(eve, vic)
            vic.type("$ignore eve")
            before = len(vic.lines)
            place.knock(eve, vic)
            self.assertIn("is ignored", vic.type("$poke eve")[-1])
            vic.type("$roomcreate lab", "$roomjoin lab", wait=3)
            for line in ("$roomjoin lab", "boo", "$poke vic", "$roomleave", "$quit"):
                eve.type(line, wait=3)
            shown = [line for line in vic.lines[before:] if "eve" in line and "ignore" not in line]
            self.assertEqual(shown, [])
            self.assertIn("nobody heard that", vic.type("hello?")[-1])

    def test_key(self) -> None:
        """Who has a key is ignored by it, under whatever name; another of the name is not."""
        world = KeyedWorld()
        vic, eve = world.chatter("vic"), world.chatter("eve")
        eve.type("$poke vic")
        vic.type("$ignore eve")
        eve.type("$quit", wait=2)
        world.chatter("mallory", key="eve").type("$poke vic", "boo")
        self.assertEqual(vic.told("mallory") + vic.told("boo"), [])
        world.chatter("eve", key="another eve").type("$poke vic", "hello")
        vic.type("$trust eve")
        self.assertEqual(vic.told("hello"), ["< eve privately: hello"])

    def test_nobody(self) -> None:
        """Who is not known by a key cannot be ignored by one."""
        vic = KeyedWorld().chatter("vic")
        self.assertEqual(
            vic.type("$ignore zoe"), ["> nobody called zoe is here; $who shows who is"]
        )
