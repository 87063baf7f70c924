"""Lines of one conversation, most of them packed."""

import random
import time
import tracemalloc

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal.screen.shown_line import BLOCK, LineKind, Progress, ShownLine, TalkLines

WORDS = ("Rose", "street", "na\u00efve", "\u65e5\u672c", "a\nb", "\0", "\udc80", "Stra\u00dfe", "")
SPEAKERS = ("bob", "carol", "J\u00f6rg", "")


def line(number: int, at: float | None = None) -> ShownLine:
    """One of many."""
    chance = random.Random(number)
    return ShownLine(
        float(number) if at is None else at,
        chance.choice(list(LineKind)),
        f"line {number} {chance.choice(WORDS)}",
        chance.choice(SPEAKERS),
        chance.choice((-1, 7, 255)),
        chance.choice(list(Progress)),
        chance.random() < 0.5,
        chance.random() < 0.5,
    )


class Plain:
    """The same lines, as a list, by which it can be seen what is right."""

    def __init__(self) -> None:
        self.lines: list[ShownLine] = []
        self.first = 0

    def insert(self, new: ShownLine) -> int:
        index = len(self.lines)
        while index and self.lines[index - 1].at > new.at:
            index -= 1
        self.lines.insert(index, new)
        self.first -= 1
        return self.first + index

    def find(self, wanted: str, start: int, step: int) -> int | None:
        end = self.first - 1 if step < 0 else self.first + len(self.lines)
        for position in range(start, end, step):
            one = self.lines[position - self.first]
            if wanted in one.text.casefold() or wanted in one.who.casefold():
                return position
        return None


class Packing(SynchronousTestCase):
    """However many there are, and whatever becomes of them."""

    def same(self, lines: TalkLines, plain: Plain) -> None:
        self.assertEqual((lines.first, lines.end - lines.first), (plain.first, len(plain.lines)))
        every = [lines.at(position) for position in range(lines.first, lines.end)]
        self.assertEqual(every, plain.lines)
        self.assertEqual(lines.size, sum(len(one.text) for one in plain.lines))

    def test_anything(self) -> None:
        """Whatever is added, before or behind or between, comes further, or is dropped, the same
        stands there as if nothing was packed."""
        for seed in range(4):
            chance = random.Random(seed)
            lines, plain, number = TalkLines(), Plain(), 0
            for _ in range(40):
                match chance.randrange(8):
                    case 0 | 1 | 2:
                        for _ in range(chance.choice((1, 40, 3 * BLOCK))):
                            number += 1
                            self.assertEqual(lines.add(line(number)), lines.end - 1)
                            plain.lines.append(line(number))
                    case 3:
                        some = [line(-one) for one in range(chance.choice((3, BLOCK + 9)), 0, -1)]
                        lines.add_before(some)
                        plain.lines[0:0], plain.first = some, plain.first - len(some)
                    case 4 | 5:
                        late = line(number + 10**6, chance.uniform(-9, number + 9))
                        self.assertEqual(lines.insert(late), plain.insert(late))
                    case 6 if plain.lines:
                        position = chance.randrange(lines.first - 2, lines.end)
                        lines.progress(position, Progress.LOST)
                        if position >= plain.first:
                            index = position - plain.first
                            plain.lines[index] = _lost(plain.lines[index])
                    case 7 if chance.random() < 0.5 and plain.lines:
                        gone = lines.drop_oldest()
                        self.assertGreater(gone, 0)
                        del plain.lines[:gone]
                        plain.first += gone
                for wanted in ("rose", "j\u00f6rg", "strasse", "line 7", "nowhere", "\u672c"):
                    start = chance.randrange(lines.first - 1, lines.end + 1)
                    for step in (-1, 1):
                        if (start < lines.first and step > 0) or start == lines.end:
                            continue
                        found = plain.find(wanted, start, step)
                        self.assertEqual(lines.find(wanted, start, step), found)
            self.same(lines, plain)
            self.assertEqual(lines.clear(), len(plain.lines))
            self.assertEqual((lines.end, lines.size), (lines.first, 0))

    def test_quiet(self) -> None:
        """Whether anybody has spoken is known of what is packed too."""
        lines = TalkLines()
        for number in range(3 * BLOCK):
            lines.add(ShownLine(0.0, LineKind.NOTICE, f"notice {number}"))
        self.assertTrue(lines.is_quiet)
        lines.add_before([ShownLine(0.0, LineKind.HEARD, "hello", "bob")])
        self.assertFalse(lines.is_quiet)

    def test_progress_of_many(self) -> None:
        """That many lines have come as far as they had is nothing, and that they have come
        further packs each block once."""
        lines = TalkLines()
        for number in range(8 * BLOCK):
            lines.add(ShownLine(0.0, LineKind.OWN, f"line {number}", "alice"))
        begun = time.process_time()
        for progress in (Progress.UNKNOWN, Progress.WAITING, Progress.AT_ALL):
            for position in range(8 * BLOCK):
                lines.progress(position, progress)
        self.assertLess(time.process_time() - begun, 2.0)
        every = {lines.at(position).progress for position in range(8 * BLOCK)}
        self.assertEqual(every, {Progress.AT_ALL})

    def test_memory(self) -> None:
        """Lines of 64 characters that do not repeat take 100 bytes each at most."""
        chance, many = random.Random(1), 20_000
        lines = TalkLines()
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for number in range(many):
            text, who = chance.randbytes(32).hex(), f"somebody{number % 20}"
            lines.add(ShownLine(1e9 + number, LineKind.HEARD, text, who, 40))
        held, _ = tracemalloc.get_traced_memory()
        self.assertLess(held, 100 * many)


def _lost(one: ShownLine) -> ShownLine:
    before = one.at, one.kind, one.text, one.who, one.colour
    return ShownLine(*before, Progress.LOST, one.mention, one.late)
