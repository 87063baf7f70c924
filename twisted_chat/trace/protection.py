"""The protection of QUIC packets, taken off (RFC 9001, 5; RFC 9369, 3.3)."""

import struct
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from msgspec import Struct

TAG = 16
"""Bytes at the end of each packet that show that nobody has changed it."""

_VERSION_2 = 0x6B3343CF
_SALTS = {
    1: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
    _VERSION_2: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
}
_SAMPLE = 16


class Suite(Enum):
    """What encrypts: bytes of its key, and its hash."""

    AES_128 = 16, SHA256
    CHACHA20 = 32, SHA256
    AES_256 = 32, SHA384


class Unprotected(Struct, frozen=True):
    """A packet that was opened. `plain` are its frames, `phase` the key phase of a
    short header; its number stood at `start`, and the frames began at `end`."""

    number: int
    plain: bytes
    phase: bool
    start: int
    end: int


class Protection:
    """The keys of one direction at one level, from its secret."""

    def __init__(self, secret: bytes, suite: Suite, version: int, mask: bytes = b"") -> None:
        size, digest = suite.value
        self._secret = secret
        self._suite = suite
        self._version = version
        label = "quicv2" if version == _VERSION_2 else "quic"
        key = _expand(digest(), secret, f"{label} key", size)
        self._iv = int.from_bytes(_expand(digest(), secret, f"{label} iv", 12))
        self._mask_key = mask or _expand(digest(), secret, f"{label} hp", size)
        self._aead = ChaCha20Poly1305(key) if suite is Suite.CHACHA20 else AESGCM(key)

    def following(self) -> "Protection":
        """The keys after an update (RFC 9001, 6.1)."""
        digest = self._suite.value[1]
        label = "quicv2 ku" if self._version == _VERSION_2 else "quic ku"
        secret = _expand(digest(), self._secret, label, len(self._secret))
        return Protection(secret, self._suite, self._version, self._mask_key)

    def open(
        self, data: bytes, start: int, number_at: int, end: int, largest: int
    ) -> Unprotected | None:
        """The packet from `start` to `end`, if these are its keys: `number_at` is where its
        number begins, `largest` the largest number that there was before, or -1."""
        sample = data[number_at + 4 : number_at + 4 + _SAMPLE]
        if len(sample) < _SAMPLE:
            return None
        mask = self._mask(sample)
        first = data[start] ^ (mask[0] & (0x0F if data[start] & 0x80 else 0x1F))
        size = (first & 3) + 1
        written = bytes(
            one ^ other
            for one, other in zip(data[number_at : number_at + size], mask[1:], strict=False)
        )
        number = _whole_number(int.from_bytes(written), 8 * size, largest)
        nonce = (self._iv ^ number).to_bytes(12)
        head = bytes((first,)) + data[start + 1 : number_at] + written
        try:
            plain = self._aead.decrypt(nonce, data[number_at + size : end], head)
        except InvalidTag:
            return None
        return Unprotected(number, plain, bool(first & 4), number_at, number_at + size)

    def _mask(self, sample: bytes) -> bytes:
        """RFC 9001, 5.4.3 and 5.4.4."""
        if self._suite is Suite.CHACHA20:
            cipher = Cipher(algorithms.ChaCha20(self._mask_key, sample), None)
            return cipher.encryptor().update(bytes(5))
        return Cipher(algorithms.AES(self._mask_key), modes.ECB()).encryptor().update(sample)[:5]


def initial(identifier: bytes, version: int) -> dict[bool, Protection]:
    """The keys of Initial packets, which anybody can make: they come of the connection id
    that the client has chosen for the server. By whether they are the client's."""
    extract = HMAC(_SALTS[version], SHA256())
    extract.update(identifier)
    common = extract.finalize()
    return {
        client: Protection(
            _expand(SHA256(), common, "client in" if client else "server in", 32),
            Suite.AES_128,
            version,
        )
        for client in (True, False)
    }


def suites(secret: bytes) -> tuple[Suite, ...]:
    """What a secret of this length may be for."""
    return (Suite.AES_256,) if len(secret) == 48 else (Suite.AES_128, Suite.CHACHA20)


def _expand(digest: HashAlgorithm, secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, 7.1)."""
    named = b"tls13 " + label.encode()
    info = struct.pack("!HB", size, len(named)) + named + b"\0"
    return HKDFExpand(digest, size, info).derive(secret)


def _whole_number(written: int, bits: int, largest: int) -> int:
    """The number of which only these last bits were written (RFC 9000, A.3)."""
    expected, window = largest + 1, 1 << bits
    number = (expected & ~(window - 1)) | written
    if number <= expected - window // 2 and number < (1 << 62) - window:
        return number + window
    if number > expected + window // 2 and number >= window:
        return number - window
    return number
