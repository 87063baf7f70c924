"""What is said to somebody who is not here, and goes to them when they are."""

from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.said import LostFor, WaitsFor
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.own_lines import OwnLines


class LaterWords:
    """Such texts, each of which is one of our `own` lines."""

    def __init__(self, generation: Generation, shared: Shared, own: OwnLines) -> None:
        self._generation = generation
        self._shared = shared
        self._own = own

    def waits(self, to: Talk, text: str, now: float) -> bool:
        """Say a text in this conversation, if it is one with somebody who has a key and is not
        here. False where it is not, or they are not known, or ignored."""
        who, shared = to.who, self._shared
        if who is None or not who.fingerprint or shared.talks.find(to) is not None:
            return False
        if shared.contacts.ignores_mark(who.fingerprint):
            return False
        return self.say(text, who.name, now)

    def say(self, text: str, name: str, now: float) -> bool:
        """Say a text to somebody of this name, who is not here. False where nobody is known who
        has it, or nothing is kept for them."""
        shared = self._shared
        archive = shared.archive
        if not archive.keeps:
            return False
        line = Line(text, self._generation.registration.name, "", now, stored=False)
        who = self._generation.say_later(line, name, now)
        if who is None:
            return False
        self._own.add([line], Talk(who=who))
        if line.refused:
            shared.effects.tell(LostFor((who,), text))
            return True
        owed, line.owed = tuple(line.owed), []

        def kept(now: float) -> None:
            line.stored = True
            line.told_waiting |= {who.fingerprint}
            shared.effects.tell(WaitsFor(who, 1, text))
            contact = shared.contacts.get(who.fingerprint)
            if contact is not None:
                contact.conversation.stored([contact])

        talk = archive.person(who.fingerprint, who.name)
        archive.said(talk, text, line.speaker, owed, kept, now)
        return True
