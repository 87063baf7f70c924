"""Draws the screen: from what it shows, and its size, to a picture."""

from twisted_chat.terminal.screen.keyboard import ScreenKeys
from twisted_chat.terminal.screen.keys_help import key_rows
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.modes import ReadingKeys, Searching, TalkFinding
from twisted_chat.terminal.screen.places import ScreenPlaces, places
from twisted_chat.terminal.screen.reading import below, visible
from twisted_chat.terminal.screen.roles import (
    Role,
    Row,
    Run,
    ScreenPicture,
    cut,
    fitted,
    shortened,
)
from twisted_chat.terminal.screen.sides import activity, member_list, talk_list, top_bar
from twisted_chat.terminal.screen.talk_rows import TalkRows
from twisted_chat.terminal.screen.talk_state import TalkKind, TalkState

EDGE = "\u2502"
"""What stands between the talk and its sides."""
Part = tuple[int, Row]


class Drawing:
    """Draws a model, with the keyboard that belongs to it."""

    def __init__(self, model: ScreenModel, keyboard: ScreenKeys) -> None:
        self._model = model
        self._keyboard = keyboard

    def draw(self, width: int, height: int) -> ScreenPicture:
        """What a terminal of so many columns and rows is to show."""
        width, height = max(1, width), max(1, height)
        entered, cursor = self._input(width, height)
        sides = not self._model.alone and not isinstance(self._keyboard.mode, ReadingKeys)
        place = places(width, height, len(entered), sides=sides)
        entered = entered[: place.input]
        self._set_place(place)
        rows: list[tuple[Part, ...]] = []
        if place.top:
            rows.append(self._top(width))
        rows += self._middle(place)
        if place.bar:
            rows.append(((0, self._bar(place)),))
        rows += (((0, fitted(row, width)),) for row in entered)
        rows = rows[:height]
        x, y = cursor
        at = min(x, width - 1), min(len(rows) - len(entered) + y, height - 1)
        return ScreenPicture(width, tuple(rows), at)

    def _set_place(self, place: ScreenPlaces) -> None:
        view, mode = self._keyboard.view, self._keyboard.mode
        found = mode.wanted if isinstance(mode, Searching) else ""
        if not view.rows.is_for(place.talk_width, found):
            view.rows = TalkRows(place.talk_width, found)
        view.height = place.talk_height
        view.settle()

    # --- The input

    def _input(self, width: int, height: int) -> tuple[list[Row], tuple[int, int]]:
        mode = self._keyboard.mode
        if mode is not None:
            label = cut(mode.label, width - 1)
            return [(Run(label, Role.PROMPT),)], (len(label), 0)
        state = self._model.shown
        view = state.editor.view(self._model.asks_for or _prompt(state), width, height)
        rows: list[Row] = []
        for number, text in enumerate(view.rows):
            at = 0 if number else view.prompt
            rows.append((Run(text[:at], Role.PROMPT), Run(text[at:], Role.INPUT)))
        return rows, (view.column, view.row)

    # --- The bars

    def _top(self, width: int) -> tuple[Part, ...]:
        model = self._model
        server = " @ ".join(filter(None, (model.name, model.server)))
        if model.name and len(server) > width // 2:
            server = model.name
        left, right, column = top_bar(model.shown, server, width, away=model.away)
        return (0, fitted(left, column, Role.BAR)), (column, right)

    def _bar(self, place: ScreenPlaces) -> Row:
        model, view, flash = self._model, self._keyboard.view, self._keyboard.flash
        covered = isinstance(self._keyboard.mode, ReadingKeys)
        hidden = 0 if covered else below(model.shown, view.rows.of, view.height)
        if flash:
            words = f" {flash}"
        elif hidden:
            words = f" {hidden:,} line{'s' if hidden > 1 else ''} below: PageDown, Ctrl-End"
        else:
            words = "" if place.left else f" {activity(model.states, model.shown)}"
            if view.unread_above and not covered:
                words += " what is new begins above: Alt-U"
        end = "F1 keys " if place.width >= 40 else ""
        words = shortened(words, place.width - len(end) - 1)
        first = fitted((Run(words, Role.BAR_STRONG),), place.width - len(end), Role.BAR)
        return (*first, Run(end, Role.BAR))

    # --- The middle, and its sides

    def _middle(self, place: ScreenPlaces) -> list[tuple[Part, ...]]:
        height, model = place.talk_height, self._model
        talk = self._talk(place)
        left: list[Row] = []
        right: list[Row] = []
        if place.left:
            left = talk_list(model.states, model.shown, place.left, height)
        if place.right:
            own = model.name if model.shown.kind is not TalkKind.HOME else ""
            right = member_list(model.shown.members, own, place.right, height)
        rows = []
        for number in range(height):
            parts: list[Part] = []
            if place.left:
                parts.append((0, fitted(_nth(left, number), place.left)))
                parts.append((place.left, (Run(EDGE, Role.EDGE),)))
            parts.append((place.talk_column, fitted(_nth(talk, number), place.talk_width)))
            if place.right:
                edge = place.width - place.right - 1
                parts.append((edge, (Run(EDGE, Role.EDGE),)))
                parts.append((edge + 1, fitted(_nth(right, number), place.right)))
            rows.append(tuple(parts))
        return rows

    def _talk(self, place: ScreenPlaces) -> list[Row]:
        model, keyboard, height = self._model, self._keyboard, place.talk_height
        mode = keyboard.mode
        if isinstance(mode, ReadingKeys):
            every = key_rows(place.talk_width, alone=model.alone)
            mode.first = max(0, min(mode.first, len(every) - height))
            shown = every[mode.first : mode.first + height]
            return [(Run(cut(line, place.talk_width), Role.NOTICE),) for line in shown]
        if isinstance(mode, TalkFinding):
            return [
                (Run(cut(f" {state.title}", place.talk_width), _picked(number == mode.picked)),)
                for number, state in enumerate(mode.matches(model.states))
            ]
        rows = visible(model.shown, keyboard.view.rows.of, height)
        return [()] * (height - len(rows)) + rows


def _picked(it: bool) -> Role:
    return Role.SELECTED if it else Role.TALK


def _prompt(state: TalkState) -> str:
    unheard = state.silent or (state.over and state.kind is TalkKind.ROOM)
    return f"({state.full_title})> " if unheard else f"{state.full_title}> "


def _nth(rows: list[Row], number: int) -> Row:
    return rows[number] if number < len(rows) else ()
