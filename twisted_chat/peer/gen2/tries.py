"""What is on its way to the addresses of a server: links, or questions in generation 1.

They are tried one after the other, without waiting for each (RFC 8305, 5).
"""

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.attempts import Attempts
from twisted_chat.peer.gen2.server_key import ServerKey
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import ListRooms

FIRST_CONTACT = 10.0
"""Seconds for a link to the server to come up."""
DIALS = 2
"""Times that no link comes up to a server that says `hi`, before the person is asked
what to do. Where three of ten datagrams are lost, both fail one time in thirty."""
PROBE, PROBES = 0.4, 3
"""Seconds that a server has to answer in generation 1, and how often it is asked."""


class Tries:
    """One kind of try at a time, at one address after the other. `wake` is when the next is due.

    `impostor` is where another key was found than is expected, and which.
    """

    def __init__(self, server: Whereabouts, key: ServerKey, effects: Effects) -> None:
        self._server = server
        self._key = key
        self._effects = effects
        self._left = Attempts()
        self._dials: dict[Address, str] = {}
        """With what the fingerprint there has to begin with."""
        self.impostor: tuple[Address, str] | None = None

    @property
    def wake(self) -> float:
        return self._left.wake

    def begin(self, now: float) -> None:
        """Try at all of its addresses. What was on its way before is not awaited any more."""
        self.stop()
        self.impostor = None
        self._left.begin(self._server.addresses, now)

    def stop(self) -> None:
        """Try nothing more, and await nothing."""
        self._left.stop()
        self._dials = {}

    def dial(self, now: float) -> bool:
        """Dial where it is time to. False where what is known of a key cannot be looked up."""
        while (address := self._left.next(now)) is not None:
            expected = self._key.expected(address)
            if expected is None:
                return False
            self._dials[address] = expected
            # Those who have another key hear no byte of us: see docs/security.md.
            self._effects.dial(address, expected, watch=True)
        return True

    def ask(self, now: float) -> None:
        """Ask in generation 1 where it is time to."""
        while (address := self._left.next(now)) is not None:
            self._effects.send(ListRooms(), address)

    def dials(self, address: Address, fingerprint: str) -> bool:
        """Whether this is a dial that is under way."""
        return self._dials.get(address) == fingerprint

    def failed(self, address: Address, found: str, now: float) -> None:
        """No link came of a dial; `found` is the key that was there, if there was one."""
        expected = self._dials.pop(address)
        if found and not (expected and found.startswith(expected)):
            self.impostor = address, found
        self._left.hurry(now)

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to be tried."""
        return self._left.wake == NEVER

    @property
    def in_vain(self) -> bool:
        """Whether nothing is left, nor on its way."""
        return self.exhausted and not self._dials
