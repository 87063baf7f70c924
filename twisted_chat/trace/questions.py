"""Requests of generation 1, each with its answer and the time between."""

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.addresses import Address
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.report import Finding, Purpose, count, duration
from twisted_chat.wire.common import Verb

PATIENCE = 30_000_000_000
"""Nanoseconds after a request in which something can still be its answer."""
MAX_OPEN = 20_000
"""Requests whose answers are waited for; of the oldest it is said what is known."""

Emit = Callable[[Finding], None]


@dataclass(slots=True)
class Question:
    """One request. `times` is how often it was sent,
    `again` when it was the last time, `answers` how many datagrams answered it."""

    user: Address
    payload: bytes
    text: str
    purpose: Purpose
    asked: Moment
    times: int = 1
    answered: Moment | None = None
    again: Moment | None = None
    answers: int = 0
    refused: bool = False


_Key = tuple[Address, Address, Verb]


class OpenRequests:
    """The requests of everybody to every server; `emit` is told how each went, and
    `who` says an address, with the name where there is one."""

    def __init__(self, emit: Emit, who: Callable[[Address], str]) -> None:
        self._emit = emit
        self._who = who
        self._open: dict[_Key, Question] = {}

    def absorb(self, other: "OpenRequests") -> None:
        """Take over the requests that another waits for."""
        self._open.update(other._open)

    def ask(self, server: Address, verb: Verb, question: Question) -> bool:
        """A request. False if it repeats one that has not been answered."""
        key = (question.user, server, verb)
        before = self._open.get(key)
        if before and before.answered is None and before.payload == question.payload:
            before.times += 1
            before.again = question.asked
            return False
        if before is not None:
            self._close(key)
        elif len(self._open) >= MAX_OPEN:
            self._close(next(iter(self._open)))
        self._open[key] = question
        return True

    def answer(
        self, user: Address, server: Address, verbs: tuple[Verb, ...], moment: Moment
    ) -> Question | None:
        """An answer to one of these. Returns the request that it answers: one
        that waits, or else the last one that did."""
        if len(verbs) == 1:
            found = self._open.get((user, server, verbs[0]))
        else:
            asked = [self._open.get((user, server, verb)) for verb in verbs]
            found = max((one for one in asked if one is not None), key=_waits_most, default=None)
        if found is None:
            return None
        if found.answered is None:
            if moment.at - (found.again or found.asked).at > PATIENCE:
                return None
            found.answered = moment
        found.answers += 1
        return found

    def waiting(self, user: Address, server: Address) -> tuple[Verb, ...]:
        """What this user still waits for."""
        found = ((verb, self._open.get((user, server, verb))) for verb in Verb)
        return tuple(verb for verb, question in found if question and question.answered is None)

    def conclude(self) -> None:
        """Say of all that are left how they went."""
        for key in list(self._open):
            self._close(key)

    def _close(self, key: _Key) -> None:
        question = self._open.pop(key)
        text = f"{self._who(question.user)} {question.text}: "
        packets: tuple[int, ...] = (question.asked.number,)
        took = None
        if question.answered is None:
            text += "never answered"
        else:
            took = question.answered.at - question.asked.at
            packets += (question.answered.number,)
            what = "refused" if question.refused else "answered"
            text += f"{what} after {duration(took)}"
            if question.answers > 1 and key[2] in _LISTS:
                text += f", in {count(question.answers, 'datagram')}"
        if question.times > 1:
            text += f", sent {question.times} times"
        self._emit(Finding("request", text, packets, took))


_LISTS = frozenset({Verb.UL, Verb.RL})
"""Requests that are answered by one datagram for each entry."""


def _waits_most(question: Question) -> tuple[bool, int]:
    return question.answered is None, question.asked.number
