"""Networks that change under those who chat: how soon words arrive again, each once."""

import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.end_to_end.clocks import SettableClock
from tests.paths.kinds import Kind
from tests.paths.matrix import AT_ONCE, print_table
from tests.paths.meeting import Meeting, Server
from tests.paths.testbed import Site, Testbed
from tests.support.namespaces import Namespaces

PATIENCE = 60.0
"""Seconds that words may take."""
SETTLED = 3.0
"""Seconds that two have talked before anything happens."""
SILENT = 16.0
"""Seconds of silence within which all is to be well again."""
IDLE = 45.0
"""Seconds of silence in which a mapping of a router ends."""
RESTS = 35.0
"""Seconds of silence after which their links to the server rest."""
HOUR = 3600
KINDS = (Kind.HOME, Kind.HOME)
"""The networks of the two; the first of them dials."""


class Speaker(Enum):
    """The one who says something when it has happened."""

    THIS = "the one whom it happens to"
    OTHER = "the other"
    NOBODY = "nobody, for 16 s"


@dataclass(frozen=True)
class Scene:
    """Two who talk, of whom it happens to one, at `site`; `person` is 0 or 1."""

    bed: Testbed
    meeting: Meeting
    site: Site
    person: int
    clock: SettableClock | None


@dataclass(frozen=True)
class Trouble:
    """What happens: `before` they meet, and then. With `idle` nobody has said anything for
    so long."""

    name: str
    happens: Callable[[Scene], None]
    before: Callable[[Testbed, Site], None] = lambda bed, site: None
    idle: float = SETTLED
    steps_clock: bool = False
    speakers: tuple[Speaker, ...] = tuple(Speaker)


def _forgets(scene: Scene) -> None:
    scene.bed.forget_mappings(scene.site)


def _takes_other_ports(scene: Scene) -> None:
    scene.bed.take_other_ports(scene.site)


def _gets_another_address(scene: Scene) -> None:
    scene.bed.get_another_address(scene.site)


def _host_moves(scene: Scene) -> None:
    scene.bed.renumber_host(scene.site)


def _changes_network(scene: Scene) -> None:
    scene.bed.change_network(scene.site, scene.bed.site(Kind.HOME))


def _stops(seconds: float) -> Callable[[Scene], None]:
    def stop(scene: Scene) -> None:
        program = (scene.meeting.first, scene.meeting.second)[scene.person]
        program.signal(signal.SIGSTOP)
        time.sleep(seconds)
        program.signal(signal.SIGCONT)

    return stop


def _clock_goes(seconds: int) -> Callable[[Scene], None]:
    def go(scene: Scene) -> None:
        assert scene.clock is not None
        scene.clock.set(seconds)

    return go


def _forgetful(seconds: int) -> Callable[[Testbed, Site], None]:
    return lambda bed, site: bed.forget_after(site, seconds)


def _nothing(scene: Scene) -> None:
    """What happens has happened in silence."""


_SPEAKING = (Speaker.THIS, Speaker.OTHER)
TROUBLES = (
    Trouble("its router forgets everybody", _forgets),
    Trouble("its router forgets, and takes other ports", _takes_other_ports),
    Trouble("its router gets another address", _gets_another_address),
    Trouble("it has another address at home", _host_moves),
    Trouble("it goes to another home", _changes_network),
    *(
        Trouble(f"{name}, when links rest", happens, idle=RESTS, speakers=_SPEAKING)
        for name, happens in (
            ("its router forgets everybody", _forgets),
            ("it forgets, and takes other ports", _takes_other_ports),
            ("it gets another address", _gets_another_address),
            ("it goes to another home", _changes_network),
        )
    ),
    *(
        Trouble(
            f"its router forgets after {seconds} s of silence",
            _nothing,
            _forgetful(seconds),
            IDLE,
            speakers=_SPEAKING,
        )
        for seconds in (10, 20, 30)
    ),
    Trouble("its clock is set back an hour", _clock_goes(-HOUR), steps_clock=True),
    Trouble("its clock is set forward an hour", _clock_goes(HOUR), steps_clock=True),
    Trouble("it is stopped for 30 s (SIGSTOP)", _stops(30), speakers=_SPEAKING),
    Trouble("it is stopped for 180 s (SIGSTOP)", _stops(180), speakers=_SPEAKING),
)


