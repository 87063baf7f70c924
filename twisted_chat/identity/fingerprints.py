"""Fingerprints of public keys, and the form in which two people read them to each other.

A fingerprint is the SHA-256 of a key's SubjectPublicKeyInfo (RFC 5280, 4.1.2.7),
64 lower-case hexadecimal digits. People get its first 128 bits as eight groups of
five decimal digits, one group for 16 bits:

    51966-00042-31337-65535-00007-12345-40000-27182

Digits, because every language has them, they are hard to mishear, and they can
be typed on any keyboard; word lists are for those who speak their language. 128
bits, because a key with the same 40 digits takes 2^128 attempts to find, and the
other half of the digits would only be read with less care.
"""

import hashlib
import re

from twisted_chat.errors import UsageMistake

HEX_DIGITS = 64
"""Of a whole fingerprint."""
SPOKEN_GROUPS = 8
"""Of 16 bits each, 128 bits together; what is shorter could be found by trying."""

_BITS = 16
_GROUP_HEX = _BITS // 4
_whole = re.compile(f"[0-9a-f]{{{HEX_DIGITS}}}")
_GROUP_DIGITS = 5


def fingerprint(public_key: bytes) -> str:
    """The fingerprint of a key, given as its SubjectPublicKeyInfo in DER."""
    return hashlib.sha256(public_key).hexdigest()


def spoken(fingerprint: str) -> str:
    """The form for people."""
    groups = (fingerprint[at * _GROUP_HEX :][:_GROUP_HEX] for at in range(SPOKEN_GROUPS))
    return "-".join(f"{int(group, 16):0{_GROUP_DIGITS}}" for group in groups)


def read_fingerprint(text: str) -> str:
    """What a person typed or pasted, as the hexadecimal digits that a
    fingerprint begins with: all 64, or the 32 of the spoken form. Spaces,
    dashes and colons may stand anywhere. Raises UsageMistake."""
    digits = re.sub(r"[\s:-]", "", text).lower()
    if _whole.fullmatch(digits):
        return digits
    if len(digits) == SPOKEN_GROUPS * _GROUP_DIGITS and digits.isascii() and digits.isdigit():
        groups = re.findall(f"[0-9]{{{_GROUP_DIGITS}}}", digits)
        if wrong := [group for group in groups if int(group) >> _BITS]:
            raise UsageMistake(f"{wrong[0]} is in no fingerprint: groups go up to 65535")
        return "".join(f"{int(group):0{_GROUP_HEX}x}" for group in groups)
    raise UsageMistake(
        f"that is not a fingerprint: give its {SPOKEN_GROUPS} groups of {_GROUP_DIGITS} digits,"
        f" or all {HEX_DIGITS} hexadecimal digits"
    )


def matches(fingerprint: str, expected: str) -> bool:
    """Whether this is the key that is meant by what `read_fingerprint` gave.
    Nothing, an empty text, means any key."""
    return fingerprint.startswith(expected)
