"""What others may try on a link: nothing is accepted, and nothing but that link ends."""

from collections.abc import Iterator

from qh3.quic.events import ConnectionTerminated

from tests.support.network import Datagram
from tests.support.quic import CALLED, CALLER, KEYS, THIRD, End, QuicCase, Raw
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.proof import BINDING_BYTES, NONCE_BYTES, statement
from twisted_chat.links import Dial, SendFrames
from twisted_chat.net.quic_bounds import (
    ANSWER_TIME,
    ASK_EVERY,
    HANDSHAKE_TIME,
    HANDSHAKES,
    KEEPALIVE,
    NEW_LINKS_AT_ONCE,
    RETRIES_AT_ONCE,
    UNPROVEN_FACTOR,
    UNSENT,
)
from twisted_chat.wire.framing import MAX_FRAME

STRANGER = KEYS[2]


class AttackCase(QuicCase):
    """A stranger who dials somebody, and a link of others, which stays."""

    bound = False
    """Whether the stranger signs the binding of the channel, or a nonce."""

    def setUp(self) -> None:
        super().setUp()
        self.link()
        self.raw = Raw(self.network, STRANGER, THIRD, bound=self.bound)

    def tearDown(self) -> None:
        self.caller.say(b"still there")
        self.later(1)
        self.assertEqual(self.called.heard.messages[-1:], [b"still there"])
        self.assertEqual(self.caller.heard.told, ["opened"])

    def reach(self) -> None:
        """Let the stranger have a channel, in which nothing is said yet."""
        self.raw.dial(CALLED)
        self.later(0.5)

    def get_nonce(self) -> bytes:
        self.reach()
        self.raw.say(b"key " + self.raw.key.public_key)
        self.later(0.5)
        return self.raw.nonce

    def open(self) -> None:
        self.raw.say(self.raw.sign(self.called.key, self.get_nonce()))
        self.later(0.5)
        self.assertEqual(self.raw.read[-1:], [b"open"])
        self.assertEqual(self.called.heard.told, ["opened", "opened"])

    def refused(self, *, opened: bool = False) -> None:
        """The stranger's connection is gone, and was never a link unless it was opened."""
        self.later(5)
        self.assertEqual(len(self.called.port), 1)
        told = [one.partition(":")[0] for one in self.called.heard.told]
        self.assertEqual(told, ["opened", *(["opened", "lost"] if opened else [])])
        self.assertEqual(self.called.heard.messages, [])


class Keys(AttackCase):
    """Who one is not, to a program of before."""

    def test_proven(self) -> None:
        """Whoever proves a key has a link, so that the refusals below mean something."""
        self.open()
        self.assertEqual(self.called.link.fingerprint, STRANGER.fingerprint)

    def test_replay(self) -> None:
        """A proof from another channel opens nothing."""
        proof = self.raw.sign(self.called.key, self.get_nonce())
        self.network.remove(self.raw._port)
        self.raw = Raw(self.network, STRANGER, THIRD)
        self.get_nonce()
        self.raw.say(proof)
        self.later(1)
        self.assertNotIn(b"open", self.raw.read)
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_reflection(self) -> None:
        """The acceptor's own key, and what it signs when it dials, open nothing."""
        nonce = self.get_nonce()
        swapped = statement(self.called.key.fingerprint, STRANGER.fingerprint, nonce, bound=False)
        self.raw.say(b"proof " + self.called.key.sign(swapped))
        self.refused()

    def test_own_key(self) -> None:
        """Whoever shows the acceptor its own key is refused at once."""
        self.reach()
        self.raw.say(b"key " + self.called.key.public_key)
        self.refused()

    def test_anothers_key(self) -> None:
        """A stranger who shows another's key cannot sign for it."""
        self.reach()
        self.raw.say(b"key " + self.caller.key.public_key)
        self.later(0.5)
        said = statement(
            self.caller.key.fingerprint, self.called.key.fingerprint, self.raw.nonce, bound=False
        )
        self.raw.say(b"proof " + STRANGER.sign(said))
        self.refused()

    def test_other_acceptor(self) -> None:
        """What was signed for somebody in the middle opens nothing behind it."""
        self.raw.say(self.raw.sign(KEYS[3], self.get_nonce()))
        self.refused()

    def test_speaks_first(self) -> None:
        """Nothing that is said before the proof is heard, also when a proof follows."""
        nonce = self.get_nonce()
        self.raw.say(b"msg 1 1 hello")
        self.raw.say(self.raw.sign(self.called.key, nonce))
        self.refused()

    def test_says_nothing(self) -> None:
        """Whoever proves nothing is waited for no longer than is said."""
        self.reach()
        self.assertEqual(len(self.called.port), 2)
        self.later(HANDSHAKE_TIME)
        self.refused()

    def test_another_language(self) -> None:
        """Whoever does not speak generation 2, or names no language, is not spoken with, and
        is told so by the error that RFC 9001 has for it."""
        for languages in (["h3"], None):
            self.network.remove(self.raw._port)
            self.raw = Raw(self.network, STRANGER, THIRD)
            self.raw.configuration.alpn_protocols = languages
            self.reach()
            self.refused()
            assert self.raw.quic is not None
            self.raw.quic.handle_timer(self.clock.seconds() + 60)
            ended = self.raw.quic.next_event()
            assert isinstance(ended, ConnectionTerminated)
            self.assertEqual(ended.error_code, 0x178)


