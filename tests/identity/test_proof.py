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
    return b"proof " + by.sign(statement(dialler, acceptor, nonce, bound=False))


class Proof(SynchronousTestCase):
    """Two ends, and somebody between them, where a nonce is signed."""

    def setUp(self) -> None:
        self.dialling = DiallingProof(DIALLER, ACCEPTOR.fingerprint, b"")
        self.accepting = AcceptingProof(ACCEPTOR, NONCE, bound=False)
        (self.first,) = self.dialling.first

    def test_opened(self) -> None:
        """Four messages open a link on both sides, and the acceptor knows the dialler's key."""
        answer = self.dialling.receive(self.accepting.receive(self.first))
        self.assertFalse(self.accepting.opened)
        opening = self.accepting.receive(answer)
        self.assertTrue(self.accepting.opened)
        self.assertFalse(self.dialling.opened)
        self.assertEqual(self.dialling.receive(opening), b"")
        self.assertTrue(self.dialling.opened)
        self.assertEqual(self.accepting.fingerprint, DIALLER.fingerprint)

    def refused(self, signature: bytes) -> None:
        self.accepting.receive(self.first)
        self.assertRaises(WireError, self.accepting.receive, signature)
        self.assertFalse(self.accepting.opened)

    def test_replay(self) -> None:
        """What was signed for another nonce opens nothing."""
        self.refused(proof(DIALLER, DIALLER.fingerprint, ACCEPTOR.fingerprint, LATER))

    def test_reflection(self) -> None:
        """What the acceptor itself signs when it dials opens nothing at it."""
        own = DiallingProof(ACCEPTOR, DIALLER.fingerprint, b"")
        self.refused(own.receive(b"nonce " + NONCE))

    def test_own_key(self) -> None:
        """Whoever shows our own key is refused, by whichever side."""
        self.assertRaises(WireError, DiallingProof, ACCEPTOR, ACCEPTOR.fingerprint, b"")
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
        accepting = AcceptingProof(ACCEPTOR, NONCE, bound=False)
        self.assertRaises(WireError, accepting.receive, message)
        accepting.receive(b"key " + DIALLER.public_key)
        self.assertRaises(WireError, accepting.receive, message)
        dialling = DiallingProof(DIALLER, ACCEPTOR.fingerprint, b"")
        self.assertRaises(WireError, dialling.receive, message)


class Bound(SynchronousTestCase):
    """Where the binding of the channel is signed."""

    def setUp(self) -> None:
        self.dialling = DiallingProof(DIALLER, ACCEPTOR.fingerprint, NONCE)
        self.accepting = AcceptingProof(ACCEPTOR, NONCE, bound=True)

    def test_opened(self) -> None:
        """Two messages at once and an answer open a link on both sides."""
        key, signed = self.dialling.first
        self.assertEqual(self.accepting.receive(key), b"")
        self.assertFalse(self.accepting.opened)
        opening = self.accepting.receive(signed)
        self.assertTrue(self.accepting.opened)
        self.assertEqual(self.accepting.fingerprint, DIALLER.fingerprint)
        self.assertEqual(self.dialling.receive(opening), b"")
        self.assertTrue(self.dialling.opened)

    def refused(self, dialling: DiallingProof) -> None:
        """What this one says opens nothing."""
        self.accepting.receive(DiallingProof(DIALLER, ACCEPTOR.fingerprint, NONCE).first[0])
        self.assertRaises(WireError, self.accepting.receive, dialling.first[1])
        self.assertFalse(self.accepting.opened)

    def test_another_channel(self) -> None:
        """What was signed for another channel opens nothing in this one: be it recorded, or passed
        on by somebody who has the acceptor's key."""
        self.refused(DiallingProof(DIALLER, ACCEPTOR.fingerprint, LATER))

    def test_passed_on(self) -> None:
        """What is signed for somebody in the middle opens nothing at anybody else."""
        self.refused(DiallingProof(DIALLER, STRANGER.fingerprint, NONCE))

    def test_stranger(self) -> None:
        """What a stranger signs does not prove another's key."""
        self.refused(DiallingProof(STRANGER, ACCEPTOR.fingerprint, NONCE))

    def test_reflection(self) -> None:
        """What the acceptor itself signs when it dials opens nothing at it."""
        self.refused(DiallingProof(ACCEPTOR, DIALLER.fingerprint, NONCE))

    def test_other_kind(self) -> None:
        """What is signed over a nonce is no proof over a binding of the same bytes, nor the other
        way around; and a nonce is not answered."""
        self.accepting.receive(self.dialling.first[0])
        over_nonce = proof(DIALLER, DIALLER.fingerprint, ACCEPTOR.fingerprint, NONCE)
        self.assertRaises(WireError, self.accepting.receive, over_nonce)
        plain = AcceptingProof(ACCEPTOR, NONCE, bound=False)
        plain.receive(self.dialling.first[0])
        self.assertRaises(WireError, plain.receive, self.dialling.first[1])
        self.assertRaises(WireError, self.dialling.receive, b"nonce " + LATER)
