"""What goes to whom a server names, whatever it names: bounded by the prober."""

import os
from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address, is_relayed, relay_address
from twisted_chat.peer.gen2.paths.path_finder import PathFinder
from twisted_chat.peer.gen2.paths.probe_limits import ProbePlaces
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.datagrams import Probe, ProbeKind
from twisted_chat.wire.gen2.pairing import AskCarrying, AskPairing, Pairing, Seen


class Told:
    """What one who looks for ways has had done."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, bytes, Address]] = []
        self.reached: list[Address] = []
        self.validated: list[Address] = []
        self.asked: list[AskPairing | AskCarrying] = []
        self.gone = False
        """Whether there is no link to the server."""
        self.now = 1000.0

    def probe(self, datagram: bytes, address: Address, *, opens: bool = False) -> None:
        self.sent.append((self.now, datagram, address))

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        self.asked.append(request)
        return not self.gone

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        self.reached.append(address)

    def validate(self, address: Address) -> None:
        self.validated.append(address)

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        self.reached.append(("as before", 0))


class HostileServer(SynchronousTestCase):
    """A server that would have its users flood somebody. It knows all secrets, as it makes them,
    and can write any address on a datagram."""

    victim = "203.0.112.9"

    def setUp(self) -> None:
        self.told = Told()
        place = ("198.18.0.2", 8090)
        places = ProbePlaces(Whereabouts(place, [place]), ("198.18.1.2", 7000))
        self.finder = PathFinder("0" * 64, places, self.told, os.urandom, relays=True)
        self.finder.told(Seen(("198.18.1.2", 7000)), 1000.0)

    def pairing(
        self, number: int, address: Address, *own: Address, also: Address | None = None
    ) -> Pairing:
        """An introduction to the one with this number, who is said to be there."""
        contact = ContactInfo(f"user{number}", f"{number:064x}", *address)
        return Pairing(contact, number.to_bytes(8, "big"), bytes(32), True, own, also)

    def until(self, end: float) -> None:
        """Let time pass."""
        while self.finder.wake <= end:
            self.told.now = max(self.told.now, self.finder.wake)
            self.finder.tick(self.told.now)
        self.told.now = end

    def probed(self) -> set[Address]:
        """What was probed."""
        return {to for _, _, to in self.told.sent}

    def most(self, window: float) -> int:
        """Probes within so many seconds, at most."""
        at = [sent for sent, _, _ in self.told.sent]
        return max(sum(start <= one <= start + window for one in at) for start in at)

    def test_many_at_one_host(self) -> None:
        """It names one host for a thousand, each at another port: 20 probes a second go there,
        1,000 in an hour, of 52 bytes, and no QUIC."""
        for number in range(1, 1001):
            self.finder.want(f"{number:064x}", 1000.0)
            self.finder.told(self.pairing(number, (self.victim, 2000 + number)), 1000.0)
        self.until(1100.0)
        self.assertLessEqual(self.most(1.0), 20)
        self.assertLessEqual(len(self.told.sent), 1000)
        self.assertEqual({len(datagram) for _, datagram, _ in self.told.sent}, {52})
        self.assertEqual(self.told.reached, [])
        self.assertEqual([one for one in self.told.validated if not is_relayed(one)], [])

    def test_many_hosts(self) -> None:
        """It names a thousand hosts: 100 probes a second go out."""
        for number in range(1, 1001):
            self.finder.want(f"{number:064x}", 1000.0)
            host = f"203.{number // 250}.{number % 250}.9"
            self.finder.told(self.pairing(number, (host, 4000)), 1000.0)
        self.until(1010.0)
        self.assertLessEqual(self.most(1.0), 100)
        self.assertEqual(self.told.reached, [])

    def test_again_and_again(self) -> None:
        """It introduces one again and again: ten probes a minute go to an address from which
        nothing has come."""
        self.finder.want(f"{1:064x}", 1000.0)
        for step in range(500):
            self.finder.told(self.pairing(1, (self.victim, 4000)), self.told.now)
            self.until(1000.0 + step / 10)
        self.assertEqual(len(self.told.sent), 10)

    def test_many_addresses(self) -> None:
        """It names many addresses of one: four are probed, and those that are claimed only
        where that one is behind the same address as we are."""
        self.finder.want(f"{1:064x}", 1000.0)
        own = tuple((f"192.168.1.{number}", 4000) for number in range(3, 7))
        self.finder.told(self.pairing(1, (self.victim, 4000), *own), 1000.0)
        self.until(1000.1)
        self.assertEqual(self.probed(), {(self.victim, 4000)})
        self.finder.told(self.pairing(1, ("198.18.1.2", 4000), *own), 1010.0)
        self.told.sent.clear()
        self.until(1010.1)
        self.assertEqual(len(self.probed()), 4)
        six = ("2001:db9::9", 4000)
        self.finder.told(self.pairing(1, ("198.18.1.2", 4000), *own, also=six), 1020.0)
        self.told.sent.clear()
        self.until(1020.1)
        self.assertEqual(len(self.probed()), 4)
        self.assertIn(six, self.probed())

    def test_other_family(self) -> None:
        """Where it says that it sees somebody over the other family that one is probed there, if
        it is no service, nor within our own network."""
        for number, (host, port) in enumerate(
            (("2001:db9::9", 4000), ("2001:db9::8", 80), ("fd00::9", 4000), ("::1", 4000)), 1
        ):
            key = f"{number:064x}"
            self.finder.want(key, 1000.0)
            pairing = self.pairing(number, (self.victim, 4000 + number), also=(host, port))
            self.finder.told(pairing, 1000.0)
        self.until(1000.1)
        over_six = [to for _, _, to in self.told.sent if ":" in to[0]]
        self.assertEqual(over_six, [("2001:db9::9", 4000)])

    def test_claimed(self) -> None:
        """A peer that is reached over the server names many addresses for itself: two of those on
        the internet are probed, ten times in a minute, and nothing is dialled; one that is not
        reached so names none."""
        key = f"{1:064x}"
        claims = tuple((f"203.0.11{number}.9", 4000) for number in range(9))
        private = (("192.168.1.3", 4000), ("203.0.111.1", 80), ("127.0.0.1", 4000))
        self.finder.want(key, 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        self.finder.claimed(key, claims, 1000.0)
        self.until(1000.1)
        self.assertEqual({to for _, _, to in self.told.sent}, {("203.0.111.1", 4000)})
        self.finder.linked(key, relay_address(bytes(8)), self.told.now, relayed=True)
        for _ in range(20):
            self.finder.claimed(key, (*private, *claims), self.told.now)
            self.until(self.told.now + 1)
        self.until(1060.0)
        self.assertEqual({to for _, _, to in self.told.sent}, {("203.0.111.1", 4000), *claims[:2]})
        self.assertLessEqual(len(self.told.sent), 30)
        self.assertEqual(self.told.reached, [])

    def test_invented_probes(self) -> None:
        """It sends probes in the victim's name: nothing is dialled there, as nothing there
        answers what it was asked, and little goes there, no more than came from there."""
        self.finder.want(f"{1:064x}", 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        for step in range(2000):
            number, source = step.to_bytes(8, "big"), (self.victim, 5000 + step % 50)
            for kind in ProbeKind:
                probe = Probe(kind, (1).to_bytes(8, "big"), True, number, None)
                self.finder.received(probe.encode(bytes(32)), source, self.told.now)
            self.until(1000.0 + step / 100)
        there = [sent for sent in self.told.sent if sent[2][0] == self.victim]
        self.assertEqual(self.told.reached, [])
        self.assertLessEqual(len(there), 20 * 30)
        answers = [sent for sent in there if sent[1][:1] == b"\2"]
        self.assertLessEqual(len(answers), 10 * 20)

    def test_wrong_secret(self) -> None:
        """Others, who do not know the secret, get no answer, and nor do those from whom we
        have parted, or our own probes that come back."""
        self.finder.want(f"{1:064x}", 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        tag, source = (1).to_bytes(8, "big"), ("203.0.111.1", 4000)
        for secret, larger in ((b"\1" * 32, True), (bytes(32), False)):
            probe = Probe(ProbeKind.PROBE, tag, larger, bytes(8), None).encode(secret)
            self.finder.received(probe, source, 1000.0)
        self.finder.received(b"\1", source, 1000.0)
        self.assertEqual(self.told.sent, [])
        right = Probe(ProbeKind.PROBE, tag, True, bytes(8), None).encode(bytes(32))
        self.finder.received(right, source, 1000.0)
        self.assertEqual(len(self.told.sent), 1)
        self.assertEqual(len(self.told.sent[0][1]), len(right))
        self.finder.part(f"{1:064x}")
        self.finder.received(right, source, 1000.1)
        self.assertEqual(len(self.told.sent), 1)

    def test_unknown(self) -> None:
        """It introduces very many whom it never names: so many are kept, and nothing is sent."""
        for number in range(1, 3000):
            self.finder.told(self.pairing(number, (self.victim, 4000)), 1000.0)
        self.until(1010.0)
        self.assertEqual(self.told.sent, [])
        self.finder.want(f"{1:064x}", 1010.0)
        self.assertIsNone(self.finder.get(f"{1:064x}").search)  # type: ignore[union-attr]
        self.finder.want(f"{2999:064x}", 1010.0)
        self.assertIsNotNone(self.finder.get(f"{2999:064x}").search)  # type: ignore[union-attr]

    def test_never_answers(self) -> None:
        """It answers nothing: those who want a way are dialled as before, eight asked about at
        a time."""
        for number in range(1, 21):
            self.finder.want(f"{number:064x}", 1000.0)
        self.until(1005.0)
        self.assertEqual(len(self.told.asked), 8)
        self.until(1035.0)
        self.assertEqual(len(self.told.reached), 20)

    def test_too_much_to_probe(self) -> None:
        """It names one host for so many that most are left out, and is gone: they are looked at
        again every five seconds, and not at once without end."""
        for number in range(1, 1001):
            self.finder.told(self.pairing(number, (self.victim, 4000 + number)), 1000.0)
            self.finder.want(f"{number:064x}", 1000.0)
        self.told.gone = True
        moments: Counter[float] = Counter()
        while self.finder.wake <= 1030.0 and moments[self.finder.wake] < 100:
            moments[self.finder.wake] += 1
            self.finder.tick(self.finder.wake)
        self.assertGreater(self.finder.wake, 1030.0)
        self.assertLess(moments.most_common(1)[0][1], 10)
