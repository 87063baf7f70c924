"""A UDP chat: a room server with everybody around it, and what they say to each other.

Nothing in a datagram says which side is the server. It is who listens on the
chat's port; on any other port, who is asked, or tells where somebody is.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from twisted_chat import names
from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.trace import quic
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.links import Links
from twisted_chat.trace.opening import Opening
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.questions import Emit, OpenRequests, Question
from twisted_chat.trace.report import (
    Dissection,
    Finding,
    Layer,
    Purpose,
    called,
    count,
    duration,
    quoted,
)
from twisted_chat.trace.speech import answer_in_words, request_in_words
from twisted_chat.trace.speech2 import Message
from twisted_chat.wire.common import (
    VERBS,
    Bare,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    Register,
    Request,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import (
    Answer,
    Located,
    NamedText,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
    parse_answer,
    parse_request,
)
from twisted_chat.wire.gen2.datagrams import PROBE_BYTES, RELAY, ProbeKind, carried
from twisted_chat.wire.gen2.requests import QuitRoom

MAX_PAIRS = 10_000
"""Pairs who talk directly that are told one by one."""
MAX_STRANGE = 1_000
"""Addresses whose datagrams that do not speak the language are told one by one."""
LONGEST_NAME = 64
"""Characters of a user's name that are kept."""


def speaks(datagram: bytes) -> bool:
    """Whether a datagram is a message of generation 1, in one direction or the
    other, and names only what may be a name."""
    request, answer = _read(datagram)
    message = answer or request
    if message is None or isinstance(message, NamedText):
        return message is not None
    name = getattr(message, "name", getattr(message, "room", None))
    try:
        return name is None or bool(names.casefold(name))
    except NameRefused:
        return False


