"""Nothing goes to a public address that anybody can have invented, until the person says so."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, Remembered, key_of
from tests.support.contacts import contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.keys import Withheld
from twisted_chat.peer.gen2.keyless import TELL_BURST, Keyless
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.answers import Answer, Introduced
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import Came, Went

OUTSIDE = ("8.8.8.8", 53)


class Place:
    """A room with a server that says who is in it."""

    def __init__(self, *names: str) -> None:
        self.world = KeyedWorld()
        self.people = self.world.room(*names)

    def tell(self, one: Chatter, message: Answer) -> list[str]:
        """Let the server say something. Returns what is shown."""
        before = len(one.lines)
        server, network = self.world.fake_server, self.world.network
        network.carry_out(self.world.server, server.push(one.name or "", message))
        self.world.wait(0.5)
        return one.lines[before:]

    def come(self, one: Chatter, name: str, where: Address, key: str = "") -> list[str]:
        """Somebody comes into the room, as it seems."""
        room = self.world.fake_server.rooms["lab"]
        room.number += 1
        return self.tell(one, Came("lab", room.number, ContactInfo(name, key, *where)))

    def go(self, one: Chatter, name: str) -> list[str]:
        """Somebody leaves the room, as it seems."""
        room = self.world.fake_server.rooms["lab"]
        room.number += 1
        return self.tell(one, Went("lab", room.number, name))


def said(one: Chatter) -> list[str]:
    """What went out in datagrams, and where to."""
    sent = [
        f"{effect.message.encode().decode().strip()} {effect.to[0]}" for effect in one.node.sent
    ]
    return [line for line in sent if line.startswith("msg")]


class Rooms(SynchronousTestCase):
    """Members without a key in rooms of those who have one."""

    def test_invented(self) -> None:
        """Nothing goes to a public address until the person trusts it, and nothing of before."""
        place = Place("alice", "bob")
        alice, bob = place.people
        shown = place.come(alice, "old", OUTSIDE)
        self.assertEqual(shown[0], "> old (unencrypted) came")
        self.assertIn("nothing goes to old (unencrypted) at 8.8.8.8:53", shown[1])
        self.assertIn("$trust old", shown[1])
        alice.type("secret")
        self.assertEqual((said(alice), bob.lines[-1]), ([], "< alice: secret"))
        self.assertEqual(alice.type("$trust old"), ["> old is spoken to without encryption now"])
        alice.type("hello")
        self.assertEqual(said(alice), ["msg alice> hello 8.8.8.8"])
        self.assertIn("already", alice.type("$trust old")[0])

    def test_once(self) -> None:
        """Trust is for this name at this address, also when it comes back."""
        place = Place("alice", "bob")
        alice, _ = place.people
        place.come(alice, "old", OUTSIDE)
        alice.type("$trust old")
        place.go(alice, "old")
        self.assertEqual(place.come(alice, "old", OUTSIDE), ["> old (unencrypted) came"])
        place.go(alice, "old")
        for name, where in (("old", ("8.8.8.8", 54)), ("other", OUTSIDE)):
            self.assertIn("nothing goes to", place.come(alice, name, where)[1])
            alice.type("secret")
            self.assertEqual(said(alice), [])
            place.go(alice, name)

    def test_private(self) -> None:
        """At private addresses nothing is asked; on our own machine is nobody whom a server
        elsewhere can name."""
        place = Place("alice", "bob")
        alice, _ = place.people
        hosts = ("10.0.0.1", "192.168.1.1", "fd00::1", "fe80::1")
        for number, host in enumerate(hosts):
            self.assertEqual(len(place.come(alice, f"old{number}", (host, 9))), 1)
        for host in ("127.0.0.1", "::1"):
            self.assertEqual(place.come(alice, f"near {host}".replace(" ", ""), (host, 9)), [])
        alice.type("hello")
        self.assertEqual(said(alice), [f"msg alice> hello {host}" for host in hosts])

    def test_private_of_a_far_server(self) -> None:
        """A server that may be anywhere on the internet cannot have seen who is at a private
        address: nothing goes there either."""
        for far in (("8.8.4.4", 8090), ("2001:4860::8844", 8090)):
            world = KeyedWorld()
            world.server.address = far
            memory = Remembered()
            memory.trust_server(far, key_of("server"))
            alice, bob = (
                world.chatter(name, memory=memory, server=Whereabouts(far))
                for name in ("alice", "bob")
            )
            bob.type("$roomcreate lab", "$roomjoin lab")
            hosts = ("10.0.0.1", "192.168.1.1", "fd00::1", "fe80::1")
            for number, host in enumerate(hosts):
                world.fake_server.add_plain(f"old{number}", (host, 9), "lab")
            shown = alice.type("$roomjoin lab", "secret")
            self.assertIn("nothing goes to old0 (unencrypted) at 10.0.0.1:9", shown[-1])
            self.assertEqual(said(alice), [])
            alice.type("$trust old0", "hello")
            self.assertEqual(said(alice), ["msg alice> hello 10.0.0.1"])

    def test_nobody_has_a_key(self) -> None:
        """In a room in which nobody else has a key nothing is asked, until somebody with a
        key comes; it stays so when that one goes."""
        place = Place("alice")
        (alice,) = place.people
        self.assertEqual(place.come(alice, "old", OUTSIDE), ["> old (unencrypted) came"])
        alice.type("one")
        shown = place.come(alice, "bob", ("10.0.0.1", 5), key_of("bob"))
        self.assertEqual([line[:17] for line in shown], ["> bob came", "> nothing goes to"])
        alice.type("two")
        place.go(alice, "bob")
        self.assertIn("$trust old", alice.type("three")[-1])
        self.assertEqual(said(alice), ["msg alice> one 8.8.8.8"])

    def test_joining(self) -> None:
        """The same for those who are in a room that is joined, whatever the order."""
        for plain_first in (True, False):
            world = KeyedWorld()
            carol = world.chatter("carol")
            carol.type("$roomcreate lab")
            if plain_first:
                world.fake_server.add_plain("old", OUTSIDE, "lab")
            world.chatter("bob").type("$roomjoin lab")
            if not plain_first:
                world.fake_server.add_plain("old", OUTSIDE, "lab")
            shown = carol.type("$roomjoin lab", "secret")
            self.assertEqual(len([line for line in shown if "nothing goes to old" in line]), 1)
            self.assertEqual(said(carol), [])

    def test_many(self) -> None:
        """Of many who come and go the person is told a few times, and nothing goes to any."""
        place = Place("alice", "bob")
        alice, _ = place.people
        for number in range(50):
            place.come(alice, f"old{number}", ("8.8.8.8", 100 + number))
            place.go(alice, f"old{number}")
        self.assertLess(len(alice.told("nothing goes to")), TELL_BURST + 5)

    def test_who(self) -> None:
        """`$who`, and a text that nobody hears, say why."""
        place = Place("alice")
        (alice,) = place.people
        place.come(alice, "old", OUTSIDE)
        place.come(alice, "bob", ("10.0.0.1", 5), key_of("bob"))
        place.go(alice, "bob")
        self.assertIn("until $trust NAME: old (unencrypted)", alice.type("$who")[-1])
        self.assertIn("old has no key to show who is there", alice.type("secret")[-1])


class Across(SynchronousTestCase):
    """Pokes between those with a key and those without."""

    def test_poked(self) -> None:
        """Who is poked at a public address, and has no key, is not spoken to before the trust."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.fake_server.users["old"] = ContactInfo("old", "", *OUTSIDE)
        (shown,) = alice.type("$poke old")
        self.assertIn("nothing goes to old (unencrypted) at 8.8.8.8:53", shown)
        self.assertIn("old has no key", alice.type("secret")[0])
        alice.type("$trust old", "hello")
        self.assertEqual(said(alice), ["msg alice> hello 8.8.8.8"])

    def test_pokes(self) -> None:
        """The same for who pokes us, and what is said meanwhile to nobody is said to nobody."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        asked = Introduced(ContactInfo("old", "", *OUTSIDE))
        world.network.carry_out(world.server, world.fake_server.push("alice", asked))
        world.wait(0.5)
        self.assertIn("old (unencrypted) wants to talk; $poke old answers", alice.lines[-1])
        alice.type("secret")
        world.fake_server.users["old"] = asked.contact
        self.assertIn("$trust old", alice.type("$poke old")[-1])
        alice.type("secret")
        self.assertEqual(said(alice), [])


class Deciding(SynchronousTestCase):
    """From whom words are kept, and until when."""

    def setUp(self) -> None:
        generation = FakeGeneration()
        self.shared, self.told = generation.shared, generation.told
        self.far = True
        self.keyless = Keyless(self.shared, lambda: self.far)
        self.room = generation.enter("lab")

    def contact(self, name: str, key: str = "", host: str = "192.168.1.5") -> Contact:
        """Somebody, at an address of a network of ours."""
        return contact_of(name, key, (host, 5000))

    def enlist(self, contact: Contact) -> None:
        """The roster names somebody."""
        first_key, first_room = not self.room.keyed, not contact.rooms
        self.room.enlist(contact.name, contact, 1.0)
        self.keyless.enlisted(contact, self.room, first_key=first_key, first_room=first_room)

    def test_outside(self) -> None:
        """One outside is not spoken to where the server, or they themselves, may be anywhere."""
        carol = self.contact("carol")
        self.keyless.asked_for(carol)
        self.assertTrue(carol.withheld)
        self.far = False
        for host, withheld in (("192.168.1.5", False), ("8.8.8.8", True)):
            one = self.contact("dave", host=host)
            self.keyless.asked_for(one)
            self.assertEqual(one.withheld, withheld, host)
        keyed = self.contact("bob", "b" * 64, "8.8.8.8")
        self.keyless.asked_for(keyed)
        self.assertFalse(keyed.withheld)

    def test_into_a_room_without_keys(self) -> None:
        """Where nobody has a key one who comes in is spoken to, and a member is left alone."""
        carol = self.contact("carol")
        self.keyless.asked_for(carol)
        self.enlist(carol)
        self.assertFalse(carol.withheld)
        self.keyless.asked_for(carol)
        self.assertFalse(carol.withheld)

    def test_first_key(self) -> None:
        """With the first who has a key words are kept from all who have none, and from those
        who come later, until that one has gone and they come anew."""
        carol, dave, bob = (
            self.contact("carol"),
            self.contact("dave"),
            self.contact("bob", "b" * 64),
        )
        self.enlist(carol)
        self.enlist(bob)
        self.assertTrue(carol.withheld)
        self.enlist(dave)
        self.assertTrue(dave.withheld)
        self.room.replace(bob)
        self.enlist(dave)
        self.assertTrue(dave.withheld, "a member is what they were")

    def test_told(self) -> None:
        """It is told of those who would hear us, once, and not of those who would not."""
        carol, dave = self.contact("carol"), self.contact("dave")
        self.keyless.asked_for(dave)
        self.keyless.tell(1.0)
        self.assertEqual(self.told(), [])
        self.enlist(self.contact("bob", "b" * 64))
        self.enlist(carol)
        self.keyless.tell(1.0)
        who = Someone("carol", address="192.168.1.5:5000")
        self.assertEqual(self.told(), [Withheld((who,))])
        self.keyless.tell(2.0)
        self.assertEqual(self.told(), [])

    def test_trusted(self) -> None:
        """One who was accepted is spoken to, there and under that name, and nowhere else."""
        carol = self.contact("carol")
        self.keyless.asked_for(carol)
        self.keyless.trust(carol)
        self.keyless.tell(1.0)
        self.assertEqual(self.told(), [])
        for name, host, withheld in (
            ("Carol", "192.168.1.5", False),
            ("carol", "192.168.1.6", True),
            ("dave", "192.168.1.5", True),
        ):
            one = self.contact(name, host=host)
            self.keyless.asked_for(one)
            self.assertEqual(one.withheld, withheld, (name, host))