class BoundKeys(AttackCase):
    """The same, where the channel's binding is signed."""

    bound = True

    def prove(self, signed: bytes, key: Identity = STRANGER) -> None:
        """Say what proves a key, at once."""
        self.raw.say(b"key " + key.public_key)
        self.raw.say(signed)
        self.later(0.5)

    def test_proven(self) -> None:
        """Whoever proves a key has a link, so that the refusals below mean something: both ends
        have the same binding, and another in each channel."""
        self.reach()
        self.prove(self.raw.sign(self.called.key, self.raw.binding, bound=True))
        self.assertEqual(self.raw.read, [b"open"])
        self.assertEqual(self.called.link.fingerprint, STRANGER.fingerprint)
        first = self.raw.binding
        self.assertEqual(len(first), BINDING_BYTES)
        self.raw = Raw(self.network, STRANGER, ("10.0.0.4", 5004), bound=True)
        self.reach()
        self.assertNotEqual(self.raw.binding, first)

    def test_replay(self) -> None:
        """A proof from another channel opens nothing."""
        self.reach()
        proof = self.raw.sign(self.called.key, self.raw.binding, bound=True)
        self.network.remove(self.raw._port)
        self.raw = Raw(self.network, STRANGER, THIRD, bound=True)
        self.reach()
        self.prove(proof)
        self.later(1)
        self.assertNotIn(b"open", self.raw.read)
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_reflection(self) -> None:
        """What the acceptor signs when it dials opens nothing at it."""
        self.reach()
        called = self.called.key
        swapped = statement(called.fingerprint, STRANGER.fingerprint, self.raw.binding, bound=True)
        self.prove(b"proof " + called.sign(swapped))
        self.refused()

    def test_anothers_key(self) -> None:
        """A stranger who shows another's key cannot sign for it."""
        self.reach()
        said = statement(
            self.caller.key.fingerprint,
            self.called.key.fingerprint,
            self.raw.binding,
            bound=True,
        )
        self.prove(b"proof " + STRANGER.sign(said), self.caller.key)
        self.refused()

    def test_in_the_middle(self) -> None:
        """One in the middle who shows a key of its own, to one who does not know better, and
        passes on what that one signs, opens nothing behind it."""
        middle = Raw(self.network, KEYS[3], ("10.0.0.4", 5004), accepts=True, bound=True)
        self.caller.port.dial(Dial(("10.0.0.4", 5004), ""))
        self.later(0.5)
        key, proof = middle.read
        self.assertEqual(key, b"key " + self.caller.key.public_key)
        self.reach()
        self.prove(proof, self.caller.key)
        self.refused()
        self.network.remove(middle._port)
        self.later(HANDSHAKE_TIME)

    def test_nonce_awaited(self) -> None:
        """Whoever waits for a nonce here gets none; and what is signed over one opens nothing."""
        self.reach()
        nonce = bytes(NONCE_BYTES)
        self.prove(self.raw.sign(self.called.key, nonce))
        self.assertEqual(self.raw.read, [])
        self.refused()

    def test_speaks_first(self) -> None:
        """Nothing that is said before the proof is heard, also when a proof follows."""
        self.reach()
        self.raw.say(b"msg 1 1 hello")
        self.prove(self.raw.sign(self.called.key, self.raw.binding, bound=True))
        self.refused()


