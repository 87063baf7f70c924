"""A UDP chat: a room server with everybody around it, and what they say to each other.

Nothing in a datagram says which side is the server. It is who listens on a
port of chats; on any other port, who is asked, or tells where somebody is.
"""

from collections import Counter
from collections.abc import Iterator, Set

from twisted_chat.addresses import Address
from twisted_chat.trace import quic
from twisted_chat.trace.beside import BESIDE, beside_links
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.language import is_message, read_datagram
from twisted_chat.trace.links import Links
from twisted_chat.trace.opening import Opening
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.people import People
from twisted_chat.trace.questions import Emit, OpenRequests, Question
from twisted_chat.trace.report import (
    Dissection,
    Finding,
    Layer,
    Purpose,
    count,
    duration,
    new_dissection,
    quoted,
)
from twisted_chat.trace.speech import answer_in_words, request_in_words
from twisted_chat.wire.common import (
    VERBS,
    Bare,
    Goodbye,
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
)
from twisted_chat.wire.gen2.datagrams import PROBE_BYTES, RELAY, ProbeKind, carried

MAX_PAIRS = 10_000
"""Pairs who talk directly that are told one by one."""
MAX_STRANGE = 1_000
"""Addresses whose datagrams that do not speak the language are told one by one."""


class ChatDissector:
    """Says of each datagram what it is, and at the end who asked and told what."""

    def __init__(self, ports: Set[int], emit: Emit, opening: Opening | None = None) -> None:
        self._ports = ports
        self.people = People()
        people = self.people
        self._questions = OpenRequests(emit, people.who)
        self._links = Links(is_message, people.who, opening, people.heard)
        self._direct: dict[tuple[Address, Address], list[int]] = {}
        self._untold = 0
        self._strange: Counter[Address] = Counter()

    def absorb(self, other: "ChatDissector") -> None:
        """Take over all of another, which has turned out to be the same chat."""
        self.people.absorb(other.people)
        self._questions.absorb(other._questions)
        self._links.absorb(other._links)
        self._direct.update(other._direct)
        self._untold += other._untold
        self._strange.update(other._strange)

    def observe(self, packet: Packet, moment: Moment) -> Dissection:
        """What this datagram is."""
        _, source, destination, datagram, missing, _, _, _, _, _ = packet
        if missing:
            return self._cut(packet)
        link = self._links.observe(source, destination, datagram, moment)
        if link is not None:
            return link
        if datagram[:1] in _WAYS and (way := self._way(source, destination, datagram, moment)):
            return way
        request, answer = read_datagram(datagram)
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
            text = f"{self.people.who(one)} → {self.people.who(other)}: {count(there, 'message')}"
            text += f", {count(size, 'byte')}"
            if back:
                text += f"; ← {count(back, 'message')}, {count(size_back, 'byte')}"
            yield Finding("direct", text)
        if self._untold:
            yield Finding("direct", f"{count(self._untold, 'message')} between more pairs")
        for source, number in self._strange.items():
            text = f"{count(number, 'datagram')} of {self.people.who(source)}"
            yield Finding("not the language", text)

    # --- One datagram

    def _server(
        self,
        source: Address,
        destination: Address,
        request: Request | None,
        answer: Answer | None,
    ) -> Address | None:
        if destination in self.people.servers:
            return destination
        if source in self.people.servers:
            return source
        ports = source[1] in self._ports, destination[1] in self._ports
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
        self.people.servers[server] = None
        return server

    def _asks(
        self, user: Address, server: Address, request: Request, datagram: bytes, moment: Moment
    ) -> Dissection:
        verb = VERBS[type(request)]
        self.people.asks(user, request)
        text = request_in_words(request)
        purpose = _SET_UP
        if verb in _CLOSES:
            purpose = _CLOSE
        elif getattr(request, "name", "") == self.people.registered.get(user):
            purpose = _KEEPALIVE
            text += ", its own name: a sign of life"
        if self._questions.ask(server, verb, Question(user, datagram, text, purpose, moment)):
            return _say(text, purpose)
        return _say(f"{text}, again", _RECOVERY)

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
            self.people.welcome(user, answer.name)
        elif isinstance(answer, Goodbye):
            self.people.farewell(user)
        note = ""
        question = self._questions.answer(user, server, verbs, moment)
        purpose = _SET_UP
        if isinstance(answer, RosterCleared) and self._leaving(user, server):
            purpose = _CLOSE
        elif question is not None:
            purpose = question.purpose
            question.refused |= isinstance(answer, Bare) and answer.verb in _REFUSES
            if question.answered is moment:
                took = duration(moment.at - question.asked.at)
                note = f"answers #{question.asked.number} after {took}"
            elif type(answer) in _SINGLE:
                return _say(f"{text}, again", _RECOVERY)
        return _say(text, purpose, note)

    def _way(
        self, source: Address, destination: Address, datagram: bytes, moment: Moment
    ) -> Dissection | None:
        """What a datagram is by which two users find a way to each other, or that a server
        carries between them; these begin with a byte with which no text does."""
        if datagram[0] in BESIDE:
            shown = beside_links(datagram)
            return None if shown is None else _say(*shown)
        if datagram[0] != RELAY:
            if len(datagram) != PROBE_BYTES:
                return None
            probe = datagram[0] == ProbeKind.PROBE.value
            what = "probes whether there is somebody" if probe else "answers a probe"
            return _say(what, _SET_UP)
        inner = carried(datagram)
        link = self._links.observe(source, destination, inner, moment)
        return None if link is None else link._replace(what=f"over a server, {link.what}")

    def _leaving(self, user: Address, server: Address) -> bool:
        return user in self.people.left or Verb.BY in self._questions.waiting(user, server)

    def _says(
        self, source: Address, destination: Address, said: NamedText, size: int
    ) -> Dissection:
        self.people.calls_itself(source, said.name)
        back = (destination, source) in self._direct
        pair = (destination, source) if back else (source, destination)
        if pair not in self._direct and len(self._direct) >= MAX_PAIRS:
            self._untold += 1
        else:
            told = self._direct.setdefault(pair, [0, 0, 0, 0])
            told[2 * back] += 1
            told[2 * back + 1] += size
        return _say(answer_in_words(said), _DATA)

    def _cut(self, packet: Packet) -> Dissection:
        """What a datagram is of which only the beginning was captured. Nothing is learned
        from it: a name in it may have gone on."""
        missing = f"{count(packet.missing, 'byte')} of it not captured"
        if quic.begins_long(packet.payload):
            return Dissection(missing, _UNKNOWN, Layer.TRANSPORT, "QUIC")
        request, answer = read_datagram(packet.payload)
        told = packet.source[1] in self._ports or packet.source in self.people.servers
        if request is not None and not (told and answer is not None):
            return _say(f"{request_in_words(request)}…", _SET_UP, missing)
        if answer is not None:
            purpose = _DATA if isinstance(answer, NamedText) else _SET_UP
            return _say(f"{answer_in_words(answer)}…", purpose, missing)
        return self._stranger(packet.source, missing)

    def _stranger(self, source: Address, what: str) -> Dissection:
        if source in self._strange or len(self._strange) < MAX_STRANGE:
            self._strange[source] += 1
        return Dissection(what, _UNKNOWN, Layer.APPLICATION, "UDP")


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
_SET_UP, _DATA, _KEEPALIVE = Purpose.SET_UP, Purpose.DATA, Purpose.KEEPALIVE
_RECOVERY, _CLOSE, _UNKNOWN = Purpose.RECOVERY, Purpose.CLOSE, Purpose.UNKNOWN
_APPLICATION = Layer.APPLICATION
_WAYS = tuple(bytes((kind,)) for kind in (*(one.value for one in ProbeKind), RELAY, *BESIDE))
_CLOSES = frozenset({Verb.BY, Verb.RK})
_SINGLE = frozenset({Welcome, Goodbye, Located, RoomReady, Bare})
"""Answers of one datagram: a second one is a repetition."""
_REFUSES = frozenset({Verb.HI, Verb.AR, Verb.RC, Verb.RJ})


def _say(what: str, purpose: Purpose, note: str = "") -> Dissection:
    return new_dissection((what, purpose, _APPLICATION, "udpchat", note, None, ()))
