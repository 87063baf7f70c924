"""Two people, whole programs, who meet in a room of a server somewhere."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.end_to_end.processes import Program, command, entry, places
from tests.paths.testbed import SERVER, SERVER_HOST, SERVER_HOST_SIX, Site, Testbed
from tests.support.namespaces import PLACE
from twisted_chat.identity.key_file import load_or_make

PORT = 8090
STARTING = 60.0
"""Seconds that a program may take to start, where many share a processor."""
WORDS = 10
"""Words that each says to see which way they go."""
_ROOMS = count(1)


@dataclass(frozen=True)
class Way:
    """How two found each other: `seconds` until each had heard the other, of whoever came
    last into the room; None where they never did. `relayed` is whether words go by the server."""

    seconds: float | None
    relayed: bool = False

    def __str__(self) -> str:
        if self.seconds is None:
            return "-"
        return f"{self.seconds:.1f}{' relay' if self.relayed else ''}"


class Server:
    """The room server of a test bed, until it is closed."""

    def __init__(self, bed: Testbed, *words: object) -> None:
        self._home = tempfile.TemporaryDirectory()
        self.program = start_in(
            bed, SERVER, Path(self._home.name), PORT, "--interface", "::", *words, terminal=False
        )
        self.program.expect("room server on UDP port", STARTING)

    def close(self) -> None:
        self.program.close()
        self._home.cleanup()


class Meeting:
    """Two people, at hosts of the test bed; the first has the smaller fingerprint, and
    so dials in generation 2."""

    def __init__(
        self,
        bed: Testbed,
        first: tuple[Site, int],
        second: tuple[Site, int],
        *words: object,
        environments: Sequence[Mapping[str, str]] = ({}, {}),
    ) -> None:
        """Each is at a site, at the host of this number there; `words` are options of both,
        `environments` what each gets besides ours."""
        self._bed = bed
        self._sites = first[0], second[0]
        self._ends = ExitStack()
        home = Path(self._ends.enter_context(tempfile.TemporaryDirectory()))
        self._room = f"room{next(_ROOMS)}"
        self.names = f"{self._room}first", f"{self._room}second"
        try:
            made = sorted(
                (load_or_make(home / name).fingerprint, home / name) for name in ("one", "other")
            )
            people = []
            all_of_them = zip(self.names, (first, second), made, environments, strict=True)
            for name, (site, host), (_, key), environment in all_of_them:
                inside = home / f"of {name}"
                inside.mkdir()
                options = ("--name", name, "--key", key, *words)
                at = site.hosts[host]
                server = SERVER_HOST_SIX if site.six else SERVER_HOST
                person = start_in(
                    bed, at, inside, server, PORT, *options, terminal=True, environment=environment
                )
                self._ends.callback(person.close)
                people.append(person)
            self.first, self.second = people
            for name, person in zip(self.names, people, strict=True):
                person.expect(f"> you are {name}", STARTING)
        except BaseException:
            self._ends.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ends.close()

    def meet(self, patience: float) -> Way:
        """Let both be in a room, and say something to each other at once."""
        room = self._room
        self.first.type_lines(f"$roomcreate {room}", f"$roomjoin {room}")
        self.first.expect(f"> you are in {room} alone", STARTING)
        began = time.monotonic()
        self.second.type_lines(f"$roomjoin {room}")
        self.second.expect(f"> you are in {room}", STARTING)
        self.first.expect(f"> {self.names[1]} came", STARTING)
        if not self.talk("hello", patience):
            return Way(None)
        return Way(time.monotonic() - began, self.is_relayed())

    def talk(self, word: str, patience: float) -> bool:
        """Let each say this; whether both have heard it in time."""
        self.first.type_lines(word)
        self.second.type_lines(word)
        return self.heard(word, patience)

    def hears(self, person: int, word: str, patience: float, *, late: bool = False) -> bool:
        """Whether one of them hears this in time, which the other has said; where that was a
        while ago, perhaps, it may be shown with when it was."""
        said = f": {word}\n" if late else f"< {self.names[1 - person]}: {word}\n"
        return _hears((self.first, self.second)[person], said, patience)

    def each_once(self) -> bool:
        """Whether nothing that one has heard was heard twice."""
        for person, other in zip((self.first, self.second), reversed(self.names), strict=True):
            heard = [line for line in person.said.splitlines() if line.startswith(f"< {other}: ")]
            if len(heard) != len(set(heard)):
                return False
        return True

    def heard(self, word: str, patience: float) -> bool:
        """Whether both hear this in time, which the other has said."""
        until = time.monotonic() + patience
        for person, other in zip((self.first, self.second), reversed(self.names), strict=True):
            left = max(0.0, until - time.monotonic())
            if not _hears(person, f"< {other}: {word}\n", left):
                return False
        return True

    def is_relayed(self) -> bool:
        """Whether words go by the server, as the network sees it."""
        before = [self._bed.served(site) for site in self._sites]
        for number in range(WORDS):
            if not self.talk(f"{number} of {WORDS}", STARTING):
                return False
        after = [self._bed.served(site) for site in self._sites]
        # Of two behind one router both are counted, and what they say to the server besides.
        least = WORDS * 2 if self._sites[0] is self._sites[1] else WORDS
        return any(late - early >= least for early, late in zip(before, after, strict=True))

    def leave(self) -> None:
        """Let both go, as people do."""
        for person in (self.first, self.second):
            person.type_lines("$quit")
            person.wait()


def _hears(person: Program, line: str, patience: float) -> bool:
    try:
        person.expect(line, patience)
    except AssertionError:
        return False
    return True


def start_in(
    bed: Testbed,
    host: str,
    home: Path,
    *words: object,
    terminal: bool,
    environment: Mapping[str, str] = {},
) -> Program:
    """A `udpchat` on a host of the test bed, whose data are in a directory of its own. With
    an environment it is started from nothing."""
    return Program(
        command("udpchat", *words),
        {**places(home), "TERM": "dumb", **environment},
        terminal=terminal,
        entry=None if environment else entry("udpchat"),
        namespace=PLACE / bed.spaces.full(host),
    )
