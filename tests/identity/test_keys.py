"""A key, its certificate, and what else could be in their place."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.identity.keys import (
    PUBLIC_KEY_BYTES,
    RAW_BYTES,
    SECRET_BYTES,
    SIGNATURE_BYTES,
    DamagedKey,
    Identity,
    certified_key,
    verify,
    verify_by_openssl,
    verify_raw,
)

OWN, OTHER = Identity.generate(), Identity.generate()


def raises(verifying: Callable[[bytes, bytes, bytes], None], *given: bytes) -> bool:
    """Whether a signature is not taken."""
    try:
        verifying(*given)
    except WireError:
        return True
    return False


class Raw(SynchronousTestCase):
    """Signatures by keys as they are in what is said in rooms."""

    @many
    @given(st.binary(), st.binary(max_size=9))
    def test_same(self, statement: bytes, more: bytes) -> None:
        """Both libraries take what is signed, and nothing else."""
        raw, signature = OWN.public_key[-RAW_BYTES:], OWN.sign(statement)
        for verifying in (verify_raw, verify_by_openssl):
            verifying(raw, signature, statement)
            self.assertTrue(raises(verifying, raw, signature, statement + b"!" + more))
            self.assertTrue(raises(verifying, OTHER.public_key[-RAW_BYTES:], signature, statement))
            for key in (bytes(RAW_BYTES), b"\xff" * RAW_BYTES):
                self.assertTrue(raises(verifying, key, signature, statement))
            self.assertTrue(raises(verifying, raw, bytes(SIGNATURE_BYTES), statement))

    @many
    @given(st.binary(min_size=RAW_BYTES, max_size=RAW_BYTES), st.integers(0, 511))
    def test_altered(self, key: bytes, bit: int) -> None:
        """A signature with another bit is none, and one by any bytes is none either."""
        raw, signature = OWN.public_key[-RAW_BYTES:], bytearray(OWN.sign(b"x"))
        signature[bit // 8] ^= 1 << bit % 8
        for verifying in (verify_raw, verify_by_openssl):
            self.assertTrue(raises(verifying, raw, bytes(signature), b"x"))
            self.assertTrue(raises(verifying, key, OWN.sign(b"x"), b"x"))


class Keys(SynchronousTestCase):
    """What an identity is."""

    def test_kept(self) -> None:
        """What is written is read again as the same identity."""
        again = Identity.from_pem(OWN.pem)
        self.assertEqual(again.fingerprint, OWN.fingerprint)
        self.assertEqual((again.pem, again.public_key), (OWN.pem, OWN.public_key))

    def test_certified(self) -> None:
        """The certificate is of the key, whose fingerprint is that of its SubjectPublicKeyInfo."""
        self.assertEqual(certified_key(OWN.certificate), OWN.public_key)
        self.assertEqual(len(OWN.public_key), PUBLIC_KEY_BYTES)
        self.assertEqual(fingerprint(OWN.public_key), OWN.fingerprint)

    def test_secret(self) -> None:
        """The private key is not in what a log would show."""
        self.assertNotIn("PRIVATE", repr(OWN))

    def test_derived(self) -> None:
        """Whoever has the key has the secret for a purpose; another key or purpose has another."""
        secret = OWN.secret(b"one purpose")
        self.assertEqual(Identity.from_pem(OWN.pem).secret(b"one purpose"), secret)
        self.assertEqual(len({secret, OWN.secret(b"another"), OTHER.secret(b"one purpose")}), 3)
        self.assertEqual(len(secret), SECRET_BYTES)
        self.assertNotIn(secret, OWN.pem)

    def test_damaged(self) -> None:
        """A key without a certificate, with another's, or neither, is damaged."""
        certificate = OWN.pem.removeprefix(OWN.key)
        for pem in (b"", b"\0", OWN.key, certificate, OWN.key + OTHER.pem.removeprefix(OTHER.key)):
            self.assertRaises(DamagedKey, Identity.from_pem, pem)
        for cut in range(0, len(OWN.pem) - 1, 20):
            self.assertRaises(DamagedKey, Identity.from_pem, OWN.pem[:cut])


class Signatures(SynchronousTestCase):
    """Who signed what."""

    def test_verified(self) -> None:
        """A signature is by its key and of its statement, and no other."""
        signature = OWN.sign(b"said")
        self.assertEqual(len(signature), SIGNATURE_BYTES)
        verify(OWN.public_key, signature, b"said")
        self.assertRaises(WireError, verify, OWN.public_key, signature, b"denied")
        self.assertRaises(WireError, verify, OTHER.public_key, signature, b"said")

    def test_other_kinds(self) -> None:
        """A key of another kind is refused, in a certificate too."""
        public = generate_private_key(SECP256R1()).public_key()
        key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.assertRaises(WireError, verify, key, b"", b"said")

    @many
    @given(st.binary(), st.binary())
    def test_anything(self, some: bytes, more: bytes) -> None:
        """Whatever a stranger sends as a key, a signature or a certificate is refused."""
        self.assertRaises(WireError, verify, some, more, b"said")
        self.assertRaises(WireError, verify, OWN.public_key, some, b"said")
        self.assertRaises(WireError, certified_key, some)
