"""Links in memory, between keys, at whose ends decisions sit."""

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Protocol

from tests.support.kept import MemoryKeeper
from twisted_chat.addresses import Address
from twisted_chat.events import Event
from twisted_chat.links import AskAll, CloseLink, Dial, Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import AskStore, Effect, Finish, Resolve, Send
from twisted_chat.terminal.wording.line import LineWording

HANDSHAKE = 0.003
"""Seconds that a link takes to come up."""
WRITING = 0.002
"""Seconds until something is in a store."""
DIAL_PATIENCE = 2.0
"""Seconds after which a link that does not come up has failed."""


class End(Protocol):
    """Who can be at an end of a link: a session or a server."""

    @property
    def wake(self) -> float: ...

    def opened(self, link: Link, now: float) -> list[Effect]: ...
    def received(self, link: Link, messages: Iterable[bytes], now: float) -> list[Effect]: ...
    def lost(self, link: Link, why: str, now: float) -> list[Effect]: ...
    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]: ...
    def tick(self, now: float) -> list[Effect]: ...
    def resolved(self, addresses: list[Address]) -> None: ...


def _read_aloud(fingerprint: str) -> str:
    return f"~{fingerprint[:8]}~"


@dataclass(eq=False)
class Node:
    """An end with its key and its address. `down` is one that nothing reaches."""

    fingerprint: str
    address: Address
    end: End
    down: bool = False
    deaf: bool = False
    """Whether no link to it comes up."""
    datagram: Callable[[bytes, Address], None] | None = None
    shown: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    dialled: list[Dial] = field(default_factory=list)
    said: list[tuple[str, bytes]] = field(default_factory=list)
    """What it sent on links, each with the fingerprint of the receiver."""
    sent: list[Send] = field(default_factory=list)
    asked: int = 0
    """How often it asked over all links."""
    due: float = NEVER
    keeper: MemoryKeeper | None = None
    """Keeps what is said; None where nothing is kept."""
    wording: LineWording = field(default_factory=lambda: LineWording(_read_aloud))


@dataclass(eq=False)
class _Half:
    """What one end of a link sees, and when what was sent to it has arrived."""

    node: Node
    link: Link
    last: float = 0.0
    open: bool = True