class ChatDissector:
    """Says of each datagram what it is, and at the end who asked and told what."""

    def __init__(self, port: int, emit: Emit, opening: Opening | None = None) -> None:
        self._port = port
        self.servers: dict[Address, None] = {}
        self.names: dict[Address, str] = {}
        """What each called itself last."""
        self._registered: dict[Address, str] = {}
        self._rooms: dict[Address, str] = {}  # That each user has asked to be taken into.
        self._left: dict[Address, None] = {}
        self._questions = OpenRequests(emit, self._who)
        self._links = Links(_is_message, self._who, opening, self._heard)
        self._direct: dict[tuple[Address, Address], list[int]] = {}
        self._untold = 0
        self._strange: Counter[Address] = Counter()

    def absorb(self, other: "ChatDissector") -> None:
        """Take over all of another, which has turned out to be the same chat."""
        self.servers.update(other.servers)
        self.names.update(other.names)
        self._registered.update(other._registered)
        self._rooms.update(other._rooms)
        self._left.update(other._left)
        self._questions.absorb(other._questions)
        self._links.absorb(other._links)
        self._direct.update(other._direct)
        self._untold += other._untold
        self._strange.update(other._strange)

    def observe(self, packet: Packet, moment: Moment) -> Dissection:
        """What this datagram is."""
        source, destination, datagram = packet.source, packet.destination, packet.payload
        if packet.missing:
            return self._cut(packet)
        link = self._links.observe(source, destination, datagram, moment)
        if link is not None:
            return link
        if datagram[:1] in _WAYS and (way := self._way(source, destination, datagram, moment)):
            return way
        request, answer = _read(datagram)
        server = self._server(source, destination, request, answer)
        if request is not None and server == destination:
            return self._asks(source, destination, request, datagram, moment)
        if isinstance(answer, NamedText):
            return self._says(source, destination, answer, len(datagram))
        if server == source and answer is not None:
            return self._tells(destination, source, answer, moment)
        what = f"does not speak the language, {count(len(datagram), 'byte')}"
        return self._stranger(source, f"{what}: {quoted(datagram)}" if datagram else what)

    def conclude(self) -> Iterator[Finding]:
        """Who talked to whom, and what was not understood."""
        self._questions.conclude()
        yield from self._links.conclude()
        for (one, other), (there, size, back, size_back) in self._direct.items():
            text = f"{self._who(one)} → {self._who(other)}: {count(there, 'message')}"
            text += f", {count(size, 'byte')}"
            if back:
                text += f"; ← {count(back, 'message')}, {count(size_back, 'byte')}"
            yield Finding("direct", text)
        if self._untold:
            yield Finding("direct", f"{count(self._untold, 'message')} between more pairs")
        for source, number in self._strange.items():
            text = f"{count(number, 'datagram')} of {self._who(source)}"
            yield Finding("not the language", text)

    def title(self, address: Address) -> str:
        """What a participant is called."""
        name = self.names.get(address, "")
        return "room server" if address in self.servers else name

    def _heard(
        self, source: Address, destination: Address, message: Message, dialled: bool
    ) -> None:
        """Learn from what was said over a link that was opened."""
        if not dialled:
            return
        if isinstance(message, Register):
            self.servers[destination] = None
            self.names[source] = safe(message.name[:LONGEST_NAME])
        elif isinstance(message, JoinRoom):
            self._rooms[source] = safe(message.room[:LONGEST_NAME])
        elif isinstance(message, LeaveRoom | QuitRoom | Leave):
            self._rooms.pop(source, None)

    def concerned(self, packet: Packet) -> tuple[set[str], set[str]]:
        """The names and the rooms that a datagram has to do with, as far as is known now: of
        those between whom it goes, and those that it names."""
        ends = packet.source, packet.destination
        names = {self.names[end] for end in ends if end in self.names}
        rooms = {self._rooms[end] for end in ends if end in self._rooms}
        for message in _read(packet.payload):
            if name := getattr(message, "name", ""):
                (rooms if isinstance(message, RoomListed) else names).add(name)
            if room := getattr(message, "room", ""):
                rooms.add(room)
        return names, rooms

    def _who(self, address: Address) -> str:
        return called(address, self.title(address))

    # --- One datagram

    def _server(
        self,
        source: Address,
        destination: Address,
        request: Request | None,
        answer: Answer | None,
    ) -> Address | None:
        if destination in self.servers:
            return destination
        if source in self.servers:
            return source
        ports = source[1] == self._port, destination[1] == self._port
        if isinstance(answer, NamedText):
            return None
        if ports[0] != ports[1]:
            server = source if ports[0] else destination
        elif isinstance(answer, RosterCleared | RosterEntry | Located):
            server = source
        elif request is not None:
            server = destination
        else:
            return None
        self.servers[server] = None
        return server

    def _asks(
        self, user: Address, server: Address, request: Request, datagram: bytes, moment: Moment
    ) -> Dissection:
        verb = VERBS[type(request)]
        if isinstance(request, JoinRoom):
            self._rooms[user] = safe(request.room[:LONGEST_NAME])
        elif verb in (Verb.RK, Verb.BY):
            self._rooms.pop(user, None)
        text = request_in_words(request)
        purpose = Purpose.SET_UP
        if verb in (Verb.BY, Verb.RK):
            purpose = Purpose.CLOSE
        elif self._registered.get(user) == getattr(request, "name", ""):
            purpose = Purpose.KEEPALIVE
            text += ", its own name: a sign of life"
        if self._questions.ask(server, verb, Question(user, datagram, text, purpose, moment)):
            return _say(text, purpose)
        return _say(f"{text}, again", Purpose.RECOVERY)

    def _tells(self, user: Address, server: Address, answer: Answer, moment: Moment) -> Dissection:
        text = answer_in_words(answer)
        verbs = _ANSWERED[type(answer)]
        if isinstance(answer, Bare):
            verbs = (answer.verb,)
            if answer.verb is Verb.HI:
                # To anything else it says that the user is not registered.
                verbs = self._questions.waiting(user, server) or verbs
                text = "refused: the name is taken, or none" if Verb.HI in verbs else text
        elif isinstance(answer, Welcome):
            self._left.pop(user, None)
            self._registered[user] = answer.name[:LONGEST_NAME]
            self.names[user] = safe(self._registered[user])
        elif isinstance(answer, Goodbye):
            self._registered.pop(user, None)
            self._left[user] = None
        note = ""
        question = self._questions.answer(user, server, verbs, moment)
        purpose = Purpose.SET_UP
        if isinstance(answer, RosterCleared) and self._leaving(user, server):
            purpose = Purpose.CLOSE
        elif question is not None:
            purpose = question.purpose
            question.refused |= isinstance(answer, Bare) and answer.verb in _REFUSES
            if question.answered is moment:
                took = duration(moment.at - question.asked.at)
                note = f"answers #{question.asked.number} after {took}"
            elif type(answer) in _SINGLE:
                return _say(f"{text}, again", Purpose.RECOVERY)
        return _say(text, purpose, note)

    def _way(
        self, source: Address, destination: Address, datagram: bytes, moment: Moment
    ) -> Dissection | None:
        """What a datagram is by which two users find a way to each other, or that a server
        carries between them; these begin with a byte with which no text does."""
        if datagram[0] != RELAY:
            if len(datagram) != PROBE_BYTES:
                return None
            probe = datagram[0] == ProbeKind.PROBE.value
            what = "probes whether there is somebody" if probe else "answers a probe"
            return _say(what, Purpose.SET_UP)
        inner = carried(datagram)
        link = self._links.observe(source, destination, inner, moment)
        return None if link is None else link._replace(what=f"over a server, {link.what}")

    def _leaving(self, user: Address, server: Address) -> bool:
        return user in self._left or Verb.BY in self._questions.waiting(user, server)

    def _says(
        self, source: Address, destination: Address, said: NamedText, size: int
    ) -> Dissection:
        self.names.setdefault(source, safe(said.name[:LONGEST_NAME]))
        back = (destination, source) in self._direct
        pair = (destination, source) if back else (source, destination)
        if pair not in self._direct and len(self._direct) >= MAX_PAIRS:
            self._untold += 1
        else:
            told = self._direct.setdefault(pair, [0, 0, 0, 0])
            told[2 * back] += 1
            told[2 * back + 1] += size
        return _say(answer_in_words(said), Purpose.DATA)

    def _cut(self, packet: Packet) -> Dissection:
        """What a datagram is of which only the beginning was captured. Nothing is learned
        from it: a name in it may have gone on."""
        missing = f"{count(packet.missing, 'byte')} of it not captured"
        if quic.begins_long(packet.payload):
            return Dissection(missing, Purpose.UNKNOWN, Layer.TRANSPORT, "QUIC")
        request, answer = _read(packet.payload)
        told = packet.source[1] == self._port or packet.source in self.servers
        if request is not None and not (told and answer is not None):
            return _say(f"{request_in_words(request)}…", Purpose.SET_UP, missing)
        if answer is not None:
            purpose = Purpose.DATA if isinstance(answer, NamedText) else Purpose.SET_UP
            return _say(f"{answer_in_words(answer)}…", purpose, missing)
        return self._stranger(packet.source, missing)

    def _stranger(self, source: Address, what: str) -> Dissection:
        if source in self._strange or len(self._strange) < MAX_STRANGE:
            self._strange[source] += 1
        return Dissection(what, Purpose.UNKNOWN, Layer.APPLICATION, "UDP")


