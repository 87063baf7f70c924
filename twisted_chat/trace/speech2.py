"""What the messages of generation 2 mean, in words."""

from twisted_chat.addresses import host_and_port
from twisted_chat.display import safe
from twisted_chat.errors import WireError
from twisted_chat.trace.report import Purpose, at, count, quoted
from twisted_chat.trace.speech import name_in_words, request_in_words
from twisted_chat.wire.common import (
    Bare,
    Goodbye,
    Leave,
    LeaveRoom,
    Register,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2 import (
    answers,
    checkup,
    for_new,
    history,
    listing,
    pairing,
    requests,
    room_news,
    roster,
    speech,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere
from twisted_chat.wire.gen2.growth import Can

_PROOF = {
    b"key ": "this is my public key",
    b"nonce ": "prove it, over these fresh bytes",
    b"proof ": "the proof that the key is mine",
}
_BARE = {
    Verb.HI: "refused: not registered, or no such name",
    Verb.AR: "no such user",
    Verb.UL: "the list of users ends",
    Verb.RL: "the list of rooms ends",
    Verb.RC: "refused: no such room can be created",
    Verb.RJ: "refused: no such room, or full",
}
Message = requests.Request | answers.Answer | speech.Speech

Meaning = tuple[str, Purpose, Message | None]
"""What a message means, what it is for, and the message where it was read."""


def in_words(message: bytes, *, dialled: bool) -> Meaning:
    """What one message of a link means, which the side has said that `dialled`, or the other."""
    for verb, text in _PROOF.items():
        if message.startswith(verb):
            return f"{verb.decode().strip()}: {text}", Purpose.SET_UP, None
    if message == b"open":
        return "open: from here on both may speak", Purpose.SET_UP, None
    readers = (
        speech.parse_speech,
        requests.parse_request if dialled else answers.parse_answer,
        answers.parse_answer if dialled else requests.parse_request,
    )
    for read in readers:
        try:
            found: Message = read(message)
        except WireError:
            continue
        return f"{_verb(message)}: {_words(found)}", _purpose(found), found
    return f"is not in the language: {quoted(message)}", Purpose.UNKNOWN, None


def _verb(message: bytes) -> str:
    return safe(message.split(b" ", 1)[0].decode("utf-8", "replace"))


def _purpose(message: Message) -> Purpose:
    if isinstance(message, speech.NumberedText | speech.Acknowledgement):
        return Purpose.DATA
    if isinstance(message, requests.SignOfLife):
        return Purpose.KEEPALIVE
    if isinstance(message, Leave | LeaveRoom | requests.QuitRoom | Goodbye | answers.PutOut):
        return Purpose.CLOSE
    return Purpose.SET_UP


def _lines(count: int) -> str:
    return "all that was said before" if count < 0 else f"the last {count} lines"


def _words(message: Message) -> str:
    match message:
        case speech.NumberedText(number=number, text=text, room=room):
            where = f"in {name_in_words(room)}" if room else "privately"
            return f"says {where} {quoted(text)}, its message {number}"
        case history.RoomMessage(name=name, text=text, number=number):
            return f"hands on {quoted(text)}, number {number} of {name_in_words(name)}"
        case history.Have(runs=runs):
            return f"has {count(sum(last - first + 1 for first, last in runs), 'message')} of one"
        case history.Want(first=first, last=last):
            return f"wants the messages {first} to {last} of one"
        case history.Given():
            return "that was all of what was wanted"
        case history.RoomClock(clock=None):
            return "asks after what belongs what is said now"
        case history.RoomClock(clock=clock):
            return f"what is said now belongs after {clock}"
        case for_new.SetHistory(room=room, for_new=lines):
            return f"newcomers to {name_in_words(room)} are given {_lines(lines)}"
        case room_news.HistoryRules(room=room, for_new=lines):
            return f"newcomers to {name_in_words(room)} are given {_lines(lines)}"
        case speech.Acknowledgement(number=number):
            return f"has shown all messages up to {number}"
        case requests.Kick(name=name):
            return f"puts {name_in_words(name)} out" if name else "puts everybody else out"
        case requests.CloseRoom():
            return "closes its room"
        case requests.GiveRoom(name=name):
            return f"gives its room to {name_in_words(name)}"
        case requests.QuitRoom(room=room):
            return f"leaves the room {name_in_words(room)}"
        case requests.AskRoster():
            return "asks for the roster again"
        case requests.SignOfLife():
            return "a sign of life"
        case Bare(verb):
            return _BARE[verb]
        case Welcome(name):
            return f"accepted as {name_in_words(name)}"
        case RoomReady(room):
            return f"the room {name_in_words(room)} is there"
        case answers.ContactLocated(contact=contact):
            return f"the user is {_contact(contact)}"
        case answers.Introduced(contact=contact):
            return f"{_contact(contact)} has asked for you"
        case listing.Listed(names=names):
            return f"{count(len(names), 'entry').replace('entrys', 'entries')} of a list"
        case roster.RosterBegins(room=room, number=number):
            return f"you are in {name_in_words(room)}; roster number {number} follows"
        case roster.RosterMember(contact=contact):
            return f"a member: {_contact(contact)}"
        case roster.RosterEnds():
            return "the roster ends"
        case roster.Came(number=number, contact=contact):
            return f"change {number}: {_contact(contact)} came"
        case roster.Went(number=number, name=name):
            return f"change {number}: {name_in_words(name)} went"
        case answers.PutOut(room=room):
            return (
                f"you are not in {name_in_words(room)} any more" if room else "you are in no room"
            )
        case answers.Done(verb=verb):
            return f"{verb.value} is done"
        case answers.Refused(verb=verb):
            return f"{verb.value} is refused"
        case answers.Rivalled(name=name, seconds=seconds):
            since = count(seconds, "second")
            return f"refused: {name_in_words(name)} is registered over another link since {since}"
        case answers.Expelled(why=why):
            return f"serves you no longer: {safe(why)}"
        case answers.NotKnown(verb=verb):
            return f"does not know {safe(verb)}"
        case Can(features=features):
            return f"can {', '.join(map(safe, features)) or 'what the first version can'}"
        case pairing.OwnAddresses(addresses=addresses):
            return f"has {', '.join(map(at, addresses)) or 'no addresses'} on its own machine"
        case ServedElsewhere(addresses=addresses, go=go):
            where = ", ".join(map(at, addresses)) or "nowhere else"
            return f"serves you too at {where}" + ("; go there now" if go else "")
        case pairing.Seen(address=address):
            return f"you are seen at {at(address)}"
        case pairing.AskPairing():
            return "asks to be introduced to somebody anew"
        case pairing.AskCarrying():
            return "asks the server to carry datagrams to somebody"
        case pairing.Pairing(contact=contact):
            return f"look for a way to {_contact(contact)}"
        case pairing.NotPaired(seconds=seconds):
            when = f" for {count(seconds, 'second')}" if seconds else ""
            return f"no introduction{when}"
        case pairing.Carrying():
            return "carries datagrams between the two"
        case pairing.NotCarrying():
            return "carries nothing between the two"
        case requests.RegisterKey(name):
            return request_in_words(Register(name))
        case checkup.AskCheckup():
            return "asks what the network does to it"
        case checkup.Checkup(port=port):
            second = f"here and at port {port}" if port else "here"
            return f"sends back what is sent {second}"
        case checkup.NoCheckup(seconds=seconds):
            return f"sends nothing back for {count(seconds, 'second')}"
        case Leave() | Goodbye():
            return "parts, and says no more"
        case _:
            return request_in_words(message)


def _contact(contact: ContactInfo) -> str:
    return f"{name_in_words(contact.name)} at {host_and_port(contact.host, contact.port)}"