class LinkNetwork:
    """All nodes and the time. What different links carry overtakes each other;
    one link keeps its order until it is cut."""

    def __init__(self, seed: int = 1, delay: float = 0.01) -> None:
        self.now = 1000.0
        self.delay = delay
        self.chance = random.Random(seed)
        self.nodes: list[Node] = []
        self.resolved: Callable[[Address], list[Address]] = lambda place: []
        """Where a place leads now."""
        self._halves: dict[Link, tuple[_Half, _Half]] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def add(self, node: Node) -> Node:
        self.nodes.append(node)
        return node

    def at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (max(when, self.now), next(self._order), what))

    def wait(self, seconds: float) -> None:
        """Let time pass, from one thing that happens to the next."""
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            self.now, _, what = heapq.heappop(self._events)
            what()
        self.now = end

    # --- Carrying out

    def carry_out(self, node: Node, effects: list[Effect]) -> None:
        if node.keeper is not None:
            effects = self._keep(node, node.keeper, effects)
        for effect in effects:
            match effect:
                case Event():
                    node.shown += node.wording.lines(effect)
                case Finish(status):
                    node.statuses.append(status)
                case Send(message, to):
                    node.sent.append(effect)
                    self._datagram(node, message.encode(), to)
                case SendFrames(link, messages):
                    self._frames(node, link, messages)
                case CloseLink(link, why):
                    self._close(link, why)
                case AskAll():
                    node.asked += 1
                case Resolve(place):
                    resolved = partial(node.end.resolved, self.resolved(place))
                    self.at(self.now + self.delay, resolved)
                case Dial():
                    node.dialled.append(effect)
                    self._dial(node, effect)
        self._arm(node)

    def _keep(self, node: Node, keeper: MemoryKeeper, effects: list[Effect]) -> list[Effect]:
        """Have what is for its store written a moment later."""
        session: Any = node.end
        rest = keeper.take(effects)
        if told := keeper.answers(rest, session.found, self.now):
            rest += self._keep(node, keeper, told)
        rest = [one for one in rest if not isinstance(one, AskStore)]
        if keeper.waiting and not keeper.slow:
            self.at(self.now + WRITING, lambda: self.written(node))
        return rest

    def written(self, node: Node) -> None:
        """What waits for the store of a node is there."""
        session: Any = node.end
        if node.keeper is not None and not node.down and (numbers := node.keeper.write_all()):
            self.carry_out(node, session.stored(numbers, self.now))

    def _arm(self, node: Node) -> None:
        if (wake := node.end.wake) < node.due:
            node.due = wake
            self.at(node.due, lambda: self._tick(node))

    def _tick(self, node: Node) -> None:
        node.due = NEVER
        if node.down:
            return
        if node.end.wake <= self.now:
            self.carry_out(node, node.end.tick(self.now))
        else:
            self._arm(node)

    def _datagram(self, node: Node, payload: bytes, to: Address) -> None:
        for other in self.nodes:
            if other.address == to and not other.down and other.datagram is not None:
                deliver = partial(other.datagram, payload, node.address)
                self.at(self.now + self.delay, deliver)

    def _dial(self, node: Node, dial: Dial) -> None:
        found = [
            one
            for one in self.nodes
            if one.address == dial.address and not one.down and not one.deaf
        ]
        there = found[0].fingerprint if found else ""
        if not there or there == node.fingerprint or not there.startswith(dial.fingerprint):
            why = "another key" if there else "no answer"

            def fail(end: End) -> list[Effect]:
                return end.dial_failed(dial.address, dial.fingerprint, why, there, self.now)

            after = HANDSHAKE if there else DIAL_PATIENCE
            self.at(self.now + after, lambda: self._happen(node, fail))
        else:
            self.at(self.now + HANDSHAKE, partial(self._come_up, node, found[0]))

    def _come_up(self, dialler: Node, acceptor: Node) -> None:
        if not dialler.down and not acceptor.down:
            self.join(dialler, acceptor)

    def join(self, dialler: Node, acceptor: Node) -> Link:
        """Let there be a link. Returns the dialler's end."""
        near = _Half(dialler, Link(acceptor.fingerprint, acceptor.address, True), self.now)
        far = _Half(acceptor, Link(dialler.fingerprint, dialler.address, False), self.now)
        self._halves[near.link] = (near, far)
        self._halves[far.link] = (far, near)
        for half in self.chance.sample([near, far], 2):
            self._arrive(half, lambda end, link: end.opened(link, self.now))
        return near.link

    def _frames(self, node: Node, link: Link, messages: Sequence[bytes]) -> None:
        node.said += ((link.fingerprint, message) for message in messages)
        if link in self._halves:
            _, far = self._halves[link]
            self._arrive(far, lambda end, link: end.received(link, messages, self.now))

    def _arrive(self, half: _Half, what: Callable[[End, Link], list[Effect]]) -> None:
        half.last = max(half.last, self.now + self.chance.uniform(0, self.delay))

        def happen() -> None:
            if half.open:
                self._happen(half.node, lambda end: what(end, half.link))

        self.at(half.last, happen)

    def _happen(self, node: Node, what: Callable[[End], list[Effect]]) -> None:
        if not node.down:
            self.carry_out(node, what(node.end))

    def _close(self, link: Link, why: str) -> None:
        """What was sent before still arrives, then the other end knows."""
        if link in self._halves:
            near, far = self._halves.pop(link)
            near.open = False

            def end(end: End, link: Link) -> list[Effect]:
                self._halves.pop(far.link, None)
                far.open = False
                return end.lost(link, why, self.now)

            self._arrive(far, end)

    # --- Things that go wrong

    def links(self) -> list[Link]:
        return list(self._halves)

    def between(self, one: Node, other: Node) -> list[Link]:
        """The ends that `one` has of links to `other`."""
        return [
            near.link
            for near, far in self._halves.values()
            if near.node is one and far.node is other
        ]

    def cut(self, link: Link) -> None:
        """Lose a link with all that is on the way; each end notices when it does."""
        if link not in self._halves:
            return
        for half in self._halves[link]:
            self._halves.pop(half.link, None)
            half.open = False
            when = self.now + self.chance.uniform(0, 0.5)
            self.at(when, lambda half=half: self._notice(half))  # type: ignore[misc]

    def _notice(self, half: _Half) -> None:
        self._happen(half.node, lambda end: end.lost(half.link, "timed out", self.now))

    def kill(self, node: Node) -> None:
        """Let a node be gone at once, and its links with it."""
        node.down = True
        for link in list(self._halves):
            if link in self._halves and self._halves[link][0].node is node:
                self.cut(link)
