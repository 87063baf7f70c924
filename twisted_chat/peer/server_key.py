"""Whether what answers at the server's address may be taken for the server."""

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.errors import ChatError
from twisted_chat.links import Link
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.trust import Trust


class ServerKey:
    """The key that the server has to have: the `pinned` one (what is pinned may
    be the beginning of a fingerprint), or else the one that is remembered."""

    def __init__(self, server: Address, trust: Trust, effects: Effects, pinned: str) -> None:
        self._server = server
        self._where = host_and_port(*server)
        self._trust = trust
        self._effects = effects
        self._pinned = pinned
        self._refused = self._told = ""
        self._downgraded = False

    def accepts(self, link: Link, now: float) -> bool:
        """Judge the key at the other end. If it is refused, the person is told."""
        if link.fingerprint == self._trust.own:
            self._tell(link.fingerprint, f"at {self._where} our own key answers; trying on")
            return False
        try:
            known = self._trust.server(self._server)
        except ChatError as problem:
            self._effects.notice(f"it cannot be looked up which key the server has: {problem}")
            return False
        if self._pinned:
            if link.fingerprint.startswith(self._pinned):
                self._trust.accept_server(self._server, link.fingerprint)
                return True
        elif not known or known == link.fingerprint:
            if not known:
                shown = self._trust.spoken(link.fingerprint)
                self._effects.notice(f"the server's key, seen for the first time: {shown}")
            self._trust.remember_server(self._server, link.fingerprint)
            return True
        self._refuse(self._pinned or known, link.fingerprint)
        return False

    def _refuse(self, known: str, found: str) -> None:
        if self._pinned:
            way = "the first is what --server-key says; start with the other one to accept it"
        else:
            self._refused = found
            way = "ask whoever runs it; $trust server, or --server-key, accepts the new key"
        self._tell(
            found,
            f"THE KEY OF THE SERVER AT {self._where} IS NOT THE ONE YOU KNOW",
            f"  it was {self._trust.spoken(known)}",
            f"  it is  {self._trust.spoken(found)}",
            f"  nothing has been sent to it: {way}",
        )

    def _tell(self, found: str, *lines: str) -> None:
        """Tell the person of a key, once."""
        if found != self._told:
            self._told = found
            for line in lines:
                self._effects.notice(line)

    @property
    def final(self) -> bool:
        """Whether a refusal leaves the person nothing to decide."""
        return bool(self._pinned)

    @property
    def refused(self) -> bool:
        """Whether a key was refused that the person may still accept."""
        return bool(self._refused)

    @property
    def in_question(self) -> bool:
        """Whether there is something for the person to decide."""
        return self.refused or (self._downgraded and not self._pinned)

    def accept(self, now: float) -> None:
        """The person takes the new key, or that there is none this time."""
        if self._refused:
            self._trust.accept_server(self._server, self._refused)
            self._effects.notice("the server's new key is accepted and remembered")
        self._refused = self._told = ""
        self._downgraded = False

    @property
    def known(self) -> bool:
        """Whether there is a key that the server should have."""
        try:
            return bool(self._pinned or self._trust.server(self._server))
        except ChatError:
            return True

    def may_lack_key(self) -> bool:
        """Whether we may go on without encryption, as the server answers nothing
        else. It may not where there was a key before; the person is told once."""
        try:
            known = self._pinned or self._trust.server(self._server)
        except ChatError:
            return False
        if not known:
            return True
        if not self._downgraded:
            self._downgraded = True
            self._effects.notice(f"THE SERVER AT {self._where} ANSWERS ONLY WITHOUT ENCRYPTION")
            self._effects.notice(f"  it has to have the key {self._trust.spoken(known)}")
            way = "" if self._pinned else "; $trust server goes on unencrypted, this once"
            self._effects.notice(
                "  somebody may be in between: it is told nothing, and tried on" + way
            )
        return False