class Impostors(QuicCase):
    """Who is dialled, and is somebody else."""

    def setUp(self) -> None:
        super().setUp()
        self.raw = Raw(self.network, STRANGER, THIRD, accepts=True)

    def failed(self) -> str:
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual(self.caller.heard.links, [])
        self.assertEqual(len(self.caller.heard.failed), 1)
        self.assertEqual(len(self.caller.port), 0)
        return self.caller.heard.failed[0][2]

    def test_stranger(self) -> None:
        """A stranger's valid certificate ends it before a byte is said on the stream."""
        self.caller.port.dial(Dial(THIRD, self.called.key.fingerprint))
        self.assertIn("another key", self.failed())
        self.assertEqual(self.raw.read, [])
        self.assertEqual(self.caller.heard.failed[0][3], STRANGER.fingerprint)

    def test_borrowed_certificate(self) -> None:
        """A certificate without its key is worth nothing."""
        borrowed = self.called.port._links._openings.configuration(dialled=False)
        self.raw.configuration.certificate = borrowed.certificate
        self.caller.port.dial(Dial(THIRD, self.called.key.fingerprint))
        self.failed()
        self.assertEqual(self.raw.read, [])
        self.assertEqual(self.caller.heard.failed[0][3], "")

    def test_our_own(self) -> None:
        """Our own key at the other end is not somebody to speak to."""
        self.raw.configuration = self.caller.port._links._openings.configuration(dialled=False)
        self.caller.port.dial(Dial(THIRD, ""))
        self.assertIn("our own key", self.failed())

    def test_opens_unasked(self) -> None:
        """Whoever opens the link without asking for a proof, or speaks before it, is left."""
        for word in (b"open", b"msg 1 1 hello"):
            self.setUp()
            self.caller.port.dial(Dial(THIRD, ""))
            self.later(0.5)
            self.raw.say(word)
            self.failed()
            self.assertEqual(self.caller.heard.messages, [])

    def test_silent(self) -> None:
        """Whoever completes the handshake and asks for no proof is not waited for."""
        self.caller.port.dial(Dial(THIRD, ""))
        self.assertIn("in time", self.failed())


class Frames(AttackCase):
    """What is no frame, or comes where none belongs."""

    def setUp(self) -> None:
        super().setUp()
        self.open()

    def test_truncated(self) -> None:
        """The beginning of a frame is no message, and ends nothing until the stream ends."""
        self.raw.write((100).to_bytes(4, "big") + b"half of it")
        self.later(1)
        self.assertEqual(len(self.called.port), 2)
        self.raw.write(b"", end=True)
        self.refused(opened=True)

    def test_overlong(self) -> None:
        """A frame that says to be too long ends the link before it is there."""
        self.raw.write((MAX_FRAME + 1).to_bytes(4, "big"))
        self.refused(opened=True)

    def test_empty(self) -> None:
        """A frame with nothing in it ends the link."""
        self.raw.write(bytes(4))
        self.refused(opened=True)

    def test_second_stream(self) -> None:
        """A second stream ends the link, of whichever kind."""
        self.raw.write(b"\0\0\0\1x", stream=4)
        self.refused(opened=True)

    def test_one_way_stream(self) -> None:
        """So does a stream one way."""
        self.raw.write(b"\0\0\0\1x", stream=2)
        self.refused(opened=True)

    def test_reset(self) -> None:
        """A stream that is broken off ends the link."""
        assert self.raw.quic is not None
        self.raw.quic.reset_stream(0, 0)
        self.raw.flush()
        self.refused(opened=True)

    def test_never_reads(self) -> None:
        """Whoever reads nothing costs a bounded number of bytes, and then the link."""
        self.raw.deaf = True
        link = self.called.link
        said = 0
        while said < 4 * UNSENT and len(self.called.heard.told) < 3:
            self.called.port.send(SendFrames(link, [b"x" * 1000]))
            said += 1000
            self.later(0.001)
            self.assertLessEqual(self.called.port.unsent(link), UNSENT)
        self.assertLess(said, 2 * UNSENT)
        self.assertIn("does not read", self.called.heard.told[-1])
        self.refused(opened=True)