_ANSWERED: dict[type[Answer], tuple[Verb, ...]] = {
    Bare: (),
    Welcome: (Verb.HI,),
    Goodbye: (Verb.BY,),
    Located: (Verb.AR,),
    UserListed: (Verb.UL,),
    RoomListed: (Verb.RL,),
    RoomReady: (Verb.RC,),
    RosterCleared: (Verb.RK, Verb.RJ),
    RosterEntry: (Verb.RJ,),
    NamedText: (),
}
_WAYS = (b"\1", b"\2", b"\3")
_SINGLE = frozenset({Welcome, Goodbye, Located, RoomReady, Bare})
"""Answers of one datagram: a second one is a repetition."""
_REFUSES = frozenset({Verb.HI, Verb.AR, Verb.RC, Verb.RJ})


def _say(what: str, purpose: Purpose, note: str = "") -> Dissection:
    return Dissection(what, purpose, Layer.APPLICATION, "udpchat", note)


def _is_message(datagram: bytes) -> bool:
    return _read(datagram) != (None, None)


@lru_cache(maxsize=4096)
def _read(datagram: bytes) -> tuple[Request | None, Answer | None]:
    """What it means as a request, and as an answer."""
    request: Request | None = None
    answer: Answer | None = None
    with suppress(WireError):
        answer = parse_answer(datagram)
    if not isinstance(answer, NamedText):
        with suppress(WireError):
            request = parse_request(datagram)
    return request, answer
