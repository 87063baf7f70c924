"""Events as the lines of a terminal."""

from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.peer.events.said import Said
from twisted_chat.terminal.wording import keys, paths, rooms, said, server, talk

WORDS = server.WORDS | rooms.WORDS | said.WORDS | talk.WORDS | paths.WORDS
"""How an event is told: in one line, or in several."""


class LineWording:
    """Turns events into lines. `read_aloud` gives a fingerprint the form in which people
    read it to each other."""

    def __init__(self, read_aloud: Callable[[str], str] = spoken) -> None:
        self._read_aloud = read_aloud

    def lines(self, event: Event) -> list[str]:
        """What is shown of an event; a notice begins with `>`, what is said with `<`."""
        if type(event) is Said:
            return [said.spoken(event)]
        if (words := WORDS.get(type(event))) is not None:
            told = words(event)
        else:
            told = keys.WORDS[type(event)](event, self._spoken)
        return [f"> {told}"] if isinstance(told, str) else [f"> {line}" for line in told]

    def _spoken(self, fingerprint: str) -> str:
        return self._read_aloud(fingerprint) if fingerprint else "no key at all (unencrypted)"
