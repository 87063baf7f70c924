"""Sessions of a peer, put together as PeerService does."""

from typing import Any

from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.gen2.known_keys import Memory
from twisted_chat.peer.negotiation import Negotiation
from twisted_chat.peer.saying import SPEAK_RATE
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.store.archive import Archive

PORT = 5000


def plain_session(
    server: Whereabouts, port: int, name: str | None, *, patient: bool = True
) -> Session:
    """One without a key."""
    return Session(Negotiation(server, port, None, patient=patient), name, patient=patient)


def keyed_session(
    server: Whereabouts,
    fingerprint: str,
    name: str | None,
    memory: Memory,
    *,
    patient: bool = True,
    port: int = PORT,
    epoch: int = 1,
    speak_rate: float = SPEAK_RATE,
    archive: Archive | None = None,
    **more: Any,
) -> Session:
    """One with a key. `more` is for its Credentials."""
    credentials = Credentials(fingerprint, memory, epoch, **more)
    negotiation = Negotiation(server, port, credentials, patient=patient)
    return Session(negotiation, name, patient=patient, speak_rate=speak_rate, archive=archive)
