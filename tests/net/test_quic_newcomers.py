"""Links that are opened from an address which is validated before, and how long they take."""

from tests.net.test_quic_retry import first_flight
from tests.support.quic import CALLED, CALLER, KEYS, THIRD, End, QuicCase, Raw
from twisted_chat.addresses import Address
from twisted_chat.links import Dial, Validate
from twisted_chat.net.quic_bounds import HANDSHAKE_TIME, VALID, VALID_FOR
from twisted_chat.net.quic_retry import read_initial

RETRY, RETRY_BITS = 0xF0, 0xF0
SECOND = 1.0
"""A round trip where it is long."""


class NewcomersCase(QuicCase):
    def validate(self, address: Address = CALLER) -> None:
        """What is sent to this address is read there, as the one who is called knows."""
        self.called.port.perform(Validate(address))

    @property
    def retries(self) -> int:
        """Retry packets that went out."""
        return sum(one.payload[0] & RETRY_BITS == RETRY for one in self.network.sent)


class Retries(NewcomersCase):
    """Who needs one."""

    def test_one(self) -> None:
        """One is sent one Retry, though its ClientHello takes several datagrams; where that gets
        lost, another one when it says so again."""
        self.network.loses = lambda one: one.payload[0] & RETRY_BITS == RETRY and self.retries < 2
        self.caller.dial(self.called)
        self.later(0.5)
        self.assertEqual(self.retries, 1)
        self.later(3.0)
        self.assertEqual(self.retries, 2)
        self.assertEqual(len(self.called.heard.links), 1)


class Validated(NewcomersCase):
    """Who needs no Retry."""

    def test_let_in(self) -> None:
        """One link from a validated address begins at once; the next begins with a Retry."""
        self.validate()
        self.link()
        self.assertEqual(self.retries, 0)
        self.caller.say(b"hello")
        self.later(0.1)
        self.assertEqual(self.called.heard.messages, [b"hello"])
        self.caller.hang_up()
        self.later(1)
        self.link()
        self.assertGreater(self.retries, 0)

    def test_too_late(self) -> None:
        """It is known for a while."""
        self.validate()
        self.clock.advance(VALID_FOR)
        self.link()
        self.assertGreater(self.retries, 0)

    def test_elsewhere(self) -> None:
        """It says nothing of another address, nor of another port there."""
        for other in (THIRD, (CALLER[0], CALLER[1] + 1)):
            self.validate(other)
        self.link()
        self.assertGreater(self.retries, 0)

    def test_losses(self) -> None:
        """Where much is lost, doubled and late there is a link all the same, and one: what is
        opened is known by the id that the other end has chosen."""
        for seed in range(1, 6):
            self.seed = seed
            self.setUp()
            self.network.loss, self.network.duplication, self.network.delay = 0.3, 0.5, 0.3
            self.validate()
            self.caller.dial(self.called)
            self.later(HANDSHAKE_TIME, lambda: bool(self.caller.heard.links))
            self.assertTrue(self.caller.heard.links, seed)
            self.assertEqual(len(self.called.port), 1)

    def test_text(self) -> None:
        """A text that begins like the id of one who was let in is a text."""
        self.validate()
        flight = first_flight()
        chosen = flight[:6] + b"oomjoin " + flight[14:]
        initial = read_initial(chosen)
        assert initial is not None
        self.assertEqual(initial.destination, b"oomjoin ")
        self.called.port.datagramReceived(chosen, CALLER)
        self.assertEqual(len(self.called.port), 1)
        self.called.port.datagramReceived(b"roomjoin lab", THIRD)
        self.assertEqual(self.called.text.received, [(b"roomjoin lab", THIRD)])

    def test_unproven(self) -> None:
        """Until it has shown that it reads what comes, it gets three times what it has sent."""
        raw = Raw(self.network, KEYS[2], THIRD, bound=True)
        raw.deaf = True
        self.validate(THIRD)
        raw.dial(CALLED)
        self.later(HANDSHAKE_TIME + 1)
        there = [len(one.payload) for one in self.network.sent if one.to == THIRD]
        came = [len(one.payload) for one in self.network.sent if one.source == THIRD]
        self.assertGreater(sum(there), 0)
        self.assertLessEqual(sum(there), 3 * sum(came))
        self.assertEqual(len(self.called.port), 0)

    def test_replayed(self) -> None:
        """What has opened a link opens no other one: at the same time it belongs to that, from
        elsewhere and afterwards a Retry answers it, and once validated it proves nothing."""
        self.validate()
        self.link()
        opening = next(one.payload for one in self.network.sent if read_initial(one.payload))
        self.called.port.datagramReceived(opening, CALLER)
        self.assertEqual((len(self.called.port), self.retries), (1, 0))
        self.called.port.datagramReceived(opening, THIRD)
        self.assertEqual((len(self.called.port), self.retries), (1, 1))
        self.caller.hang_up()
        self.later(VALID_FOR / 2)
        self.called.port.datagramReceived(opening, CALLER)
        self.assertEqual((len(self.called.port), self.retries), (0, 2))
        self.validate()
        self.called.port.datagramReceived(opening, CALLER)
        self.assertEqual(len(self.called.port), 1)
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual((len(self.called.port), len(self.called.heard.links)), (0, 1))

    def test_bounded(self) -> None:
        """So many addresses are known, the latest; nothing is kept of those that came in."""
        for number in range(VALID + 10):
            self.validate(("10.9.0.1", 1000 + number))
        newcomers = self.called.port._newcomers
        self.assertEqual(len(newcomers._validated), VALID)
        self.validate()
        self.link()
        self.assertNotIn(CALLER, newcomers._validated)
        self.assertEqual(len(newcomers._begun), 1)
        self.caller.hang_up()
        self.later(60)
        self.assertEqual((len(self.called.port), len(newcomers._begun)), (0, 0))


