"""Every event, on every face: an event that one of them has nothing for fails here."""

import json
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.make_events import TCP_MODULE
from tests.support.events import events
from tests.terminal.screen.screens import NOON, Screen
from tests.terminal.test_wording import made
from twisted_chat.events import Event
from twisted_chat.peer.events import histories, kept, said, server, talk
from twisted_chat.peer.protocol import Peer
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.terminal.edited import EditedTerminal
from twisted_chat.terminal.edited_face import EditedFace
from twisted_chat.terminal.edited_tcp_face import EditedTcpFace
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.entry import Entry
from twisted_chat.terminal.json_lines import JsonLines, event_name, field_name
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.udp_screen import UdpScreen
from twisted_chat.terminal.tcp_wording import TcpWording
from twisted_chat.terminal.wording.entries import EntryWording
from twisted_chat.terminal.wording.line import LineWording

NAME = "abba"
"""What stands in all texts of events: a name, and hexadecimal digits."""
NOTHING_SEEN: dict[type, str] = {server.RoomsKnown: "what is typed is completed with them"}
"""Events of which a person with an input line sees nothing by themselves, and why."""
ON_THE_SCREEN: dict[type, str] = {
    said.Said: "a line of who has said it, in its conversation",
    talk.TalkingTo: "the conversation that is looked at, where that was asked for",
    talk.NotSaid: "the same, with the conversation before one",
    talk.NoSuchTalk: "the conversation that is over, where there is one",
    histories.HandedOn: "the lines, each where it belongs",
    kept.HistoryShown: "the lines, at the times at which they were said",
    kept.EarlierShown: "the same, above the oldest",
    kept.EarlierTalks: "conversations at the left",
}
"""Events that the screen shows in another way than in the words of the line, and how."""


class Unworded(Event, frozen=True):
    """Something that somebody has added, and no face knows."""

    room: str = ""


class _Shown:
    """A terminal that writes down what is shown there."""

    clogged = False
    prompt = ""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def show(self, entry: Entry, at: float | None = None) -> None:
        self.entries.append(entry)

    def learned(self) -> None:
        """Nothing is typed."""


class _Chat:
    """Does nothing with what a face tells."""

    def attached(self, face: object) -> None:
        """Somebody sits down."""


def on_line_face(event: Event) -> list[str]:
    """What the chat of lines shows."""
    terminal = _Shown()
    face = EditedFace(cast(Peer, _Chat()), EntryWording(read_aloud=str), Vocabulary())
    face.attached(cast(EditedTerminal, terminal))
    face.show(event)
    return [entry.text for entry in terminal.entries]


def on_screen(event: Event) -> tuple[list[str], bool]:
    """The lines of all conversations on the screen, and whether anything is to be seen."""
    seen = Screen(120, 40, alone=True)
    model = seen.model
    model.alone = False
    screen = UdpScreen(model, Vocabulary(), "a" * 64, (NAME,), read_aloud=str)
    if isinstance(event, kept.EarlierShown):
        model.turn(model.states.open(subject_of(event.conversation)))  # Where it was asked for.
    before = seen.rows
    screen.show(event, NOON)
    lines = [
        state.lines.at(position).text
        for state in model.states
        for position in range(state.lines.first, state.lines.end)
    ]
    return lines, bool(lines) or seen.rows != before


def in_json(event: Event) -> dict[str, Any]:
    """What a program is told."""
    (line,) = JsonLines(lambda: NOON).lines(event)
    told: dict[str, Any] = json.loads(line)
    return told


class PeerEvents(SynchronousTestCase):
    """What a peer of UDP chat tells."""

    def test_line(self) -> None:
        """Each has words in the chat of lines, whatever is in it."""
        for kind in events():
            for event in made(kind, NAME):
                silent = isinstance(event, talk.TalkingTo) and not event.asked
                expected = kind not in NOTHING_SEEN and not silent
                self.assertEqual(bool(on_line_face(event)), expected, event)

    def test_screen(self) -> None:
        """Each has the same words on the screen, or is seen there in another way, which the
        table tells."""
        for kind in events():
            shown = False
            for event in made(kind, NAME):
                lines, seen = on_screen(event)
                shown = shown or seen
                if kind not in ON_THE_SCREEN and kind not in NOTHING_SEEN:
                    for words in LineWording(str, marked=False).lines(event):
                        self.assertIn(words.removeprefix("> "), lines, event)
            self.assertEqual(shown, kind not in NOTHING_SEEN, kind)

    def test_json(self) -> None:
        """Each has a name of its own for programs, and all that is in it."""
        names = [event_name(kind) for kind in events()]
        self.assertEqual(len(names), len(set(names)))
        for kind in events():
            fields = {field_name(name) for name in kind.__struct_fields__}
            for event in made(kind, NAME):
                self.assertEqual(in_json(event).keys(), {"event", "time"} | fields)

    def test_unworded(self) -> None:
        """An event that nobody has worded is noticed, on the line and on the screen."""
        for show in (on_line_face, on_screen, LineWording(str).lines):
            self.assertRaises(KeyError, show, Unworded())

    def test_table(self) -> None:
        """The tables name events that there are."""
        self.assertEqual((NOTHING_SEEN.keys() | ON_THE_SCREEN.keys()) - set(events()), set())


class TcpEvents(SynchronousTestCase):
    """What TCP chat tells."""

    def test_every_face(self) -> None:
        """Each has words, the same ones for lines and for the screen, which is given the same
        entries as the chat of lines; and a name and all that is in it for programs."""
        for kind in events(TCP_MODULE):
            fields = {field_name(name) for name in kind.__struct_fields__}
            for event in made(kind, NAME):
                terminal = _Shown()
                face = EditedTcpFace(cast(TcpChat, _Chat()))
                face.attached(cast(EditedTerminal, terminal))
                face.show(event)
                (line,) = TcpWording().lines(event)
                told = [f"{one.mark.value} {one.text}" for one in terminal.entries]
                self.assertEqual(told, [line], event)
                self.assertEqual(in_json(event).keys(), {"event", "time"} | fields)

    def test_unworded(self) -> None:
        """An event that nobody has worded is noticed."""
        self.assertRaises(KeyError, TcpWording().lines, Unworded())
