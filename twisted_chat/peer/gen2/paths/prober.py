"""Probes to other peers and from them: what goes out, what is answered, and what it shows.

It knows which search a probe belongs to by the tag of the pair. What has answered is
decided upon by whoever looks for the ways.
"""

from collections import OrderedDict

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.peer.gen2.paths.peer_path import PathActions, PeerPath
from twisted_chat.peer.gen2.paths.probe_limits import ProbePlaces, ProbeRates
from twisted_chat.peer.gen2.paths.search import Search
from twisted_chat.tally import Tally
from twisted_chat.wire.gen2.datagrams import ProbeKind, tag_of
from twisted_chat.wire.gen2.pairing import Pairing

VIEWS = 8
"""Others whose word of where they see us is kept, the latest."""


class Prober:
    """All of them, within the limits for a host and in all."""

    def __init__(self, places: ProbePlaces, actions: PathActions) -> None:
        self._places = places
        self._actions = actions
        self._rates = ProbeRates()
        self._by_tag: dict[bytes, PeerPath] = {}
        self.views: OrderedDict[Address, Address] = OrderedDict()
        """Where others see us, each with where that one is, the latest."""
        self.dropped = Tally()

    def expect(self, path: PeerPath, pairing: Pairing, former: Search | None) -> None:
        """The pair has this tag from now on."""
        if former is not None and former.pairing.tag != pairing.tag:
            self._by_tag.pop(former.pairing.tag, None)
        self._by_tag[pairing.tag] = path

    def forget(self, path: PeerPath) -> None:
        """Nothing of this one is expected any more."""
        if path.search is not None and self._by_tag.get(path.search.pairing.tag) is path:
            del self._by_tag[path.search.pairing.tag]

    def received(self, datagram: bytes, source: Address, now: float) -> PeerPath | None:
        """A probe or an answer came from there. Returns whose it is, where it is right."""
        path = self._by_tag.get(tag_of(datagram))
        if path is None or path.search is None or not path.wanted:
            self.dropped.count("a probe of nobody", now)
            return None
        search = path.search
        try:
            probe, secret = search.read(datagram)
        except WireError as wrong:
            self.dropped.count(str(wrong), now)
            return None
        if probe.kind is ProbeKind.PROBE:
            if not self._rates.answer(source[0], now):
                self.dropped.count("probes too often", now)
                return None
            answer = search.probed(probe, secret, source, self._places.allow, now)
            self._actions.probe(answer, source)
        elif search.answered(probe, source, now) is None:
            self.dropped.count("an answer to nothing", now)
            return None
        elif not path.ours_to_dial:
            self._actions.validate(source)
        if probe.seen is not None:
            self.views[source] = probe.seen
            self.views.move_to_end(source)
            if len(self.views) > VIEWS:
                self.views.popitem(last=False)
        return path

    def probe_due(self, search: Search, now: float) -> None:
        """Send the probes that are due."""
        for one in search.due(now):
            if not search.may_probe(one, now):
                search.pass_over(one, now)
                continue
            wait = 0.0 if one.reserved else self._rates.reserve(one.address[0], now)
            if wait == 0.0:
                opens = search.opens(one)
                self._actions.probe(search.probe(one, now), one.address, opens=opens)
            else:
                search.put_off(one, wait, now)
