"""A UDP peer on the full screen."""

from functools import partial
from typing import Any

from twisted_chat.alarm import Alarm
from twisted_chat.events import Event
from twisted_chat.peer.commands import LearnRooms, ListEarlier
from twisted_chat.peer.events.kept import EarlierShown, EarlierTalks, HistoryNotRead
from twisted_chat.peer.events.server import RoomsKnown
from twisted_chat.peer.protocol import Peer
from twisted_chat.terminal.editing.commands import CommandCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.facing import FaceAtTerminal
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.subjects import shown_member, subject_of
from twisted_chat.terminal.screen.terminal import ScreenManner, ScreenTerminal
from twisted_chat.terminal.screen.udp_screen import NOTICE, UdpScreen
from twisted_chat.terminal.screen.wishes import EarlierWanted, TextEntered, TurnedTo
from twisted_chat.terminal.wording.line import LineWording

HOME_TITLE = "server"
"""What the place is called for everything that belongs to no conversation."""
MAX_MEMBERS_SHOWN = 500
"""Members of a conversation that are looked at."""
MEMBERS_APART = 0.5
"""Seconds after which it is looked who is there again."""


_NO_NEWS = frozenset({EarlierShown, EarlierTalks, RoomsKnown})
"""What the screen has asked for: it need not stay on the terminal."""


class UdpScreenFace(FaceAtTerminal[ScreenTerminal]):
    """The person of a ScreenTerminal, and the face of a peer."""

    def __init__(
        self, peer: Peer, model: ScreenModel, screen: UdpScreen, manner: ScreenManner, clock: Any
    ) -> None:
        self._peer = peer
        self._model = model
        self._screen = screen
        self._manner = manner
        self._members = Alarm(clock, self._look_at_members)
        self._members_of = ""
        self._over = False
        self._last = LineWording(marked=False)

    # --- What the peer does

    def show(self, event: Event) -> None:
        """Tell of an event."""
        self._screen.show(event, self._manner.time_of_day())
        if self._terminal is not None:
            for line in () if type(event) in _NO_NEWS else self._last.lines(event):
                if self._over or line.startswith(NOTICE):
                    self._terminal.leave_behind(line.removeprefix(NOTICE))
            if isinstance(event, EarlierShown):
                self._terminal.earlier_came(subject_of(event.conversation).key)
            elif isinstance(event, RoomsKnown):
                self._terminal.learned()
            elif isinstance(event, HistoryNotRead):
                self._terminal.earlier_came(self._model.shown.key)
            self._terminal.call_attention()
            self._terminal.changed()

    def listen(self, wanted: bool) -> None:
        """Let more be entered, or not for a while; and see how everything stands."""
        super().listen(wanted)
        self._look()

    def _look(self) -> None:
        session, screen = self._peer.session, self._screen
        screen.look(session.glance())
        screen.came(session.own_lines(self._model.unsettled), self._manner.time_of_day())
        if left := screen.left_unread():
            self._peer.typed(left)
        if self._model.shown.key != self._members_of:
            self._look_at_members()
            if (todo := screen.begins_reading()) is not None:
                self._peer.typed([todo])
        else:
            self._members.set_in(MEMBERS_APART)
        if self._terminal is not None:
            self._terminal.changed()

    def _look_at_members(self) -> None:
        shown = self._model.shown
        self._members_of = shown.key
        talk = shown.subject.described
        if talk is not None:
            members = self._peer.session.members(talk, MAX_MEMBERS_SHOWN)
            shown.members = tuple(map(shown_member, members))
        if self._terminal is not None:
            self._terminal.changed()

    # --- What the terminal tells

    def attached(self, terminal: ScreenTerminal) -> None:
        self._terminal = terminal
        self._peer.attached(self)
        self._peer.typed([ListEarlier()])

    def entered(self, terminal: ScreenTerminal, wish: TextEntered) -> None:
        busy = self._peer.session.glance().busy
        self._peer.typed(self._screen.entered(wish, self._manner.time_of_day(), busy=busy))

    def turned_to(self, terminal: ScreenTerminal, wish: TurnedTo) -> None:
        todo = self._screen.turned_to(wish.key)
        if todo is not None:
            self._peer.typed([todo])
        self._look()

    def wants_rooms(self, terminal: ScreenTerminal) -> None:
        self._peer.typed([LearnRooms()])

    def reads_back(self, terminal: ScreenTerminal, wish: EarlierWanted) -> None:
        todo = self._screen.reads_back(wish.key)
        if todo is not None:
            self._peer.typed([todo])

    def ended(self, terminal: ScreenTerminal) -> None:
        self._over = True
        self._peer.ended()

    def detached(self, terminal: ScreenTerminal) -> None:
        self._terminal = None
        self._members.stop()
        self._peer.detached()


def udp_screen(
    peer: Peer,
    *,
    server: str,
    history: History,
    manner: ScreenManner,
    reactor: Any,
    key: str = "",
    rooms: tuple[str, ...] = (),
) -> ScreenTerminal:
    """The screen of a peer of the server that is called so. `key` is the fingerprint of the
    person's own key; `rooms` are joined at the start."""
    words = Vocabulary()
    model = ScreenModel("udpchat", HOME_TITLE, partial(Editor, CommandCompleter(words), history))
    model.server = server
    face = UdpScreenFace(peer, model, UdpScreen(model, words, key, rooms), manner, reactor)
    return ScreenTerminal(face, model, manner, reactor)
