"""Going to another server of several."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.failover import SILENCE, Failover
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere

HERE, SECOND, THIRD = ("192.0.2.1", 8090), ("192.0.2.2", 8090), ("192.0.2.3", 8090)
LOOPBACK = ("127.0.0.1", 8090)


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

    def told(self, *addresses: Address, go: bool = False) -> None:
        """The server tells of these."""
        self.failover.told(ServedElsewhere(addresses, go), 1.0)

    def assert_gone(self) -> None:
        """The link was closed, and others are tried, the one that was left last."""
        self.assertEqual(self.way.done, ["lost", "start"])
        self.assertEqual(self.effects.take(), [CloseLink(self.link, "another server is gone to")])
        self.assertEqual(self.server.every[-1], HERE)

    def test_silent(self) -> None:
        """A server that stays silent is left, and one that answers after all is not."""
        self.told(SECOND, THIRD)
        self.failover.doubted(10.0)
        self.assertEqual(self.failover.wake, 10.0 + SILENCE)
        self.failover.tick(10.0 + SILENCE)
        self.assertEqual((self.way.done, self.failover.wake), ([], NEVER))
        self.link.doubted = True
        self.failover.doubted(20.0)
        self.failover.tick(20.0 + SILENCE / 2)
        self.assertEqual(self.way.done, [])
        self.failover.tick(20.0 + SILENCE)
        self.assert_gone()
        self.assertEqual(self.server.every, [SECOND, THIRD, HERE])
        self.assertIn(THIRD, self.server)

    def test_lost_meanwhile(self) -> None:
        """Nothing is left twice."""
        self.told(SECOND)
        self.failover.doubted(1.0)
        self.way.link = None
        self.failover.tick(1.0 + SILENCE)
        self.assertEqual(self.way.done, [])

    def test_alone(self) -> None:
        """Where there is no other there is nowhere to go."""
        for others in ((), (HERE,)):
            self.told(*others, go=True)
            self.link.doubted = True
            self.failover.doubted(1.0)
            self.failover.tick(1.0 + SILENCE)
            self.assertEqual(self.way.done, [])

    def test_go(self) -> None:
        """One that is to be taken out is left at once."""
        self.told(SECOND, go=True)
        self.assert_gone()

    def test_addresses(self) -> None:
        """Nobody is led to many hosts or none, nor to this machine from elsewhere."""
        wrong = (("224.0.0.1", 8090), ("0.0.0.0", 8090), ("ff02::1", 8090))
        self.told(LOOPBACK, SECOND, *wrong)
        self.assertEqual(self.server.others, (SECOND,))
        self.at(LOOPBACK)
        self.told(("127.0.0.2", 8090), SECOND, *wrong)
        self.assertEqual(self.server.others, (("127.0.0.2", 8090), SECOND))
