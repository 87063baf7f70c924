"""What the server sends back to those who look at their network, and what it does not."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.server.gen2.checkups import AT_ONCE, BYTES, COPIES, DATAGRAMS, LIFE, TOKENS
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.wire.gen2.checkup import (
    UNASKED,
    AskCheckup,
    Checkup,
    Echo,
    EchoKind,
    NoCheckup,
    read_echo,
)


class Checkups(SynchronousTestCase):
    """Who asks is at a link, registered or not."""

    def setUp(self) -> None:
        numbers = count(1)
        secrets = PairSecrets(bytes(32), lambda size: next(numbers).to_bytes(size, "big"))
        self.server = MixedServer(secrets=secrets)
        self.checkups = self.server.core.checkups
        self.checkups.second_port = 8091

    def token(self, link: Link) -> bytes:
        """What the one at this link is given."""
        (answer,) = self.server.ask(link, AskCheckup())
        assert isinstance(answer, Checkup)
        return answer.token

    def echo(self, token: bytes, source: Address, size: int = 29) -> bytes | None:
        """What comes back for a datagram from there."""
        there = Echo(EchoKind.THERE, token, 7, size=size).encode()
        return self.checkups.echo(there, source, self.server.now)

    def test_sent_back(self) -> None:
        """It says where a datagram came from, and is as long."""
        link = self.server.link(0)
        self.assertIn(b"check", self.server.said_first[link].split())
        (answer,) = self.server.ask(link, AskCheckup())
        self.assertEqual(answer, Checkup((1).to_bytes(8, "big"), 8091))
        source = (PLACES[0][0], 4711)
        back = self.echo(answer.token, source, 1400) or b""  # type: ignore[union-attr]
        self.assertEqual(len(back), 1400)
        self.assertEqual((read_echo(back).kind, read_echo(back).seen), (EchoKind.BACK, source))
        self.assertEqual(read_echo(back).number, 7)

    def test_unasked(self) -> None:
        """From the second port something goes to where the link is, once; nothing without one."""
        token = self.token(self.server.link(0))
        (datagram, to), *others = self.checkups.take_unasked()
        self.assertEqual(others, [(datagram, to)] * (COPIES - 1))
        self.assertEqual(to, PLACES[0])
        self.assertEqual(read_echo(datagram), Echo(EchoKind.BACK, token, UNASKED, PLACES[0]))
        self.checkups.second_port = 0
        self.token(self.server.link(1))
        self.assertEqual(self.checkups.take_unasked(), [])

    def test_elsewhere(self) -> None:
        """Nothing goes to another host, nor for a token that nobody was given, nor for what was
        sent back already: two servers do not keep each other busy."""
        token = self.token(self.server.link(0))
        self.assertIsNone(self.echo(token, PLACES[1]))
        self.assertIsNone(self.echo(b"\xff" * 8, PLACES[0]))
        back = self.echo(token, PLACES[0])
        assert back is not None
        self.assertIsNone(self.checkups.echo(back, PLACES[0], self.server.now))
        self.assertIsNone(self.checkups.echo(b"\4", PLACES[0], self.server.now))
        self.assertEqual(len(self.server.dropped), 4)

    def test_bounds(self) -> None:
        """A token is good for so many datagrams, so many bytes, and so long."""
        link = self.server.link(0)
        token = self.token(link)
        sent = [self.echo(token, PLACES[0]) for _ in range(DATAGRAMS + 1)]
        self.assertEqual([one for one in sent if one is None], sent[-1:])
        token = self.token(link)
        sent = [self.echo(token, PLACES[0], 1400) for _ in range(100)]
        self.assertEqual(len([one for one in sent if one]), BYTES // 1400)
        token = self.token(link)
        self.server.now += LIFE
        self.assertIsNone(self.echo(token, PLACES[0]))

    def test_too_soon(self) -> None:
        """A site gets a few tokens at once; others get theirs meanwhile."""
        link = self.server.link(0)
        for _ in range(AT_ONCE):
            self.token(link)
        self.assertEqual(self.server.ask(link, AskCheckup()), [NoCheckup(10)])
        self.token(self.server.link(1))
        self.server.now += 10
        self.token(link)

    def test_many(self) -> None:
        """So many tokens are good at a time, the latest."""
        first = self.token(self.server.link(0, ("10.0.0.1", 1)))
        for number in range(TOKENS):
            host = f"10.1.{number // 250}.{number % 250}"
            link = self.server.link(0, (host, 1))
            last = self.token(link)
            self.server.lose(link)
        self.assertIsNone(self.echo(first, ("10.0.0.1", 1)))
        self.assertIsNotNone(self.echo(last, (host, 1)))

    def test_without(self) -> None:
        """A server that introduces nobody sends nothing back, and says so."""
        server = MixedServer()
        link = server.link(0)
        self.assertEqual(server.said_first[link], b"can wait history")
        self.assertEqual(server.ask(link, AskCheckup()), [NoCheckup(0)])