@dataclass(frozen=True)
class Trial:
    """One trouble, to the first or the second of two, and who speaks then."""

    trouble: Trouble
    person: int
    speaker: Speaker

    def seconds(self, kinds: tuple[Kind, Kind]) -> float | None:
        """Until words are heard again; None where they are not, or more than once."""
        with Namespaces() as spaces, tempfile.TemporaryDirectory() as home:
            bed = Testbed(spaces)
            sites = tuple(bed.site(kind) for kind in kinds)
            self.trouble.before(bed, sites[self.person])
            clock = SettableClock(Path(home)) if self.trouble.steps_clock else None
            environments: list[Mapping[str, str]] = [{}, {}]
            if clock is not None:
                environments[self.person] = clock.environment
            server = Server(bed)
            try:
                there = (sites[0], 0), (sites[1], 0)
                with Meeting(bed, *there, environments=environments) as meeting:
                    if meeting.meet(PATIENCE).seconds is None:
                        return None
                    scene = Scene(bed, meeting, sites[self.person], self.person, clock)
                    return self._recovers(scene)
            finally:
                server.close()

    def _recovers(self, scene: Scene) -> float | None:
        meeting = scene.meeting
        time.sleep(self.trouble.idle)
        stops = "SIGSTOP" in self.trouble.name
        if stops:  # What is said meanwhile has to be heard too.
            other = (meeting.second, meeting.first)[scene.person]
            other.type_lines("meanwhile")
        self.trouble.happens(scene)
        began = time.monotonic()
        if self.speaker is Speaker.NOBODY:
            time.sleep(SILENT)
            began = time.monotonic()
            heard = meeting.talk("after silence", PATIENCE)
        else:
            talks = scene.person if self.speaker is Speaker.THIS else 1 - scene.person
            heard = True
            if stops and talks != scene.person:  # To one who is not back nothing is said.
                heard = meeting.hears(scene.person, "meanwhile", PATIENCE, late=True)
            (meeting.first, meeting.second)[talks].type_lines("soon")
            if stops and talks == scene.person:
                heard = meeting.hears(scene.person, "meanwhile", PATIENCE, late=True)
            heard = meeting.hears(1 - talks, "soon", PATIENCE) and heard
        seconds = time.monotonic() - began
        heard = heard and meeting.talk("the end", PATIENCE) and meeting.each_once()
        return seconds if heard else None


def trials(troubles: Iterable[Trouble] = TROUBLES) -> list[Trial]:
    """All of these, to each of two."""
    return [
        Trial(trouble, person, speaker)
        for trouble in troubles
        for person in (0, 1)
        for speaker in trouble.speakers
    ]


def recoveries(
    wanted: Iterable[Trial], kinds: tuple[Kind, Kind] = KINDS, at_once: int = AT_ONCE
) -> Iterator[tuple[Trial, float | None]]:
    """Try these, and say how long each took. Raises NoNamespaces."""
    wanted = list(wanted)
    with ThreadPoolExecutor(at_once) as pool:
        tried = pool.map(lambda trial: trial.seconds(kinds), wanted)
        yield from zip(wanted, tried, strict=True)


def main() -> None:
    """Try all, and print what came of it."""
    found = dict(recoveries(trials()))
    print("\n## Networks that change\n")
    print("Seconds until words are heard again, each once, by who speaks then.\n")
    rows = []
    for trouble in TROUBLES:
        for person, whom in enumerate(("dials", "is dialled")):
            cells = []
            for speaker in Speaker:
                if speaker not in trouble.speakers:
                    cells.append("")
                    continue
                seconds = found[Trial(trouble, person, speaker)]
                cells.append("never" if seconds is None else f"{seconds:.2f}")
            rows.append([trouble.name, whom, *cells])
    head = ["what happens", "to the one who", *(speaker.value for speaker in Speaker)]
    print_table(head, rows)