class RoundTrips(NewcomersCase):
    """How long a link takes where a round trip is a second."""

    def setUp(self) -> None:
        super().setUp()
        self.network.latency = SECOND / 2

    def heard_after(self, *, validated: bool, before: bool = False) -> float:
        """Round trips from the dial to the first word that is heard at the other end; from or to a
        program of `before`."""
        if validated:
            self.validate()
        if before:
            self.called.port._links._openings.configuration(dialled=False).alpn_protocols = [
                "udpchat/2"
            ]
        begun = self.clock.seconds()
        self.caller.port.dial(Dial(CALLED, self.called.key.fingerprint))
        self.later(20, lambda: bool(self.caller.heard.links))
        self.caller.say(b"hello")
        self.later(20, lambda: bool(self.called.heard.messages))
        return (self.clock.seconds() - begun) / SECOND

    def test_introduced(self) -> None:
        """Two and a half, where the server has introduced the two."""
        self.assertAlmostEqual(self.heard_after(validated=True), 2.5, delta=0.05)

    def test_with_retry(self) -> None:
        """One more with a Retry, as between a user and the server."""
        self.assertAlmostEqual(self.heard_after(validated=False), 3.5, delta=0.05)

    def test_before(self) -> None:
        """One more where the other is a program of before, which signs a nonce."""
        self.assertAlmostEqual(self.heard_after(validated=True, before=True), 3.5, delta=0.05)

    def test_other_way(self) -> None:
        """One who is dialled is heard after two."""
        self.validate()
        begun = self.clock.seconds()
        self.caller.port.dial(Dial(CALLED, self.called.key.fingerprint))
        self.later(20, lambda: bool(self.called.heard.links))
        self.called.say(b"hello")
        self.later(20, lambda: bool(self.caller.heard.messages))
        self.assertAlmostEqual((self.clock.seconds() - begun) / SECOND, 2.0, delta=0.05)


class Mixed(QuicCase):
    """Programs of before and of now."""

    def test_either(self) -> None:
        """A link comes up, whichever side is of before."""
        for side in ("caller", "called"):
            self.setUp()
            end: End = getattr(self, side)
            for dialled in (False, True):
                common = end.port._links._openings.configuration(dialled=dialled)
                common.alpn_protocols = ["udpchat/2"]
            self.link()
            self.assertEqual(self.called.link.fingerprint, self.caller.key.fingerprint)
            self.assertEqual(self.caller.link.fingerprint, self.called.key.fingerprint)
