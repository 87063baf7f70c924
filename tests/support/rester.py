"""Somebody whose link to a server rests, with no decisions of its own."""

from tests.support.mixed_server import PLACES, MixedServer
from twisted_chat.addresses import Address, is_six
from twisted_chat.links import Link
from twisted_chat.wire.gen2.growth import HISTORY, PATHS, REST, SERVERS, Can
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.rest import AskRest, AtRest
from twisted_chat.wire.gen2.signs import (
    NO_ECHO,
    SIGN,
    SIGN_CALL,
    RestKeys,
    Sign,
    SignAnswer,
    read_call,
    read_sign_answer,
    seal,
)

CAN = Can((PATHS, SERVERS, HISTORY, REST))


class Rester:
    """One who is registered over a link, and lets it rest. `link` is the one that rested."""

    def __init__(
        self, server: MixedServer, number: int, name: str, address: Address | None = None
    ) -> None:
        self.server = server
        self.address = address or PLACES[number]
        self.link = server.link(number, self.address)
        server.ask(self.link, CAN)
        server.ask(self.link, RegisterKey(name, "0" * 19 + str(number)))
        self.counter = self.heard = self.said = 0
        self.keys = RestKeys(b"", b"", b"")

    def rest(self) -> AtRest | None:
        """Ask for it, and end the link if it is granted."""
        self.counter = self.heard = self.said = 0
        for answer in self.server.ask(self.link, AskRest()):
            if isinstance(answer, AtRest):
                self.keys = answer.keys
                self.server.lose(self.link)
                return answer
        return None

    def sign(self, *messages: bytes, echo: bytes = NO_ECHO, heard: int | None = None) -> bytes:
        """The next sign of life, in which this is said."""
        self.counter += 1
        box = b""
        if messages:
            self.said += 1
            box = seal(self.keys, SIGN, self.said, messages)
        known = self.heard if heard is None else heard
        sign = Sign(self.keys.id, self.counter, echo, known, self.said, box)
        return sign.encode(self.keys.proves, six=is_six(self.address))

    def send(self, datagram: bytes, source: Address | None = None) -> bytes | None:
        """Send this to the server. Returns what comes back at once."""
        server = self.server
        back = server.core.resting.heard(datagram, source or self.address, server.now)
        server.note(server.core.gen2.effects(server.now))
        return back

    def lives(self, *messages: bytes) -> SignAnswer:
        """Show that it is there, from where it is, whatever the server asks for."""
        answer = self.answer(self.send(self.sign(*messages)))
        assert answer is not None
        if answer.value != NO_ECHO:
            answer = self.answer(self.send(self.sign(echo=answer.value)))
            assert answer is not None
        return answer

    def answer(self, datagram: bytes | None) -> SignAnswer | None:
        """What this says, if it is something."""
        if datagram is None:
            return None
        return read_sign_answer(datagram, self.keys.proves, six=is_six(self.address))

    def calls(self, source: Address | None = None) -> list[tuple[int, list[bytes]]]:
        """What was sent to it since this was last asked; it does not say that it has heard."""
        sent = self.server.told(source or self.address)
        return [read_call(one, self.keys) for one in sent if one[0] == SIGN_CALL]

    def hear(self) -> list[bytes]:
        """What was said to it since this was last asked, of which it says that it has heard."""
        told: list[bytes] = []
        while calls := self.calls():
            for number, messages in calls:
                told += messages if number > self.heard else []
                self.heard = max(number, self.heard)
            self.lives()
        return told

    def again(self, address: Address | None = None) -> Link:
        """Another link, which has only said what it can."""
        self.address = address or self.address
        link = self.server.link(_number(self.link), self.address)
        self.server.ask(link, CAN)
        return link


def _number(link: Link) -> int:
    return "abcdef".index(link.fingerprint[0])
