"""Going to another server of several."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects, Send
from twisted_chat.peer.gen2.failover import AGAIN, ASK, ASKED, SILENCE, Failover
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, ListRooms, Verb
from twisted_chat.wire.gen1 import RoomListed
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere

HERE, SECOND, THIRD = ("192.0.2.1", 8090), ("192.0.2.2", 8090), ("192.0.2.3", 8090)
LOOPBACK = ("127.0.0.1", 8090)
HI = Bare(Verb.HI)


class Way:
    """A way to the server, of which is noted what is done."""

    def __init__(self, link: Link | None) -> None:
        self.link = link
        self.done: list[str] = []

    def lost(self, now: float) -> None:
        self.link = None
        self.done.append("lost")

    def start(self, now: float) -> None:
        self.done.append("start")


class Several(SynchronousTestCase):
    """A server, and what it tells of others."""

    def setUp(self) -> None:
        self.at(HERE)

    def at(self, address: Address) -> None:
        """We are at the server at this address."""
        self.server = Whereabouts(("chat.example", 8090), [address])
        self.link = Link("a" * 64, address, dialled=True)
        self.way, self.effects = Way(self.link), Effects()
        self.failover = Failover(self.server, self.way, self.effects)

    def told(self, *addresses: Address, go: bool = False, now: float = 1.0) -> None:
        """The server tells of these."""
        self.failover.told(ServedElsewhere(addresses, go), now)

    def assert_asked(self, *addresses: Address) -> None:
        """These were asked, once, and nothing else was done."""
        questions = [Send(ListRooms(), address) for address in addresses]
        self.assertEqual((self.effects.take(), self.way.done), (questions, []))

    def assert_gone_to(self, address: Address, *, before: Address = HERE) -> None:
        """The link was closed, and a link is tried there first, and where we were then."""
        self.assertEqual(self.way.done, ["lost", "start"])
        self.assertEqual(self.effects.take(), [CloseLink(self.link, "another server is gone to")])
        self.assertEqual(self.server.addresses, [address, before])
        self.assertEqual(self.failover.wake, NEVER)

    def test_silent(self) -> None:
        """When a server stays silent the others are asked, and the first that answers is gone to;
        nothing is when it answers after all."""
        self.told(SECOND, THIRD)
        self.failover.doubted(10.0)
        self.assertEqual(self.failover.wake, 10.0 + SILENCE)
        self.failover.tick(10.0 + SILENCE)
        self.assert_asked()
        self.assertEqual(self.failover.wake, NEVER)
        self.link.doubted = True
        self.failover.doubted(20.0)
        self.failover.tick(20.0 + SILENCE / 2)
        self.assert_asked()
        self.failover.tick(20.0 + SILENCE)
        self.assert_asked(SECOND, THIRD)
        self.assertTrue(self.failover.answers(HI, THIRD, 21.5))
        self.assert_gone_to(THIRD)
        self.assertFalse(self.failover.answers(HI, SECOND, 21.6))

    def test_there_after_all(self) -> None:
        """A server that has answered meanwhile, or to which there is another link, stays ours."""
        self.told(SECOND)
        self.failover.lost(1.0)
        self.assert_asked(SECOND)
        self.assertTrue(self.failover.answers(HI, SECOND, 1.2))
        self.assertEqual((self.way.done, self.server.addresses), ([], [HERE]))

    def test_nobody(self) -> None:
        """They are asked a few times, and nobody is gone to who says something else; and not
        again before long."""
        self.told(SECOND)
        self.link.doubted = True
        now = 5.0
        self.failover.doubted(now - SILENCE)
        for _ in range(ASKED):
            self.failover.tick(now)
            self.assert_asked(SECOND)
            self.assertTrue(self.failover.answers(RoomListed("lab"), SECOND, now))
            self.assertFalse(self.failover.answers(HI, THIRD, now))
            now += ASK
        self.failover.tick(now)
        self.assert_asked()
        self.failover.lost(5.0 + AGAIN - 1)
        self.assert_asked()
        self.failover.lost(5.0 + AGAIN)
        self.assert_asked(SECOND)

    def test_lost(self) -> None:
        """When the link is lost they are asked at once."""
        self.told(SECOND)
        self.way.link = None
        self.failover.lost(1.0)
        self.assert_asked(SECOND)
        self.assertTrue(self.failover.answers(HI, SECOND, 1.1))
        self.assertEqual((self.way.done, self.effects.take()), (["start"], []))
        self.assertEqual(self.server.addresses, [SECOND, HERE])

    def test_alone(self) -> None:
        """Where there is no other nobody is asked."""
        for others in ((), (HERE,)):
            self.told(*others, go=True, now=100.0)
            self.link.doubted = True
            self.failover.doubted(1.0)
            self.failover.tick(1.0 + SILENCE)
            self.assert_asked()
            self.setUp()

    def test_go(self) -> None:
        """One that is to be taken out is left as soon as another answers, and where none does it
        is not."""
        self.told(SECOND, go=True)
        self.assert_asked(SECOND)
        self.assertTrue(self.failover.answers(HI, SECOND, 1.1))
        self.assert_gone_to(SECOND)

    def test_go_later(self) -> None:
        """So is one that asks for it soon after others were looked for, or when none of them
        answers, as soon as they may be asked again; not when it wants that no more."""
        self.told(SECOND)
        self.failover.lost(5.0)
        self.assert_asked(SECOND)
        self.failover.answers(HI, SECOND, 5.1)
        self.told(SECOND, go=True, now=7.0)
        self.assert_asked()
        self.assertEqual(self.failover.wake, 5.0 + AGAIN)
        for _ in range(3):
            for _ in range(ASKED):
                self.failover.tick(self.failover.wake)
                self.assert_asked(SECOND)
            self.failover.tick(self.failover.wake)
            self.assert_asked()
        self.failover.tick(self.failover.wake)
        self.assert_asked(SECOND)
        self.assertTrue(self.failover.answers(HI, SECOND, self.failover.wake))
        self.assert_gone_to(SECOND)
        self.at(HERE)
        self.told(SECOND, go=True)
        self.told(SECOND)
        while self.failover.wake < NEVER:
            self.failover.tick(self.failover.wake)
        self.assertEqual(len(self.effects.take()), ASKED)

    def test_hostile(self) -> None:
        """A server that asks us to go again and again has us send a few bytes to those whom it
        names, and not often."""
        sent = 0
        for second in range(600):
            self.told(*(("198.51.100.1", port) for port in range(1, 9)), go=True, now=second)
            self.failover.tick(float(second))
            sent += len(self.effects.take())
        self.assertEqual(self.way.done, [])
        self.assertLessEqual(sent, 8 * ASKED * 600 / AGAIN)

    def test_addresses(self) -> None:
        """Nobody is led to many hosts or none, nor to this machine from elsewhere."""
        wrong = (("224.0.0.1", 8090), ("0.0.0.0", 8090), ("ff02::1", 8090))
        self.told(LOOPBACK, SECOND, *wrong, go=True)
        self.assert_asked(SECOND)
        self.at(LOOPBACK)
        self.told(("127.0.0.2", 8090), SECOND, *wrong, go=True)
        self.assert_asked(("127.0.0.2", 8090), SECOND)
