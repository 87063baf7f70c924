"""Coming and going over links, where a journal has to write it first."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.server.journal.records import (
    KeptRecords,
    NameFreed,
    NameRecord,
    Record,
    RoomRecord,
)
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    Locate,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import ContactLocated
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.roster import RosterBegins

HI = Bare(Verb.HI)


def site(number: int) -> str:
    """Where the one with this key is."""
    return PLACES[number][0]


class Kept(SynchronousTestCase):
    """A server with a journal that writes when it is told to."""

    def setUp(self) -> None:
        self.server = MixedServer(names_per_host=2)
        self.server.core.keep(KeptRecords(), self.server.now)

    def write(self, *, works: bool = True) -> list[Record]:
        """Let the journal write what it was given."""
        taken = self.server.core.ledger.take()
        claims = [(number, works) for number, _ in taken if number]
        self.server.core.settled(claims, self.server.now)
        self.server.note(self.server.core.gen2.effects(self.server.now))
        return [record for _, record in taken]


class RegistrationTests(Kept):
    """A name is somebody's when it is written."""

    def test_written_first(self) -> None:
        """Nobody is told that a name is theirs before it is written, or sees them there."""
        anna = self.server.link(0)
        self.assertEqual(self.server.ask(anna, RegisterKey("Anna")), [])
        self.assertIsNone(self.server.directory.users.get("anna"))
        self.assertEqual(self.write(), [NameRecord("anna", KEYS[0], site(0))])
        self.assertEqual(self.server.take(anna), [Welcome("Anna")])
        self.assertEqual(self.server.holder(0).name, "Anna")

    def test_not_written(self) -> None:
        """What cannot be written is refused, and free for others."""
        anna, ben = self.server.link(0), self.server.link(1)
        self.server.ask(anna, RegisterKey("anna"))
        self.write(works=False)
        self.assertEqual(self.server.take(anna), [HI])
        self.server.ask(ben, RegisterKey("anna"))
        self.write()
        self.assertEqual(self.server.take(ben), [Welcome("anna")])

    def test_claimed_once(self) -> None:
        """While a name is written it is nobody else's, with or without a key, nor is one
        that is drawn like it."""
        anna, ben = self.server.link(0), self.server.link(1)
        self.server.ask(anna, RegisterKey("ace"))
        for name in ("ace", "\u0430\u0441\u0435"):
            self.assertEqual(self.server.ask(ben, RegisterKey(name)), [HI])
        self.assertEqual(self.server.datagram(PLACES[2], b"hi ace"), [b"hi"])
        self.assertEqual(self.server.ask(ben, RegisterKey("base")), [])
        self.assertEqual(len(self.write()), 2)

    def test_in_order(self) -> None:
        """What somebody says meanwhile waits, and is answered in its order."""
        anna = self.server.link(0)
        for request in (RegisterKey("anna"), CreateRoom("lab"), JoinRoom("lab"), Locate("anna")):
            self.assertEqual(self.server.ask(anna, request), [])
        self.assertEqual(len(self.write()), 1)
        self.server.wait(1)
        self.assertEqual(self.server.take(anna), [Welcome("anna")])
        self.assertEqual(self.write(), [RoomRecord("lab", "lab", KEYS[0], site(0))])
        self.server.wait(1)
        first, located, begins, _ = self.server.take(anna)
        self.assertEqual((first, begins), (RoomReady("lab"), RosterBegins("lab", 1)))
        self.assertIsInstance(located, ContactLocated)
        self.assertEqual(self.server.closed, [])

    def test_gone_meanwhile(self) -> None:
        """The name of one who is gone before it is written is kept for its key."""
        anna = self.server.link(0)
        self.server.ask(anna, RegisterKey("anna"))
        self.server.lose(anna)
        self.write()
        self.assertEqual(list(self.server.directory.users.read()), [])
        self.assertFalse(self.server.directory.is_free("anna", KEYS[1]))
        self.assertTrue(self.server.directory.is_free("anna", KEYS[0]))
        self.assertEqual(self.write(), [NameRecord("anna", KEYS[0], site(0), absent=True)])

    def test_comes_back(self) -> None:
        """The one whose name is kept has it at once, and that it is here is written."""
        anna = self.server.link(0)
        self.server.ask(anna, RegisterKey("anna"))
        self.write()
        self.assertEqual(self.server.ask(anna, Leave())[-1], Goodbye())
        self.assertEqual(self.write(), [NameRecord("anna", KEYS[0], site(0), absent=True)])
        self.assertEqual(self.server.ask(anna, RegisterKey("anna")), [Welcome("anna")])
        self.assertEqual(self.write(), [NameRecord("anna", KEYS[0], site(0))])

    def test_renamed(self) -> None:
        """Somebody keeps the name that it has until the next is written, and while that
        cannot be."""
        anna = self.server.link(0)
        self.server.ask(anna, RegisterKey("anna"))
        self.write()
        self.server.ask(anna, RegisterKey("bella"))
        self.assertEqual(self.server.holder(0).name, "anna")
        self.write(works=False)
        self.assertEqual(self.server.holder(0).name, "anna")
        self.server.ask(anna, RegisterKey("bella"))
        self.write()
        self.assertEqual(self.server.holder(0).name, "bella")
        self.assertEqual(self.server.take(anna)[-1], Welcome("bella"))

    def test_forgotten(self) -> None:
        """A name that is not kept any more is freed in the journal."""
        for name in ("a", "b", "c"):
            link = self.server.link(0)
            self.server.ask(link, RegisterKey(name))
            self.write()
            self.server.ask(link, Leave())
            self.server.lose(link)
        self.assertIn(NameFreed("a"), self.write())

    def test_places(self) -> None:
        """Those who wait for the journal count for the places of their site."""
        server = self.server = MixedServer(users_per_host=2)
        server.core.keep(KeptRecords(), server.now)
        links = [server.link(number, (site(0), 7000 + number)) for number in range(3)]
        for number, link in enumerate(links):
            server.ask(link, RegisterKey(f"user{number}"))
        self.assertEqual(len(self.write()), 2)
        self.assertEqual([len(server.take(link)) for link in links], [1, 1, 0])