class Elsewhere(QuicCase):
    """Those who have a link, and write another's address on what they say over it."""

    victim = ("198.51.100.7", 7777)

    def to_victim(self, since: int = 0) -> list[Datagram]:
        return [one for one in self.network.sent[since:] if one.to == self.victim]

    def flood(self, end: End, many: int = 50) -> None:
        for _ in range(many):
            end.say(bytes(1000))

    def test_dialled(self) -> None:
        """The one who was dialled has nothing sent there, whatever there is to say: only where
        was dialled there is somebody who wants it (RFC 9000, 9)."""
        self.link()
        self.called.transport.outside = self.victim
        for _ in range(5):
            self.called.say(b"I am here now")
            self.later(0.02)
        self.called.transport.kill()
        self.flood(self.caller)
        self.later(KEEPALIVE + ANSWER_TIME)
        self.assertEqual(self.to_victim(), [])
        self.assertEqual(self.caller.heard.messages, [])
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        self.assertGreaterEqual(self.caller.port.totals()["from where nobody was dialled"], 5)

    def test_dialled_from_the_beginning(self) -> None:
        """Nor before there is a link: all that answers a dial comes from where was dialled."""
        self.called.transport.outside = self.victim
        self.caller.dial(self.called)
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual(self.to_victim(), [])
        self.assertEqual(len(self.caller.heard.failed), 1)

    def test_dialled_and_rebound(self) -> None:
        """Where a NAT before the one who was dialled has changed the address, the one who has
        dialled misses it in time, and a new dial finds it where it is."""
        self.link()
        self.called.transport.rebind(THIRD)
        self.called.say(b"are you there?")
        self.caller.say(b"are you there?")
        self.later(ANSWER_TIME + 2 * ASK_EVERY)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        self.called.address = THIRD
        self.link()
        self.caller.say(b"there you are")
        self.later(1)
        self.assertEqual(self.called.heard.messages[-1:], [b"there you are"])

    def test_dialling(self) -> None:
        """The one who has dialled has so much sent there for each byte that came from there,
        and no more, until it answers from there (RFC 9000, 8.1 and 9.3.1)."""
        for size in (1, 300, 1100):
            for many in (1, 2, 5, 20):
                self.caller.transport.outside = CALLER
                self.link()
                before, link = len(self.network.sent), self.called.link
                self.caller.transport.outside = self.victim
                for _ in range(many):
                    self.caller.say(bytes(size))
                    self.later(0.02)
                self.network.loses = lambda one: one.source == CALLER
                self.caller.transport.outside = CALLER
                for _ in range(50):
                    self.called.port.send(SendFrames(link, [bytes(1000)]))
                self.later(60)
                self.network.loses = lambda one: False
                came = sum(
                    len(one.payload)
                    for one in self.network.sent[before:]
                    if one.source == self.victim
                )
                went = sum(len(one.payload) for one in self.to_victim(before))
                self.assertLessEqual(went, UNPROVEN_FACTOR * came, (size, many))
                self.caller.heard.links.clear()


