"""Those who link to us without being in the room or introduced.

One of them may only have been faster than the server's word. So its link is kept for a moment,
unheard, and is then closed if the word has not come.
"""

from dataclasses import dataclass, field

from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import size_of
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.outbox import WINDOW, WINDOW_BYTES
from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.history import HistorySpeech
from twisted_chat.wire.gen2.pairing import OwnAddresses
from twisted_chat.wire.gen2.speech import Acknowledgement, NoText, NumberedText

STRANGER_PATIENCE, MAX_STRANGERS = 5.0, 64
"""Seconds for which a link waits for the server's word about its other end, and how many may."""


@dataclass(eq=False, slots=True)
class Stranger:
    """One of them, and what it has said meanwhile."""

    link: Link
    until: float
    said: list[NumberedText] = field(default_factory=list)
    size: int = 0
    """Bytes of that."""


class WaitingStrangers:
    """All of them, by fingerprint. `wake` is when `tick` is due."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._waiting: dict[str, Stranger] = {}

    def take(self, link: Link, now: float) -> None:
        """A link of somebody unknown is there. It takes the place of another of theirs."""
        if former := self._waiting.pop(link.fingerprint, None):
            self._effects.close(former.link, "there is another link now")
        if len(self._waiting) >= MAX_STRANGERS:
            self._effects.close(link, "too many whom I do not know")
        else:
            self._waiting[link.fingerprint] = Stranger(link, now + STRANGER_PATIENCE)

    def met(self, fingerprint: str) -> Stranger | None:
        """The server has told us who this is: it is a stranger no longer, if it was one."""
        return self._waiting.pop(fingerprint, None)

    def lost(self, link: Link) -> None:
        """A link is no more, whoever's it was."""
        if link in self:
            del self._waiting[link.fingerprint]

    def __contains__(self, link: Link) -> bool:
        stranger = self._waiting.get(link.fingerprint)
        return stranger is not None and stranger.link is link

    def hold(self, link: Link, speech: list[NumberedText] | NoText) -> None:
        """Keep what one of them says, which may turn out to be worth hearing: texts in a row, or
        something else. Raises WireError."""
        if isinstance(speech, Leave | OwnAddresses | HistorySpeech):
            return
        if isinstance(speech, Acknowledgement):
            raise WireError("acknowledged what was not said")
        stranger = self._waiting[link.fingerprint]
        stranger.said += speech
        stranger.size += sum(size_of(text.text) for text in speech)
        many = len(stranger.said)
        if many > WINDOW or (many > 1 and stranger.size > WINDOW_BYTES):
            raise WireError("more at once than may be on the way")

    @property
    def wake(self) -> float:
        first = next(iter(self._waiting.values()), None)
        return NEVER if first is None else first.until

    def tick(self, now: float) -> None:
        """Put off those of whom nothing was said in time."""
        for stranger in [one for one in self._waiting.values() if one.until <= now]:
            del self._waiting[stranger.link.fingerprint]
            self._effects.close(stranger.link, "you are neither in my room nor were we introduced")
