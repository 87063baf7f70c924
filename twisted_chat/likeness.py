"""Names that look alike (UTS #39, 4).

Nobody is kept from a name by one that differs in what people do tell apart, as
`bill` and `bi11`, or `rene` and `ren\u00e9`; those who see such a name beside one that
they know are told. Two names that are drawn the same are the same to a server.
"""

import unicodedata
from functools import cache, lru_cache

_ASCII = str.maketrans({"I": "l", "1": "l", "0": "O", "m": "rn"})
"""What the table of Unicode has of ASCII, as far as names can hold it."""
_MARKS = "M"


@cache
def _table() -> dict[int, str]:
    # Only here, because it takes 2 ms and most names are ASCII.
    from twisted_chat.confusables import TABLE

    return {
        int(source, 16): "".join(chr(int(one, 16)) for one in target.split("."))
        for source, _, target in (entry.partition(":") for entry in TABLE.split())
    }


def _drawn(name: str) -> str:
    """The name in the characters that its own look like, those of ASCII as they are."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).translate(_table()))


def _unmarked(name: str) -> str:
    if name.isascii():
        return name
    return "".join(one for one in name if unicodedata.category(one)[0] != _MARKS)


@lru_cache(maxsize=16_384)
def skeleton(name: str) -> str:
    """What is equal for two names that can be taken for each other: drawn alike, in
    whatever case, with or without marks."""
    return _unmarked(_drawn(name).translate(_ASCII)).lower()


@lru_cache(maxsize=16_384)
def twins(name: str) -> frozenset[str]:
    """By what those are compared who have another name that is drawn the same; nothing
    for a name of ASCII, as somebody else's that is drawn like it has to give way."""
    if name.isascii():
        return frozenset()
    drawn = unicodedata.normalize("NFC", _drawn(name))
    return frozenset({drawn.lower(), drawn.translate(_ASCII).lower()}) - {name, name.lower()}


@lru_cache(maxsize=16_384)
def plain_forms(name: str) -> frozenset[str]:
    """Names that this one can be taken for, by what they are compared by, as far as
    they can be guessed from it."""
    own, bones = name.lower(), skeleton(name)
    drawn = own if name.isascii() else _unmarked(_drawn(name)).lower()
    if drawn == own == bones and "rn" not in bones:
        return frozenset()  # As of most names.
    return frozenset((drawn, bones, bones.replace("rn", "m"))) - {own}


def spelled(name: str) -> str:
    """The name so that it is seen how it is written."""
    if name.isascii():
        return name.lower()
    return "".join(one if one.isascii() else f"<U+{ord(one):04X}>" for one in name)
