"""What the commands do that show what was said before, or keep nothing of it any more."""

from collections.abc import Callable

from twisted_chat.peer.commands import (
    EVERYWHERE,
    Command,
    LeaveUnread,
    ListEarlier,
    Order,
    ReadBack,
)
from twisted_chat.peer.events import kept
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.orders.requests import Obey
from twisted_chat.peer.talks.talks import described
from twisted_chat.store.queries import (
    MOST,
    HistoryQuery,
    KeptLine,
    LinesFound,
    NamedQuery,
    PeopleFound,
    PeopleQuery,
    SearchQuery,
    StoreAnswer,
    StoreQuery,
)
from twisted_chat.store.records import TalkKey

COUNT = 20
"""Lines that are shown where nothing else is said."""
AT_JOINING = 10
"""Lines that are shown of a conversation that the person comes into."""
READ_BACK = 100
"""Lines that are shown at a time to a person who reads back."""
EARLIER, EARLIER_DAYS = 20, 30
"""Those with whom something private was said, who are listed at the start, and in how many days
before that it was."""


class KeptOrders:
    """Obeys them. None of them needs the server."""

    def __init__(self, shared: Shared) -> None:
        self._archive = shared.archive
        self._talks = shared.talks
        self._contacts = shared.contacts
        self._tell = shared.effects.tell
        self._store_off = shared.effects.store_off
        self.commands: Obey = {
            Command.HISTORY: self._history,
            Command.SEARCH: self._search,
            Command.FORGET: self._forget,
            Command.NOSTORE: lambda order, now: self._store_off(),
        }

    def entered(self, room: str, now: float) -> None:
        """Show a person who has come into a room what was said there before we were started."""
        archive = self._archive
        if archive.kept.last:
            talk = archive.room(room)
            unread = archive.looked_back(talk)
            query = HistoryQuery(talk, _enough(AT_JOINING, unread), archive.kept.last)
            self._ask(query, lambda found: self._tell_entered(room, found, unread))

    def _tell_entered(self, room: str, found: LinesFound, unread: int) -> None:
        if found.lines:
            lines = tuple(map(text_of, found.lines))
            told = kept.HistoryShown(Talk(room), lines, found.more, joining=True, unread=unread)
            self._tell(told)

    def read(self, wanted: ReadBack | ListEarlier | LeaveUnread, now: float) -> None:
        """Show what was said before we were started, wherever that was; or note what is not
        looked at."""
        if isinstance(wanted, ListEarlier):
            self._list_earlier(now)
        elif isinstance(wanted, LeaveUnread):
            self._archive.leave_unread(self._key(wanted.to), wanted.count)
        else:
            self._read_back(wanted)

    def _list_earlier(self, now: float) -> None:
        """Show with whom something private was said lately, and is not ignored."""
        archive = self._archive
        if not archive.kept.last:
            return
        since = archive.time_of_day(now) - EARLIER_DAYS * 86_400_000

        def close(found: StoreAnswer | str, now: float) -> None:
            if isinstance(found, PeopleFound):
                talks = [one for one in found.talks if not self._ignored(one.key)]
                if talks:
                    self._tell(kept.EarlierTalks(tuple(map(self._earlier, talks))))

        archive.ask(PeopleQuery(since, EARLIER), close)

    def _earlier(self, talk: TalkKey) -> kept.EarlierTalk:
        return kept.EarlierTalk(Someone(talk.name, talk.key), self._archive.unread_before(talk))

    def _ignored(self, fingerprint: str) -> bool:
        return self._contacts.ignores_mark(fingerprint)

    def _read_back(self, wanted: ReadBack) -> None:
        """Show what was said before in a conversation, which need not be going on."""
        archive, talk, before = self._archive, wanted.to, wanted.before
        until = before - 1 if before else archive.kept.last
        if until <= 0:
            self._tell(kept.EarlierShown(talk, (), more=False))
            return
        key = self._key(talk)
        unread = 0 if before else archive.looked_back(key)

        def show(found: LinesFound) -> None:
            lines = tuple(map(text_of, found.lines))
            self._tell(kept.EarlierShown(talk, lines, found.more, unread))

        self._ask(HistoryQuery(key, _enough(READ_BACK, unread), until), show)

    def _ask(self, query: StoreQuery, then: Callable[[LinesFound], None]) -> None:
        def close(found: StoreAnswer | str, now: float) -> None:
            if isinstance(found, str):
                self._tell(kept.HistoryNotRead(found))
            elif isinstance(found, LinesFound):
                then(found)

        self._archive.ask(query, close)

    def _key(self, talk: Talk) -> TalkKey:
        who = talk.who
        if who is None:
            return self._archive.room(talk.room)
        return self._archive.person(who.fingerprint, who.name)

    def _where(self, order: Order) -> Talk:
        """The conversation for which it is given."""
        return described(self._talks.current) if order.where is None else order.where

    def _history(self, order: Order, now: float) -> None:
        here = self._where(order)
        if here == Talk() or not self._archive.keeps:
            self._tell(kept.NothingKept(""))
            return

        def show(found: LinesFound) -> None:
            lines = tuple(map(text_of, found.lines))
            self._tell(kept.HistoryShown(here, lines, found.more))

        count = int(order.argument) if order.argument else COUNT
        self._ask(HistoryQuery(self._key(here), count), show)

    def _search(self, order: Order, now: float) -> None:
        first, _, rest = order.text.partition(" ")
        everywhere = first == EVERYWHERE and bool(rest.strip())
        words = rest if everywhere else order.text
        here = None if everywhere else self._where(order)
        if not self._archive.keeps or here == Talk():
            self._tell(kept.NothingKept(""))
            return

        def show(found: LinesFound) -> None:
            lines = tuple(map(text_of, found.lines))
            self._tell(kept.SearchFound(words.strip(), lines, found.more, here, found.scanned))

        self._ask(SearchQuery(words, None if here is None else self._key(here), COUNT), show)

    def _forget(self, order: Order, now: float) -> None:
        name, archive = order.argument, self._archive
        if not archive.keeps:
            self._tell(kept.NothingKept(name))
            return

        def forget(found: LinesFound) -> None:
            if found.lines:
                archive.forget(name, lambda now: self._tell(kept.ForgottenNow(name)))
            else:
                self._tell(kept.NothingKept(name))

        self._ask(NamedQuery(name, archive.server), forget)


def _enough(count: int, unread: int) -> int:
    """How many lines show so many that are unread, if that can be, and our own among them."""
    return max(count, min(2 * unread, MOST))


def text_of(line: KeptLine) -> kept.KeptText:
    """A line as events have it."""
    who = Someone(line.author, line.fingerprint)
    return kept.KeptText(
        who, line.own, line.time, line.text, line.room, line.whom, line.number, line.missing
    )
