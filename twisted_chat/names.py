"""What the name of a user or a room may be.

A name is a username by RFC 8265 (profile UsernameCasePreserved), so it holds
no spaces, symbols or invisible characters; besides, its letters are of one
script, so that Cyrillic `\u0430lice` cannot stand beside Latin `alice`. It
travels in the one form that the profile leaves unchanged, and two names that
differ only in case are the same name (profile UsernameCaseMapped).
"""

import re
import unicodedata
from functools import lru_cache

from precis_i18n import get_profile

from twisted_chat.display import JOINERS
from twisted_chat.errors import NameRefused

MAX_NAME = 32
"""The longest name, in characters."""
LONGEST_NAME = 255
"""The longest that is understood from a server, whatever that lets in, in characters."""

MAX_STACKED, MAX_MARKS = 2, 4
"""Combining marks in a row that are drawn above or below a letter, and nonspacing marks
of any kind, vowels and subjoined letters of some scripts among them (UTS #39, 5.4)."""

RESERVED = frozenset({"__clear_peers__"})
"""Words that the protocol uses where a name could stand."""

_PLAIN = re.compile(r"[!-~]+")
"""Names of which RFC 8265 has nothing to say but the case: so most names cost
1 us instead of 55, and strangers can make us look at any number of them."""

_PRESERVED = get_profile("UsernameCasePreserved")
_MAPPED = get_profile("UsernameCaseMapped")

# Writing systems that mix scripts (UTS #39, 5.1), in ISO 15924 codes.
_MIXED = (
    frozenset({"Hani", "Hira", "Kana"}),
    frozenset({"Hani", "Hang"}),
    frozenset({"Hani", "Bopo"}),
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"})
_ANY_SCRIPT = frozenset({"Zyyy", "Zinh"})


def may_travel(name: str) -> bool:
    """Whether this can be a name that a server gives somebody or a room, by
    whichever version of Unicode: of this length, without blanks, and without
    what is obeyed by a terminal or not seen."""
    if not 0 < len(name) <= LONGEST_NAME or " " in name:
        return False
    return name.isprintable() or not any(
        unicodedata.category(character) in _UNSEEN and character not in JOINERS
        for character in name
    )


def canonical(text: str, longest: int = MAX_NAME) -> str:
    """The form in which `text` travels as a name. Raises NameRefused, saying why it cannot."""
    text = text.strip()
    if not text:
        raise NameRefused("a name has at least one character")
    if len(text) > longest:
        raise NameRefused(f"a name has at most {longest} characters, this one {len(text)}")
    try:
        name: str = _PRESERVED.enforce(text)
    except UnicodeEncodeError as refused:
        raise NameRefused(_reason(refused)) from None
    casefold(name, longest)
    return name


def casefold(name: str, longest: int = MAX_NAME) -> str:
    """The casefolded name: what is equal for two names that count as the same.

    Raises NameRefused for a text that is not a name in its canonical form.
    """
    if not 0 < len(name) <= longest:
        raise NameRefused(f"a name has 1 to {longest} characters")
    return _casefold(name)


def folded(name: str) -> str:
    """The casefolded name; a text that is no name is equal to nothing but itself."""
    if not 0 < len(name) <= MAX_NAME:
        return name
    try:
        return _casefold(name)
    except NameRefused:
        return name


@lru_cache(maxsize=65_536)
def _casefold(name: str) -> str:
    mapped = name.lower() if _PLAIN.fullmatch(name) else _mapped(name)
    if mapped in RESERVED:
        raise NameRefused(f"{name} is a word of the protocol")
    return name if mapped == name else mapped


def _mapped(name: str) -> str:
    try:
        if _PRESERVED.enforce(name) != name:
            raise NameRefused("not the canonical form of a name")
        mapped: str = _MAPPED.enforce(name)
    except UnicodeEncodeError as refused:
        raise NameRefused(_reason(refused)) from None
    _check_script(mapped)
    return mapped


def _check_script(name: str) -> None:
    # Only here, because it takes 26 ms and most names are ASCII.
    from fontTools.unicodedata import script_extension

    _check_marks(name)
    if unicodedata.category(name[0]).startswith("M"):
        raise NameRefused("a name cannot begin with a combining mark")
    letters = [character for character in name if unicodedata.category(character)[0] == "L"]
    scripts = [frozenset(script_extension(letter)) for letter in letters]
    scripts = [found for found in scripts if not found & _ANY_SCRIPT]
    if not scripts or frozenset.intersection(*scripts):
        return
    if not any(all(found & system for found in scripts) for system in _MIXED):
        raise NameRefused("the letters of a name are of one script")


def _check_marks(name: str) -> None:
    stacked = unseen = 0
    for character in name:
        stacked = stacked + 1 if unicodedata.combining(character) else 0
        unseen = unseen + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if stacked > MAX_STACKED or unseen > MAX_MARKS:
            raise NameRefused(f"a letter of a name has at most {MAX_STACKED} marks")


def _reason(refused: UnicodeEncodeError) -> str:
    kind = refused.reason.rpartition("/")[2].replace("_", " ")
    return f"a name cannot hold this: {kind}"
