"""The commands that only generation 2 knows: of keys, ways, delivery and links to a room."""

from collections.abc import Callable, Mapping

from twisted_chat.invitation import Invitation
from twisted_chat.names import folded
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.events.keys import OwnKey
from twisted_chat.peer.events.server import InvitationShown, NeedsServer
from twisted_chat.peer.events.talk import NobodyHere
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.key_decisions import KeyDecisions
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.whereabouts import Whereabouts


class KeyedCommands:
    """What each of them does. `own` is our own fingerprint."""

    def __init__(
        self,
        shared: Shared,
        whereabouts: Whereabouts,
        registration: KeyedRegistration,
        deliveries: Deliveries,
        keys: KeyDecisions,
        ways: Ways,
        own: str,
    ) -> None:
        self._contacts, self._talks = shared.contacts, shared.talks
        self._effects = shared.effects
        self._whereabouts = whereabouts
        self._registration = registration
        self._deliveries = deliveries
        self._keys = keys
        self._ways = ways
        self._own = own
        self.table: Mapping[Command, Callable[[Order, float], None]] = {
            Command.OUTBOX: self._outbox,
            Command.STATUS: self._status,
            Command.PATH: self._path,
            Command.VERIFY: self._verify,
            Command.LINK: self._link,
            Command.TRUST: self._trust,
        }

    def _outbox(self, order: Order, now: float) -> None:
        self._effects.tell(self._deliveries.owed())

    def _status(self, order: Order, now: float) -> None:
        self._effects.tell(self._deliveries.status())

    def _trust(self, order: Order, now: float) -> None:
        self._keys.trust(order.argument, now)

    def _verify(self, order: Order, now: float) -> None:
        if folded(order.argument) == folded(self._registration.name):
            self._effects.tell(OwnKey(order.argument, self._own))
        else:
            self._keys.verify(order.argument, order.choice)

    def _path(self, order: Order, now: float) -> None:
        """Tell the way to one, or to everybody."""
        name = order.argument
        if not name:
            here = (one for one in self._contacts.everybody() if one.known)
            self._ways.show([one.who for one in here if one.fingerprint], "", now)
        elif (contact := self._contacts.called(name)) is not None:
            self._ways.show([contact.who], name, now)
        else:
            self._effects.tell(NobodyHere(name, Command.PATH))

    def _link(self, order: Order, now: float) -> None:
        """Show a link to our room, or another, or to the server alone."""
        server, (host, port) = self._registration.link.link, self._whereabouts.place
        if server is None:
            self._effects.tell(NeedsServer(Command.LINK, False))
            return
        here = self._talks.current_room
        room = order.argument or (here.name if here is not None else "")
        link = str(Invitation(host, port, room, server.fingerprint))
        self._effects.tell(InvitationShown(link, room))
