"""How the dialling side proves its key, and what does not pass for it."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.proof import NONCE_BYTES, AcceptingProof, DiallingProof, statement

DIALLER, ACCEPTOR, STRANGER = (Identity.generate() for _ in range(3))
NONCE, LATER = bytes(NONCE_BYTES), b"\1" * NONCE_BYTES


def proof(by: Identity, dialler: str, acceptor: str, nonce: bytes) -> bytes:
    return b"proof " + by.sign(statement(dialler, acceptor, nonce))


class Proof(SynchronousTestCase):
    """Two ends, and somebody between them."""

    def setUp(self) -> None:
        self.dialling = DiallingProof(DIALLER, ACCEPTOR.fingerprint)
        self.accepting = AcceptingProof(ACCEPTOR, NONCE)

    def test_opened(self) -> None:
        """Four messages open a link on both sides, and the acceptor knows the dialler's key."""
        answer = self.dialling.receive(self.accepting.receive(self.dialling.first))
        self.assertFalse(self.accepting.opened)
        opening = self.accepting.receive(answer)
        self.assertTrue(self.accepting.opened)
        self.assertFalse(self.dialling.opened)
        self.assertEqual(self.dialling.receive(opening), b"")
        self.assertTrue(self.dialling.opened)
        self.assertEqual(self.accepting.fingerprint, DIALLER.fingerprint)

    def refused(self, signature: bytes) -> None:
        self.accepting.receive(self.dialling.first)
        self.assertRaises(WireError, self.accepting.receive, signature)
        self.assertFalse(self.accepting.opened)

    def test_replay(self) -> None:
        """What was signed for another nonce opens nothing."""
        self.refused(proof(DIALLER, DIALLER.fingerprint, ACCEPTOR.fingerprint, LATER))

    def test_reflection(self) -> None:
        """What the acceptor itself signs when it dials opens nothing at it."""
        own = DiallingProof(ACCEPTOR, DIALLER.fingerprint)
        self.refused(own.receive(b"nonce " + NONCE))

    def test_own_key(self) -> None:
        """Whoever shows our own key is refused, by whichever side."""
        self.assertRaises(WireError, DiallingProof, ACCEPTOR, ACCEPTOR.fingerprint)
        self.assertRaises(WireError, self.accepting.receive, b"key " + ACCEPTOR.public_key)

    def test_passed_on(self) -> None:
        """What is signed for somebody in the middle opens nothing at anybody else."""
        self.refused(proof(DIALLER, DIALLER.fingerprint, STRANGER.fingerprint, NONCE))

    def test_stranger(self) -> None:
        """What a stranger signs does not prove another's key."""
        self.refused(proof(STRANGER, DIALLER.fingerprint, ACCEPTOR.fingerprint, NONCE))

    def test_one_channel(self) -> None:
        """A dialler signs one nonce in a channel and no second one."""
        self.dialling.receive(b"nonce " + NONCE)
        self.assertRaises(WireError, self.dialling.receive, b"nonce " + LATER)

    def test_not_too_early(self) -> None:
        """Neither side takes a message before its turn."""
        self.assertRaises(WireError, self.dialling.receive, b"open")
        self.assertRaises(WireError, self.accepting.receive, b"proof " + bytes(64))

    @many
    @given(st.binary() | st.sampled_from([b"key ", b"nonce ", b"proof ", b"open"]))
    def test_anything(self, message: bytes) -> None:
        """Whatever else is said opens nothing."""
        accepting = AcceptingProof(ACCEPTOR, NONCE)
        self.assertRaises(WireError, accepting.receive, message)
        accepting.receive(b"key " + DIALLER.public_key)
        self.assertRaises(WireError, accepting.receive, message)
        self.assertRaises(WireError, DiallingProof(DIALLER, ACCEPTOR.fingerprint).receive, message)
