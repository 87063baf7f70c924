"""Lines of a conversation that are not the latest, packed, as most are never looked at again."""

import marshal
import zlib
from collections.abc import Sequence

LEVEL = 1
"""Of the compression: the quickest."""

PlainLine = tuple[float, int, str, str, int, int, bool, bool]
"""A line, of nothing that could refer to anything, so that the garbage collector, which looks
through all that can, takes no notice of it: time of day, kind, text, who, colour, progress,
mention, late."""


class PackedLines:
    """Some lines, in order, which do not change. Texts are in UTF-8 and by themselves, so that
    they can be searched without unpacking the rest."""

    __slots__ = ("_others", "_texts", "count", "earliest", "kinds", "size")

    def __init__(self, lines: Sequence[PlainLine]) -> None:
        self.count = len(lines)
        self.size = sum(len(line[2]) for line in lines)
        """Characters of them."""
        self.earliest = min(line[0] for line in lines)
        """The earliest of their times."""
        self.kinds = frozenset(line[1] for line in lines)
        names = {name: number for number, name in enumerate({line[3]: 0 for line in lines})}
        texts = [*(line[2] for line in lines), *names]
        others = [(line[0], line[1], names[line[3]], *line[4:]) for line in lines]
        joined = "\n".join(texts).encode("utf-8", "surrogatepass")
        self._texts = zlib.compress(joined, LEVEL)
        self._others = zlib.compress(marshal.dumps((list(map(len, texts)), others)), LEVEL)

    def _joined(self) -> str:
        return zlib.decompress(self._texts).decode("utf-8", "surrogatepass")

    def may_have(self, wanted: str) -> bool:
        """Whether a text or a name may have this casefolded text in it."""
        return wanted in self._joined().casefold()

    def lines(self) -> list[PlainLine]:
        """The lines."""
        joined, texts, begin = self._joined(), [], 0
        lengths, others = marshal.loads(zlib.decompress(self._others))
        for length in lengths:
            texts.append(joined[begin : begin + length])
            begin += length + 1
        names = texts[self.count :]
        return [
            (at, kind, text, names[name], *more)
            for text, (at, kind, name, *more) in zip(texts, others, strict=False)
        ]
