"""A store: writing, opening, searching, and what it takes on the disk."""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from statistics import median

from benchmarks.chat import SECONDS, Talkers, pairs, serve
from benchmarks.processes import SERVER_CORE, running, table
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import HistoryQuery, SearchQuery
from twisted_chat.store.reader import open_reader
from twisted_chat.store.records import HeardRecord, TalkKey

MESSAGES = int(os.environ.get("MESSAGES", "1000000"))
GROUP = 500
"""Messages in one transaction, as come together where there are many."""
VOCABULARY, WORDS = 20_000, 8
"""Different words, the nth of them n times as rare as the first, and words in a message."""
ROUNDS = 7
CAUGHT_UP = 10_000
"""Signed lines that somebody is given who comes later."""
LAB = TalkKey("192.0.2.1:8090", "lab", "", "lab")


def _vocabulary(chance: random.Random) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(VOCABULARY)]


def _messages(words: list[str], chance: random.Random) -> Iterator[list[HeardRecord]]:
    weights = list(accumulate(1 / (number + 1) for number in range(VOCABULARY)))
    for first in range(1, MESSAGES + 1, GROUP):
        yield [
            HeardRecord(
                LAB,
                f"{number % 20:064x}",
                f"user{number % 20}",
                1_700_000_000_000 + number * 1000,
                " ".join(chance.choices(words, cum_weights=weights, k=WORDS)),
                7,
                number,
            )
            for number in range(first, min(first + GROUP, MESSAGES + 1))
        ]


def _talk() -> float:
    """Two peers, each in a process of its own with a store of its own. Returns the words a second
    that are stored by both and acknowledged."""
    kinds = {"peers with a store": "stored", "peers without": "keyed"}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    with running({"server": serve}) as servers, pairs(kinds, servers["server"]) as made:
        for _ in range(ROUNDS):
            for name, pair in made.items():
                flow = pair.speaker.ask("flow", SECONDS, 1)
                assert not flow["lost"]
                rates[name].append(flow["rate"])
    rows = [[name, f"{median(its):,.0f}"] for name, its in rates.items()]
    table("Private words of 100 bytes, one way", ["what", "words/s"], rows)
    return median(rates["peers with a store"])


def _signed() -> tuple[float, float]:
    """Two peers in a room, where all that is said is signed, checked and stored by both; and one
    who comes then, and is given ten thousand lines. Returns words a second, and seconds."""
    rates, seconds = [], []
    with (
        running({"server": serve}) as servers,
        pairs({"signed": "signed"}, servers["server"]) as made,
    ):
        pair = made["signed"]
        for _ in range(ROUNDS):
            flow = pair.speaker.ask("flow", SECONDS, 1)
            assert not flow["lost"]
            rates.append(flow["rate"])
        pair.speaker.ask("say", "$history-for-new all")
        pair.hearers.stop()  # So that there is a core for each of two.
        for number in range(3):
            late = Talkers("signed", servers["server"], f"late{number}", 1, SERVER_CORE)
            try:
                begun = time.monotonic()
                late.ask("join", "signed1", 2)
                seconds.append(late.ask("handed", CAUGHT_UP)["at"] - begun)
            finally:
                late.stop()
    rows = [
        ["signed words of 100 bytes a second, stored by both", f"{median(rates):,.0f}"],
        [f"catching up on {CAUGHT_UP:,} of them", f"{median(seconds):.2f} s"],
    ]
    table("What is said in a room", ["what", "figure"], rows)
    return median(rates), median(seconds)


def main() -> dict[str, float]:
    """Fill one, and look into it; and talk with two. Returns the figures that have a bar."""
    words_a_second = _talk()
    signed_a_second, caught_up = _signed()
    chance = random.Random(1)
    words = _vocabulary(chance)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store" / "bench.sqlite"
        store, texts, spent = StoreFile(path), 0, 0.0
        for group in _messages(words, chance):
            texts += sum(len(record.text) for record in group)
            begun = time.perf_counter()
            store.write(group)
            spent += time.perf_counter() - begun
        store.close()
        size = (path.stat().st_size - texts) / MESSAGES
        openings = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            store = StoreFile(path)
            store.read()
            openings.append(time.perf_counter() - begun)
            store.close()
        reader = open_reader(path)
        asked = {
            "the most frequent word": words[0],
            "two frequent words": f"{words[0]} {words[1]}",
            "a rare word": words[-1],
            "a frequent and a rare word": f"{words[0]} {words[-1]}",
            "the beginning of many words": "a",
        }
        rows = [
            ["a message written, in groups of 500", f"{spent / MESSAGES * 1e6:.1f} us"],
            ["bytes a message beside its text", f"{size:.0f}"],
            ["opening, with what is owed and heard", f"{median(openings) * 1e3:.1f} ms"],
        ]
        slowest = 0.0
        for what, query in asked.items():
            for talk in (None, LAB):
                times = []
                for _ in range(ROUNDS):
                    begun = time.perf_counter()
                    reader.answer(SearchQuery(query, talk, 20))
                    times.append(time.perf_counter() - begun)
                slowest = max(slowest, median(times))
                where = "everywhere" if talk is None else "in one room"
                rows.append([f"searching for {what}, {where}", f"{median(times) * 1e3:.1f} ms"])
        begun = time.perf_counter()
        reader.answer(HistoryQuery(LAB, 20))
        rows.append(["the last 20 lines", f"{(time.perf_counter() - begun) * 1e3:.1f} ms"])
        reader.close()
        store = StoreFile(path)
        begun = time.perf_counter()
        store.check()
        rows.append(["seeing whether the index is whole", f"{time.perf_counter() - begun:.2f} s"])
        store.close()
    table(f"A store of {MESSAGES:,} messages", ["what", "figure"], rows)
    return {
        "words": words_a_second,
        "signed": signed_a_second,
        "caught up": caught_up,
        "search": slowest * 1e3,
        "open": median(openings) * 1e3,
        "bytes": size,
    }
