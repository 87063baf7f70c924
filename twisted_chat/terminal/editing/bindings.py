"""Which key does what to the text: the bindings of GNU readline (emacs)."""

from collections.abc import Callable

from twisted_chat.terminal.editing.buffer import Buffer

Command = Callable[[Buffer], bool]
"""Does something to a text. False where it cannot be done."""


def _moves(to: Callable[[Buffer], int]) -> Command:
    def move(buffer: Buffer) -> bool:
        buffer.move(to(buffer))
        return True

    return move


def _kills(to: Callable[[Buffer], int]) -> Command:
    def kill(buffer: Buffer) -> bool:
        one, other = sorted((buffer.cursor, to(buffer)))
        return buffer.kill(one, other)

    return kill


def _erases(to: Callable[[Buffer], int]) -> Command:
    def erase(buffer: Buffer) -> bool:
        one, other = sorted((buffer.cursor, to(buffer)))
        return buffer.erase(one, other)

    return erase


def _recases(change: Callable[[str], str]) -> Command:
    return lambda buffer: buffer.recase(change)


def _end(buffer: Buffer) -> int:
    """Where the line ends; at its end, that of the next."""
    end = buffer.line_end()
    return min(end + 1, len(buffer.text)) if end == buffer.cursor else end


def _start(buffer: Buffer) -> int:
    """Where the line begins; at its beginning, that of the line feed before it."""
    start = buffer.line_start()
    return max(0, start - 1) if start == buffer.cursor else start


BINDINGS: dict[str, Command] = {
    "left": _moves(Buffer.left),
    "ctrl b": _moves(Buffer.left),
    "right": _moves(Buffer.right),
    "ctrl f": _moves(Buffer.right),
    "home": _moves(Buffer.line_start),
    "ctrl a": _moves(Buffer.line_start),
    "end": _moves(Buffer.line_end),
    "ctrl e": _moves(Buffer.line_end),
    "meta b": _moves(Buffer.word_left),
    "ctrl left": _moves(Buffer.word_left),
    "meta left": _moves(Buffer.word_left),
    "meta f": _moves(Buffer.word_right),
    "ctrl right": _moves(Buffer.word_right),
    "meta right": _moves(Buffer.word_right),
    "backspace": _erases(Buffer.left),
    "ctrl h": _erases(Buffer.left),
    "delete": _erases(Buffer.right),
    "ctrl k": _kills(_end),
    "ctrl u": _kills(_start),
    "ctrl w": _kills(Buffer.blank_left),
    "meta backspace": _kills(Buffer.word_left),
    "ctrl backspace": _kills(Buffer.word_left),
    "meta d": _kills(Buffer.word_right),
    "ctrl delete": _kills(Buffer.word_right),
    "ctrl y": Buffer.yank,
    "meta y": Buffer.yank_earlier,
    "ctrl t": Buffer.transpose,
    "meta u": _recases(str.upper),
    "meta l": _recases(str.lower),
    "meta c": _recases(str.capitalize),
    "ctrl _": Buffer.undo,
    "meta enter": lambda buffer: buffer.insert("\n"),
}
