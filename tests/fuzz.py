"""Damaged captures, given to `chat-analyze`: it answers, or says in a line why not.

`python -m tests.fuzz RUNS [SECONDS] [SEED]` makes so many, in so many seconds at most. Of
one that shows a mistake the seed is printed, and the file is kept.
"""

import contextlib
import io
import random
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.l2 import GRE, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

from tests.support.captures import USER, chat_over_tcp, exchange, write
from tests.support.examples import EXAMPLES
from tests.support.links_seen import link
from tests.support.tcp_chance import simulated
from twisted_chat.trace import pcapng
from twisted_chat.trace.analyze import main

RUNS = 20_000
PATIENCE = 20
"""Seconds that one run may take."""
FORMS = ("", "--hex", "--ladder", "--json", "--html", "--follow-text", "--columns", "--write")
MOST_LINES = 12
"""Lines that may be said of what is wrong with one file."""


def captures() -> list[bytes]:
    """Sound captures of every kind."""
    found = []
    inner = IP(src=USER[0]) / UDP(sport=4001, dport=8090) / Raw(b"hi ann")
    carried = [
        Ether() / IP() / GRE() / inner,
        Ether() / IP() / UDP(dport=4789) / VXLAN() / Ether() / inner,
        *(Ether() / one for one in fragment(IP() / UDP(dport=8090) / Raw(b"x" * 3000), 600)),
    ]
    packets: list[list[Any]] = [exchange(), chat_over_tcp(), carried]
    packets += [list(one.packets) for one in EXAMPLES.values()]
    packets += [simulated(seed).packets for seed in range(5)]
    with tempfile.TemporaryDirectory() as place:
        for suffix in (".pcap", ".pcapng"):
            for some in packets:
                found.append(write(Path(place) / f"capture{suffix}", some).read_bytes())
    frames, keys = link()
    head = pcapng.section("x") + pcapng.secrets(keys.encode()) + pcapng.interface("x")
    blocks = [pcapng.packet(one.at, one.data, "said", inbound=True) for one in frames]
    found.append(head + b"".join(blocks) + pcapng.statistics(1, 2, 3))
    return found


def truncated(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flipped(chance: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(chance: random.Random, data: bytes, other: bytes) -> bytes:
    at = chance.randrange(len(data))
    value = chance.choice((b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80", chance.randbytes(4)))
    return data[:at] + value + data[at + len(value) :]


def spliced(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of another; often whole sections."""
    if chance.random() < 0.4:
        return data + other
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def repeated(chance: random.Random, data: bytes, other: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[max(0, start - chance.randrange(400)) :]


def swapped(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The other order of bytes: of all words of a part, as whoever wrote it had."""
    start = 4 * chance.randrange(len(data) // 4 or 1)
    end = start + 4 * chance.choice((1, 3, 7, len(data)))
    words = data[start:end]
    words = words[: len(words) // 4 * 4]
    count = len(words) // 4
    turned = struct.pack(f">{count}I", *struct.unpack(f"<{count}I", words))
    return data[:start] + turned + data[start + len(words) :]


DAMAGES: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    truncated,
    flipped,
    overwritten,
    spliced,
    repeated,
    swapped,
)


def damaged(chance: random.Random, sound: list[bytes]) -> bytes:
    """One of these, damaged in one way or several."""
    data = chance.choice(sound)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not data:
            break
        data = chance.choice(DAMAGES)(chance, data, chance.choice(sound))
    return data


def problem_of(data: bytes, form: str, place: Path) -> str:
    """What is wrong with how the program takes this file; empty where nothing is."""
    path, target = place / "damaged", place / "target"
    path.write_bytes(data)
    target.unlink(missing_ok=True)
    words = {"--html": [str(target)], "--write": [str(target)], "--follow-text": ["1"]}
    words["--columns"] = ["no,flags,seq,ack,len,win,what"]
    argv = [str(path), *([form, *words.get(form, [])] if form else [])]
    output, errors = io.StringIO(), io.StringIO()
    status: object = None
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            main(argv)
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        return traceback.format_exc()
    if status not in (0, 1, 2):
        return f"ended with {status}"
    said = output.getvalue() + errors.getvalue()
    if strange := {one for one in said if not one.isprintable() and one != "\n"}:
        return f"printed {strange}"
    if errors.getvalue().count("\n") > MOST_LINES:
        return f"said {errors.getvalue()}"
    return "" if said or form == "--html" else "said nothing"


def _too_long(number: int, stack: object) -> None:
    raise TimeoutError(f"took more than {PATIENCE} seconds")


def run(runs: int, seconds: float, seed: int, report: Callable[[str], object] = print) -> int:
    """Make so many captures. Returns how many of them show a mistake."""
    sound = captures()
    signal.signal(signal.SIGALRM, _too_long)
    until, wrong, done = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as name:
        for done in range(1, runs + 1):
            chance = random.Random(seed + done)
            data, form = damaged(chance, sound), chance.choice(FORMS)
            signal.alarm(PATIENCE)
            problem = problem_of(data, form, Path(name))
            signal.alarm(0)
            if problem:
                wrong += 1
                kept = Path(tempfile.gettempdir()) / f"damaged-{seed + done}"
                kept.write_bytes(data)
                report(f"seed {seed + done}, {form or 'a table'}, {kept}: {problem}")
            if time.monotonic() >= until:
                break
    report(f"{done:,} damaged captures, {wrong:,} mistakes")
    return wrong


if __name__ == "__main__":
    given = sys.argv[1:]
    wanted, patience, first = (*given, *(str(RUNS), "inf", "0")[len(given) :])
    sys.exit(bool(run(int(wanted), float(patience), int(first))))
