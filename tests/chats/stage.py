"""Where a chat is played: programs in memory, and a record of what they show and send."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.peer.linked import SERVER, Person, PlainUser, World
from tests.support.network import OriginalServer
from twisted_chat.addresses import Address
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.keys import Identity
from twisted_chat.links import LinkEffect, SendFrames


def identity(seed: int) -> Identity:
    """The same key each time: of two people the one with the smaller fingerprint dials."""
    private = Ed25519PrivateKey.from_private_bytes(bytes((seed,)) * 32)
    made = Identity.generate()
    template = x509.load_der_x509_certificate(made.certificate)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(template.subject)
        .issuer_name(template.issuer)
        .public_key(private.public_key())
        .serial_number(seed)
        .not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
        .sign(private, None)
    )
    key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Identity.from_pem(key + certificate.public_bytes(Encoding.PEM))


class Tap:
    """Carries out what a program wants done with its links, and notes what it says there."""

    def __init__(self, carrier: Any, note: Callable[[str, bytes], None]) -> None:
        self._carrier = carrier
        self._note = note

    def perform(self, effect: LinkEffect) -> None:
        if isinstance(effect, SendFrames):
            for message in effect.messages:
                self._note(effect.link.fingerprint, message)
        self._carrier.perform(effect)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._carrier, name)


class Stage:
    """A network with one server, and people, each of whom is known by a name.

    `kind` is what the server speaks: "both" generations, "keyed" for the second
    alone, or "original" for the program that this one continues.
    """

    def __init__(self, kind: str = "both") -> None:
        self._names: dict[str, str] = {}
        self._places: dict[Address, str] = {SERVER: "server"}
        self._cast: dict[str, Person] = {}
        self._frames: dict[tuple[str, str], list[str]] = {}
        self._scenes: dict[str, list[str]] = {}
        self._seeds = 0
        self._kind = kind
        self.world = World(generation=2 if kind == "keyed" else 1)
        self.server(self.key("server"))

    # --- Who is there

    def key(self, of: str) -> Identity:
        """A key that this name stands for in the record."""
        self._seeds += 1
        made = identity(self._seeds)
        self._names[made.fingerprint] = of
        return made

    def server(self, key: Identity) -> None:
        """Start a server in place of the one that is there, which knows nobody."""
        self.world.kill_server()
        if self._kind == "original":
            self.world.network.listen(OriginalServer(), SERVER)
            return
        self.world.server_key = key
        self.world.start_server()
        server = self.world.server
        server.carrier = Tap(server.carrier, lambda to, what: self._note("server", to, what))

    def enter(self, name: str, *, cast: str = "") -> Person:
        """Somebody starts a peer, with the key that belongs to the name in the record."""
        cast = cast or name
        person = self.world.start(name, key=self.key(cast))
        self._places[person.at] = cast
        person.peer.carrier = Tap(person.port, lambda to, what: self._note(cast, to, what))
        self._cast[cast] = person
        return person

    def original(self, name: str) -> PlainUser:
        """Somebody with the program that this one continues."""
        user = self.world.plain()
        self._places[user.at] = name
        return user

    # --- What was recorded

    def _note(self, source: str, to: str, message: bytes) -> None:
        self._frames.setdefault((source, self._names[to]), []).append(self._readable(message))

    def _readable(self, payload: bytes) -> str:
        text = payload.decode("utf-8", "backslashreplace")
        return self._named(text.replace("\\", "\\\\").replace("\n", "\\n"))

    def _named(self, text: str) -> str:
        """The text, with names in place of what is hard to read."""
        for fingerprint, name in self._names.items():
            text = text.replace(fingerprint, f"({name})")
            text = text.replace(spoken(fingerprint), f"({name}, spoken)")
        return text

    def record(self) -> str:
        """The whole chat as text."""
        parts = []
        for cast, person in self._cast.items():
            status = person.peer._status
            end = [] if status is None else [f"(ends with status {status})"]
            parts.append((f"{cast} sees", [*map(self._named, person.lines), *end]))
        datagrams: dict[tuple[str, str], list[str]] = {}
        for one in self.world.network.sent:
            if one.payload[:1] < b"\x80" and one.payload.isascii():
                ends = self._places[one.source], self._places[one.to]
                datagrams.setdefault(ends, []).append(self._readable(one.payload))
        for what, found in (("a link", self._frames), ("datagrams", datagrams)):
            for source, to in sorted(found):
                parts.append((f"{source} to {to}, in {what}", _listed(found[source, to])))
        return "\n".join(line for title, lines in parts for line in (f"# {title}", *lines, ""))


def _listed(messages: list[str]) -> list[str]:
    """Messages, with lists, which have no order, in that of the alphabet."""
    told: list[str] = []
    for is_entry, some in groupby(messages, lambda message: message.startswith(("ul ", "rl "))):
        for message in sorted(some) if is_entry else some:
            verb, *names = message.split(" ")
            told.append(" ".join((verb, *sorted(names))) if is_entry else message)
    return told
