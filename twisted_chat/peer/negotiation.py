"""Which generation of the protocol a session speaks: generation 2 where there is a key, and
generation 1 where there is none, or the server knows nothing else. That this is so
`gen2/server_link.py` finds out."""

from collections.abc import Callable

from twisted_chat.peer.gen1.conversation import Datagrams
from twisted_chat.peer.gen1.generation import Gen1
from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.gen2.generation import Gen2
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.whereabouts import Whereabouts


class Negotiation:
    """Picks the generation. `port` is our own UDP port; `patient` is false for a script."""

    def __init__(
        self,
        whereabouts: Whereabouts,
        port: int,
        credentials: Credentials | None,
        *,
        patient: bool,
    ) -> None:
        self.whereabouts = whereabouts
        self._port = port
        self._credentials = credentials
        self._patient = patient

    def first(self, shared: Shared, only_gen1: Callable[[bool, float], None]) -> Generation:
        """What is tried first. `only_gen1` is called where the server knows nothing else, or,
        with True, where the person has decided so."""
        if self._credentials is None:
            return self.gen1(shared)
        return Gen2(
            shared,
            self.whereabouts,
            self._credentials,
            Datagrams(shared.contacts, shared.effects, shared.archive),
            only_gen1,
            patient=self._patient,
        )

    def gen1(self, shared: Shared) -> Generation:
        """Generation 1."""
        datagrams = Datagrams(shared.contacts, shared.effects, shared.archive)
        return Gen1(shared, self.whereabouts, self._port, datagrams, patient=self._patient)
