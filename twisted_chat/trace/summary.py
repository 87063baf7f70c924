"""How much a capture holds, in one line, and what of it is not shown."""

import re
from collections.abc import Iterator, Sequence, Set

from twisted_chat.display import safe
from twisted_chat.trace.analysis import Analysis
from twisted_chat.trace.chats import MAX_ADDRESSES
from twisted_chat.trace.report import count, duration

_ON_PORT = re.compile(r" on port (\d+)$")
PASSED_OVER = 5
"""Kinds of other traffic that are named."""


def summary(path: str, analysis: Analysis, dropped: int, found: int) -> str:
    """The first line, of a capture in which this many conversations were found."""
    return safe(f"{path}: {amount(analysis, dropped, (count(found, 'conversation'),))}")


def amount(analysis: Analysis, dropped: int, more: Sequence[str] = ()) -> str:
    """How much there is, with `more` about it; `dropped` is what the capture lacks."""
    took = duration(analysis.last - analysis.first)
    text = ", ".join((f"{count(analysis.packets, 'packet')} in {took}", *more))
    if over := analysis.elsewhere.total():
        text += f"; passed over {count(over, 'packet')} ({_others(analysis)})"
    if analysis.not_chosen:
        text += f"; {count(analysis.not_chosen, 'packet')} not chosen"
    if dropped:
        text += f"; {count(dropped, 'packet')} were too many for what recorded them"
    return text


def _others(analysis: Analysis) -> str:
    kinds = analysis.elsewhere.most_common(PASSED_OVER)
    more = ", ..." if len(analysis.elsewhere) > PASSED_OVER else ""
    return ", ".join(f"{number:,} {reason}" for reason, number in kinds) + more


def nothing(ports: Set[int], analysis: Analysis) -> str:
    """Why there is no conversation."""
    if not analysis.packets:
        return "no packet could be read"
    if analysis.not_chosen:
        return f"none of {count(analysis.not_chosen, 'packet')} of chats was chosen"
    where = "port" if len(ports) == 1 else "ports"
    text = f"no chat on {where} {', '.join(map(str, sorted(ports)))}"
    text += ", and no UDP that speaks the verbs"
    if analysis.elsewhere:
        text += f"; passed over: {_others(analysis)}"
        for reason, _ in analysis.elsewhere.most_common():
            if found := _ON_PORT.search(reason):
                return f"{text}: --port {found[1]} looks there, and may be given again"
    return text


def crowded(analysis: Analysis) -> Iterator[str]:
    """What was too much to remember, as a problem."""
    if analysis.crowded:
        yield (
            f"{count(analysis.crowded, 'packet')} of more than {MAX_ADDRESSES:,} addresses"
            " are not shown"
        )
