"""A key that is somebody's identity, and its certificate.

Ed25519 (RFC 8032): one kind of key, so there is nothing to negotiate; signing
needs no random numbers; keys and signatures have one size. The certificate is
there because TLS wants one. It says nothing but the key, is valid for ever, and
so nobody who checks it needs a clock.
"""

import datetime
from collections.abc import Callable
from functools import cache, lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from msgspec import Struct

from twisted_chat.errors import ChatError, WireError
from twisted_chat.identity.fingerprints import fingerprint

PUBLIC_KEY_BYTES = 44
"""Of the SubjectPublicKeyInfo of an Ed25519 key in DER (RFC 8410, 4)."""
RAW_BYTES = 32
"""Of them, the last, which are the key itself."""
SIGNATURE_BYTES = 64
_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What comes before the RAW_BYTES of an Ed25519 key (RFC 8410, 4)."""
_ED25519 = 0x0807
"""Its number among signature schemes (RFC 8446, 4.2.3)."""
SECRET_BYTES = 32

_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "twisted-chat")])
_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_FOR_EVER = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
"""What says that there is no end (RFC 5280, 4.1.2.5)."""


class DamagedKey(ChatError):
    """What should be a key and its certificate is not."""


class Identity(Struct, frozen=True):
    """One's own key. `key` is PEM, and `pem` that and its certificate, as a file holds them;
    `certificate` and `public_key`, the SubjectPublicKeyInfo, are DER, `fingerprint` is the SHA-256
    of the latter. `instance` tells the one program that has the key here, and those that had it
    here before, from those elsewhere that have a copy; empty where that is not known."""

    fingerprint: str
    public_key: bytes
    certificate: bytes
    key: bytes
    pem: bytes
    _private: Ed25519PrivateKey
    instance: str = ""

    def __repr__(self) -> str:
        return f"Identity(fingerprint={self.fingerprint!r}, public_key={self.public_key!r})"

    @classmethod
    def generate(cls) -> "Identity":
        """A new one."""
        private = Ed25519PrivateKey.generate()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_NAME)
            .issuer_name(_NAME)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_FROM)
            .not_valid_after(_FOR_EVER)
            .sign(private, None)
        )
        return cls._of(private, certificate)

    @classmethod
    def from_pem(cls, pem: bytes) -> "Identity":
        """What `pem` gave. Raises DamagedKey."""
        try:
            private = load_pem_private_key(pem, None)
            certificate = x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError):
            raise DamagedKey("it does not hold a key and a certificate") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise DamagedKey("its key is not an Ed25519 key")
        if certificate.public_key() != private.public_key():
            raise DamagedKey("its certificate is of another key")
        return cls._of(private, certificate)

    @classmethod
    def _of(cls, private: Ed25519PrivateKey, certificate: x509.Certificate) -> "Identity":
        public = _encode(private.public_key())
        der, pem = map(certificate.public_bytes, (Encoding.DER, Encoding.PEM))
        key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(fingerprint(public), public, der, key, key + pem, private)

    def sign(self, statement: bytes) -> bytes:
        """A signature of SIGNATURE_BYTES."""
        return self._private.sign(statement)

    def secret(self, purpose: bytes) -> bytes:
        """A secret of SECRET_BYTES that whoever holds this key has too, and nobody
        else: another one for each purpose, none of which tells of the key (RFC 5869)."""
        derivation = HKDF(hashes.SHA256(), SECRET_BYTES, salt=None, info=purpose)
        return derivation.derive(self._private.private_bytes_raw())


def verify(public_key: bytes, signature: bytes, statement: bytes) -> None:
    """Check who signed, by their PUBLIC_KEY_BYTES. Raises WireError."""
    if len(public_key) != PUBLIC_KEY_BYTES or not public_key.startswith(_SPKI):
        raise WireError("not an Ed25519 key")
    verify_raw(public_key[-RAW_BYTES:], signature, statement)


_Verify = Callable[[bytes, bytes, bytes], None]


@lru_cache(maxsize=1024)
def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def verify_by_openssl(raw: bytes, signature: bytes, statement: bytes) -> None:
    """Check who signed. Raises WireError."""
    try:
        _public(raw).verify(signature, statement)
    except ValueError:
        raise WireError("not a public key") from None
    except InvalidSignature:
        raise WireError("a signature that is not by this key") from None


@cache
def _verify() -> _Verify:
    """The way of the library that links use, which takes half the time (70 us against 149), as
    far as it has one: it is not promised."""
    try:
        from qh3 import _hazmat as library

        by_library = library.verify_with_public_key
        wrong, no_key = library.SignatureError, library.CryptoError
    except (ImportError, AttributeError):
        return verify_by_openssl

    def verify(raw: bytes, signature: bytes, statement: bytes) -> None:
        try:
            by_library(_SPKI + raw, _ED25519, statement, signature)
        except wrong:
            raise WireError("a signature that is not by this key") from None
        except no_key:
            raise WireError("not a public key") from None

    return verify


def verify_raw(raw: bytes, signature: bytes, statement: bytes) -> None:
    """Check who signed, by the RAW_BYTES of a public key (RFC 8032, 5.1.5). Raises WireError."""
    _verify()(raw, signature, statement)


def certified_key(certificate: bytes) -> bytes:
    """The public key of a certificate in DER. Raises WireError."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception:  # The library lists no errors of public_key.
        raise WireError("not a certificate") from None
    if not isinstance(key, Ed25519PublicKey):
        raise WireError("not the certificate of an Ed25519 key")
    return _encode(key)


def _encode(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
