"""What stands beside the talk, above it and below: conversations, members, bars."""

from collections.abc import Iterable

from twisted_chat.display import safe
from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.screen.roles import Role, Row, Run, cut, shortened
from twisted_chat.terminal.screen.talk_state import ShownMember, TalkState

MORE = 3
"""Columns that an unread count has at least."""
MANY = 999
"""The largest count that is shown."""


def _count(state: TalkState) -> str:
    many = f"{MANY}+" if state.unread > MANY else str(state.unread)
    if state.mentions:
        return f"!{many}"
    return many if state.unread else "*" if state.stirred else ""


def _role(state: TalkState, shown: TalkState) -> Role:
    if state is shown:
        return Role.TALK_SHOWN
    if state.mentions:
        return Role.TALK_WANTED
    if state.unread or state.stirred:
        return Role.TALK_UNREAD
    return Role.TALK_OVER if state.over else Role.TALK


def talk_list(states: Iterable[TalkState], shown: TalkState, width: int, height: int) -> list[Row]:
    """The conversations, one in each row, the one that is shown among them."""
    every = list(states)
    first = max(0, min(every.index(shown) - height // 2, len(every) - height))
    rows = []
    for number, state in enumerate(every[first : first + height], first + 1):
        count = _count(state)
        begin = f"{number:>2} "
        room = width - len(begin) - (len(count) + 1 if count else 0)
        title = shortened(state.title, room)
        row = [Run(begin, Role.TIME), Run(title, _role(state, shown))]
        if count:
            wanted = Role.TALK_WANTED if state.mentions else Role.TALK_UNREAD
            row.append(Run(f" {count}", wanted))
        rows.append(tuple(row))
    return rows


def member_list(members: tuple[ShownMember, ...], own: str, width: int, height: int) -> list[Row]:
    """Who is there, those first of whom something is to be known."""
    people = sorted(members, key=lambda one: (not one.first, one.name.casefold()))
    rows: list[Row] = []
    if own:
        rows.append((Run("   "), Run(shortened(own, width - 3), Role.OWN)))
    for one in people:
        name = shortened(one.name, width - 3)
        rows.append((Run(one.sign, one.sign_role), Run(f"{one.way} "), Run(name, one.role)))
    if len(rows) > height:
        rest = len(rows) - height + 1
        rows = [*rows[: height - 1], (Run(f"   and {rest:,} more", Role.TIME),)]
    return rows


def top_bar(state: TalkState, server: str, width: int, *, away: bool) -> tuple[Row, Row, int]:
    """What is talked of, and the server; and in which column the server begins."""
    right = f" {safe(server)}{': no answer' if away else ''} "
    right = cut(right, width // 2)
    column = width - columns_of(right)
    topic = f" {safe(state.topic)}" if state.topic else ""
    left = Run(f" {state.full_title} ", Role.BAR_STRONG), Run(topic, Role.BAR)
    return left, (Run(right, Role.BAR_STRONG if away else Role.BAR),), column


def activity(states: Iterable[TalkState], shown: TalkState) -> str:
    """Where something is unread, by number."""
    told = [
        f"{number}:{_count(state)}"
        for number, state in enumerate(states, 1)
        if state is not shown and _count(state)
    ]
    return " ".join(told)