class Floods(QuicCase):
    """Many who want something."""

    def initials(self, token: bytes = b"") -> Iterator[bytes]:
        head = b"\xc3\0\0\0\1" + b"\x08%8d" + b"\x08theirown"
        rest = bytes((0x40 | len(token) >> 8, len(token) & 0xFF)) + token
        padding = bytes(1200)
        for number in range(1_000_000):
            yield (head % number + rest + padding)[:1200]

    def test_invented_addresses(self) -> None:
        """A hundred thousand invented addresses change nothing but a counter."""
        port, many = self.called.port, 100_000
        sent = []
        self.called.transport.write = lambda datagram, to: sent.append(len(datagram))  # type: ignore
        initials = self.initials()
        for start in range(0, many, 50):
            port.datagramsReceived(
                [
                    (next(initials), (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", 4000))
                    for n in range(start, start + 50)
                ]
            )
        self.assertEqual(port.totals(), {"an address to be validated": many})
        self.assertEqual((len(port), port._by_id, self.clock.calls), (0, {}, []))
        links = port._links
        for kept in (links._all, links._by_link, links._openings._waiting, links._dirty):
            self.assertEqual(len(kept), 0)
        self.assertEqual(self.called.text.received, [])
        self.assertLess(max(sent), 1200 / 10)

    def test_invented_tokens(self) -> None:
        """Nor do tokens that we have not made, and they are not answered."""
        initials = self.initials(b"t" * 60)
        for _ in range(100):
            self.called.port.datagramReceived(next(initials), THIRD)
        self.assertEqual(self.called.port.totals(), {"a token that is not good": 100})
        self.assertEqual((len(self.called.port), self.network.sent), (0, []))

    def test_one_site(self) -> None:
        """Whoever receives at an address may keep so many handshakes waiting, and no more."""
        for number in range(50):
            Raw(self.network, STRANGER, ("10.0.9.9", 1000 + number)).dial(CALLED)
        self.later(3)
        self.assertEqual(len(self.called.port), 32)
        self.caller.dial(self.called)
        self.later(3)
        self.assertEqual(len(self.caller.heard.links), 1)
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual(len(self.called.port), 1)

    def test_all_handshakes(self) -> None:
        """When all handshakes that may wait are held from a hundred sites, somebody honest has
        a link at once: the oldest makes way."""
        for number in range(HANDSHAKES):
            # As a token does that is brought back; what it says then matters no more.
            at = (f"10.1.{number % 100}.1", 1000 + number // 100)
            self.called.port._links.accept(at, b"original", b"%8d" % number)
        self.assertEqual(len(self.called.port), HANDSHAKES)
        self.caller.dial(self.called)
        self.later(1, lambda: bool(self.caller.heard.links))
        self.assertEqual(len(self.caller.heard.links), 1)
        self.later(0.1)
        self.assertEqual(len(self.called.port), HANDSHAKES)
        gone = self.called.port.totals()["an unfinished attempt gone for another"]
        self.assertEqual(gone, 1)

    def test_unproven_address(self) -> None:
        """Whoever has brought back a token is sent three times what came since, however much
        the library would send."""
        links = self.called.port._links
        connection = links.accept(THIRD, b"original", b"retried!")
        assert connection is not None
        library = connection._quic
        library.receive_datagram = lambda *given: None  # type: ignore[method-assign]
        library.datagrams_to_send = lambda now: [(bytes(1000), THIRD)] * 20  # type: ignore[method-assign]
        for number in range(1, 4):
            links.receive(connection, [bytes(1200)], THIRD, 0.0)
            links.flush()
            self.assertEqual(len(self.network.sent), 3600 * number // 1000)

    def test_new_links(self) -> None:
        """One site may make so many links at once and so many a second, and others are not
        concerned."""
        for _ in range(NEW_LINKS_AT_ONCE):
            raw = Raw(self.network, STRANGER, THIRD)
            raw.dial(CALLED)
            self.later(0.01)
            assert raw.quic is not None
            raw.quic.close()
            raw.flush()
            self.network.remove(raw._port)
        totals = self.called.port.totals
        before = totals().get("a connection attempt too many", 0)
        for _ in range(20):
            raw = Raw(self.network, STRANGER, THIRD)
            raw.dial(CALLED)
            self.later(0.01)
            self.network.remove(raw._port)
        self.assertGreater(totals()["a connection attempt too many"], before)
        self.link()
        self.later(HANDSHAKE_TIME)
        third = End(self.network, KEYS[3], (THIRD[0], 7))
        third.dial(self.called)
        self.later(1)
        self.assertEqual(len(third.heard.links), 1)

    def test_asked_often(self) -> None:
        """So many Retry packets go to one site, whoever asks for them in its name."""
        initials = self.initials()
        for number in range(RETRIES_AT_ONCE + 100):
            self.called.port.datagramReceived(next(initials), (THIRD[0], 1 + number))
        self.assertEqual(len(self.network.sent), RETRIES_AT_ONCE)
        self.assertEqual(
            self.called.port.totals()["an address to be validated too often"],
            100,
        )
