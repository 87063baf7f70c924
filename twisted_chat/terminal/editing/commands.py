"""Completing what is typed into UDP chat: commands, and the names and words that go with them."""

from collections.abc import Iterable

from twisted_chat.peer.commands import SERVER, Command
from twisted_chat.terminal.editing.completion import Completion
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.typed_lines import (
    CHOSEN,
    MARK,
    OTHERS_MARK,
    command_called,
    command_words,
)
from twisted_chat.terminal.wording.people import shown_name

_ANY_ROOM = frozenset({Command.LINK, Command.ROOMJOIN})
"""Commands for rooms that the person need not be in."""
ADDRESSED = ": "
"""What stands behind the name of one who is spoken to, at the beginning of a text."""


class CommandCompleter:
    """Completes with the names that were met."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def complete(self, text: str, cursor: int) -> Completion:
        """What can stand before the cursor."""
        head = text[:cursor]
        start = len(head) - len(head.split(" ")[-1].split("\n")[-1])
        typed, before = head[start:], head[:start].split()
        mark = text[:1]
        if mark not in (MARK, OTHERS_MARK) or text.startswith((MARK * 2, OTHERS_MARK * 2)):
            people = self._named(typed, self._words.people) if typed else ()
            return Completion(start, people, " " if before else ADDRESSED)
        if not before:
            return self._command(mark, typed)
        command = command_called(before[0][1:])
        if command is None:
            return Completion(start)
        found = self._argument(command, len(before) - 1, typed)
        return Completion(start, found, rooms=command in _ANY_ROOM and len(before) == 1)

    def _command(self, mark: str, typed: str) -> Completion:
        word = typed[1:].lower()
        found = tuple(mark + one for one in command_words(mark) if one.startswith(word))
        command = command_called(found[0][1:]) if len(found) == 1 else None
        bare = command is not None and not command.argument
        return Completion(0, found, "" if bare else " ")

    def _argument(self, command: Command, number: int, typed: str) -> tuple[str, ...]:
        """What can be this argument, from 0, of a command."""
        kinds = command.argument.split()
        kind = kinds[min(number, len(kinds) - 1)].strip("[]") if kinds else ""
        if kind != "TEXT" and number >= len(kinds):
            return ()
        if kind.islower():
            return tuple(one for one in kind.split("/") if one.startswith(typed.lower()))
        words = tuple(one for one in CHOSEN.get(command, ()) if one.startswith(typed.lower()))
        if number == 0 and words and typed:
            return words
        if kind == "COMMAND":
            begin = typed.lstrip("$/").lower()
            return tuple(one for one in command_words("$") if one.startswith(begin))
        known: list[str] = []
        if kind == "ROOM" or command is Command.TO:
            known += self._words.rooms
        if kind == "NAME" or (kind == "TEXT" and typed):
            known += self._words.people
        found = self._named(typed, known)
        if command is Command.TRUST and SERVER.startswith(typed.lower()):
            found = (*found, SERVER)
        return found

    def _named(self, typed: str, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these names that begin so, in whatever case, as they are shown."""
        begin = typed.removeprefix("#").removeprefix('"').casefold()
        found = {shown_name(one) for one in names if one.casefold().startswith(begin)}
        return tuple(sorted(found, key=str.casefold))
