"""Whether what answers at the server's address may be taken for the server.

A key is remembered under what the person typed and under the address that this
led to, and a key that contradicts either of them is refused.
"""

from twisted_chat.addresses import Address
from twisted_chat.errors import ChatError
from twisted_chat.events import Event
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import keys
from twisted_chat.peer.events.event import at
from twisted_chat.peer.events.server import NoEncryptedLink, NoServer
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.whereabouts import Whereabouts


class ServerKey:
    """The key that the server has to have: the `pinned` one (what is pinned may
    be the beginning of a fingerprint), or else the one that is remembered."""

    def __init__(self, server: Whereabouts, trust: Trust, effects: Effects, pinned: str) -> None:
        self._server = server
        self._trust = trust
        self._effects = effects
        self._pinned = pinned
        self._refused: tuple[str, Address] | None = None
        self._told = ""
        self._unencrypted = False
        """Whether the person was asked to go on without encryption."""
        self.has_one = False
        """Whether the server has said what only one of generation 2 says."""

    # --- Before a link

    def expected(self, address: Address) -> str | None:
        """What the fingerprint at an address has to begin with: empty for any. None
        where it cannot be looked up, and nothing may be tried; the person is told."""
        try:
            return next(iter(self._known(address)), "")
        except ChatError as problem:
            self._tell_once(str(problem), _not_looked_up(problem))
            return None

    def _known(self, address: Address) -> list[str]:
        """The fingerprints to be expected at an address. Raises ChatError."""
        if self._pinned:
            return [self._pinned]
        places = dict.fromkeys((self._server.place, address))
        return [known for place in places if (known := self._trust.server(place))]

    # --- Whose key is there

    def accepts(self, address: Address, found: str) -> bool:
        """Judge the key at the other end of a link. If it is refused, the person is told."""
        if self.refuses(address, found):
            return False
        if self.expected(address) == "":
            self._effects.tell(keys.ServerKeySeen(found))
        keep = self._trust.accept_server if self._pinned else self._trust.remember_server
        for place in dict.fromkeys((self._server.place, address)):
            keep(place, found)
        self._told, self._unencrypted, self.has_one = "", False, True
        return True

    def refuses(self, address: Address, found: str) -> bool:
        """Whether a key that was found there contradicts what is known; the person is told."""
        if found == self._trust.own:
            self._tell_once(found, keys.OwnKeyAnswers(str(self._server)))
            return True
        try:
            known = self._known(address)
        except ChatError as problem:
            self._tell_once(str(problem), _not_looked_up(problem))
            return True
        wrong = next((one for one in known if not found.startswith(one)), None)
        if wrong is None:
            return False
        self._refuse(address, wrong, found)
        return True

    def _refuse(self, address: Address, known: str, found: str) -> None:
        pinned = bool(self._pinned)
        if not pinned:
            self._refused = found, address
        elsewhere = at(address) if address != self._server.place else ""
        self._tell_once(
            found, keys.ServerKeyChanged(str(self._server), elsewhere, known, found, pinned)
        )

    def _tell_once(self, what: str, event: Event) -> None:
        """Tell the person of a key or of a problem, once."""
        if what != self._told:
            self._told = what
            self._effects.tell(event)

    @property
    def final(self) -> bool:
        """Whether a refusal leaves the person nothing to decide."""
        return bool(self._pinned)

    @property
    def refused(self) -> bool:
        """Whether a key was refused that the person may still accept."""
        return self._refused is not None

    @property
    def in_question(self) -> bool:
        """Whether there is something for the person to decide."""
        return self.refused or (self._unencrypted and not self._pinned)

    def accept(self) -> None:
        """The person takes the new key, or that there is none this time."""
        if self._refused is not None:
            found, address = self._refused
            for place in dict.fromkeys((self._server.place, address)):
                self._trust.accept_server(place, found)
            self._effects.tell(keys.ServerKeyAccepted())
        self._refused, self._told = None, ""
        self._unencrypted = False

    @property
    def known(self) -> bool:
        """Whether there is a key that the server should have."""
        try:
            return any(self._known(address) for address in self._server.addresses)
        except ChatError:
            return True

    # --- No key

    def may_lack_key(self) -> bool:
        """Whether we may go on without encryption, as the server answers nothing else. It
        may not where it has, or had, a key; the person is told once, and decides."""
        try:
            known = self._known(self._server.current)
        except ChatError:
            return False
        if not known and not self.has_one:
            return True
        if not self._unencrypted:
            self._unencrypted = True
            was = known[0] if known else ""
            self._effects.tell(
                keys.ServerUnencrypted(str(self._server), was, decides=not self._pinned)
            )
        return False

    def was_never_shown(self) -> None:
        """No link has come up in time: tell the log of a script why, as far as it shows."""
        if self.has_one:
            self.cannot_be_linked_to(decides=False)
        else:
            self._effects.tell(NoServer(str(self._server)))

    def cannot_be_linked_to(self, *, decides: bool) -> None:
        """It knows generation 2, and no link to it comes up: tell the person, who may
        decide what to do, or the log of a script, once."""
        if not self._unencrypted:
            self._unencrypted = True
            decides = decides and not self._pinned
            self._effects.tell(NoEncryptedLink(str(self._server), decides))


def _not_looked_up(problem: ChatError) -> keys.MemoryFailed:
    return keys.MemoryFailed(keys.Remembering.SERVER, "", str(problem))
