"""Asking one address of a server, step by step, of a fake server behind a fake router."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.doctor.examination import ANSWER_TIME, COPIES, SIZES, SMALL, Examination, Port
from twisted_chat.doctor.findings import Filtering, Mapping, Prospect, Response, prospect
from twisted_chat.wire.gen2.checkup import UNASKED, Checkup, Echo, EchoKind, NoCheckup, read_echo
from twisted_chat.wire.gen2.growth import Can
from twisted_chat.wire.gen2.pairing import Seen

SERVER: Address = ("203.0.112.9", 8090)
SECOND: Address = ("203.0.112.9", 50_000)
OUTSIDE: Address = ("198.18.1.2", 4000)
TOKEN = b"\1" * 8


class ExaminedCase(SynchronousTestCase):
    """A server that sends back what gets there. `whole` is the largest datagram that is not cut,
    `loses` says of which small ones, by their number, nothing comes back."""

    second = 50_000
    unasked = False
    seen_second: Address | None = OUTSIDE
    whole = 1472
    loses: frozenset[int] = frozenset()
    trip = 0.03

    def setUp(self) -> None:
        self.now = 1000.0
        self.said: list[bytes] = []
        self.dialled: list[Address] = []
        self.over = 0
        self.coming: list[tuple[float, bytes, Address]] = []
        self.here: tuple[str, ...] = ("192.168.1.2",)

    def dial(self, address: Address) -> None:
        self.dialled.append(address)

    def say(self, message: bytes) -> None:
        self.said.append(message)

    def send(self, port: Port, datagram: bytes, address: Address) -> None:
        echo = read_echo(datagram)
        self.assertEqual((echo.kind, echo.token), (EchoKind.THERE, TOKEN))
        if port is Port.WHOLE and echo.size > self.whole:
            return
        seen = OUTSIDE if address == SERVER else self.seen_second
        if seen is None or echo.number in self.loses:
            return
        back = Echo(EchoKind.BACK, TOKEN, echo.number, seen, echo.size)
        self.coming.append((self.now + self.trip, back.encode(), address))

    def is_over(self) -> None:
        self.over += 1

    def begin(self) -> Examination:
        """One that is dialled."""
        examination = Examination(SERVER, self.here, self, self.is_over)
        examination.begin(self.now)
        self.assertEqual(self.dialled, [SERVER])
        return examination

    def link(self, examination: Examination) -> None:
        """There is a link, over which a token is given."""
        examination.opened(self.now)
        examination.received(Can(("paths", "check")).encode(), self.now)
        self.assertEqual(self.said[-1], b"check")
        examination.received(Seen(OUTSIDE).encode(), self.now)
        examination.received(Checkup(TOKEN, self.second).encode(), self.now)

    def run_on(self, examination: Examination) -> None:
        """Let time pass until it is over."""
        if self.unasked:
            unasked = Echo(EchoKind.BACK, TOKEN, UNASKED, OUTSIDE).encode()
            self.coming.append((self.now + 0.1, unasked, SECOND))
        for _ in range(1000):
            if examination.is_over:
                return
            first = min((at for at, _, _ in self.coming), default=examination.wake)
            self.now = min(first, examination.wake)
            for one in [one for one in self.coming if one[0] <= self.now]:
                self.coming.remove(one)
                examination.received_datagram(one[1], one[2], self.now)
            examination.tick(self.now)
        self.fail("it never ends")

    def examine(self) -> Examination:
        """From the beginning to the end."""
        examination = self.begin()
        self.link(examination)
        self.run_on(examination)
        self.assertEqual(self.over, 1)
        return examination


class Findings(ExaminedCase):
    """What it says of networks."""

    def test_home(self) -> None:
        """A router that gives one port, and lets in nothing but what answers."""
        found = self.examine().findings()
        self.assertEqual(found.outcome, Response.ANSWERED)
        self.assertEqual(
            (found.mapping, found.filtering), (Mapping.ONE_PORT, Filtering.ANSWERS_ALONE)
        )
        self.assertEqual((found.here, found.seen), ("192.168.1.2", "198.18.1.2:4000"))
        self.assertEqual((found.sent, found.lost, found.milliseconds), (SMALL, 0, 30.0))
        self.assertEqual((found.largest, found.mtu, found.carries), (1472, 1500, True))
        self.assertIs(prospect((found,)), Prospect.PROBING)
        self.assertLess(self.now - 1000.0, 6.0)

    def test_symmetric(self) -> None:
        """One that gives another port for each."""
        self.seen_second = ("198.18.1.2", 4001)
        found = self.examine().findings()
        self.assertIs(found.mapping, Mapping.VARIES)
        self.assertEqual(found.second_seen, "198.18.1.2:4001")
        self.assertIs(prospect((found,)), Prospect.ANOTHER_PORT)

    def test_lets_in(self) -> None:
        """One that lets in what was not asked for; also if that comes before the token."""
        self.unasked = True
        found = self.examine().findings()
        self.assertIs(found.filtering, Filtering.OTHER_PORTS)
        self.assertIs(prospect((found,)), Prospect.OPEN)
        self.unasked, self.over = False, 0
        self.dialled.clear()
        examination = self.begin()
        unasked = Echo(EchoKind.BACK, TOKEN, UNASKED, OUTSIDE).encode()
        examination.received_datagram(unasked, SECOND, self.now)
        self.link(examination)
        self.run_on(examination)
        self.assertIs(examination.findings().filtering, Filtering.OTHER_PORTS)

    def test_not_from_the_second(self) -> None:
        """What has another token, or comes from the first port, shows nothing of that."""
        examination = self.begin()
        self.link(examination)
        for token, source in ((b"\2" * 8, SECOND), (TOKEN, SERVER)):
            unasked = Echo(EchoKind.BACK, token, UNASKED, OUTSIDE).encode()
            examination.received_datagram(unasked, source, self.now)
        self.run_on(examination)
        self.assertIs(examination.findings().filtering, Filtering.ANSWERS_ALONE)

    def test_no_router(self) -> None:
        """Where the server sees an address of ours, nobody changes it."""
        self.here = ("10.0.0.9", OUTSIDE[0])
        found = self.examine().findings()
        self.assertIs(found.mapping, Mapping.NONE)

    def test_second_port_closed(self) -> None:
        """Where nothing comes from the second port, nobody knows whose firewall that is."""
        self.seen_second = None
        found = self.examine().findings()
        self.assertEqual((found.mapping, found.filtering), (Mapping.UNKNOWN, Filtering.UNKNOWN))
        self.assertIs(prospect((found,)), Prospect.NOT_KNOWN)

    def test_no_second_port(self) -> None:
        """Nor where the server has none: nothing is sent to port 0."""
        self.second = 0
        found = self.examine().findings()
        self.assertEqual((found.mapping, found.lost), (Mapping.UNKNOWN, 0))

    def test_loss(self) -> None:
        """What does not come back is counted; what comes twice, once."""
        self.loses = frozenset({0, 3, 19})
        found = self.examine().findings()
        self.assertEqual((found.sent, found.lost), (SMALL, 3))

    def test_narrow(self) -> None:
        """The largest that comes through whole is that of the sizes tried, with its headers."""
        self.whole = 1000
        found = self.examine().findings()
        self.assertEqual((found.largest, found.mtu, found.carries), (972, 1000, True))

    def test_all_sizes_lost_once(self) -> None:
        """Of each size so many go, so that one that is lost is no sign."""
        numbers = range(SMALL + 5, SMALL + 5 + COPIES * len(SIZES))
        self.loses = frozenset(number for number in numbers if number % COPIES)
        self.assertEqual(self.examine().findings().largest, 1472)


class Ends(ExaminedCase):
    """Where there is little to be found."""

    def test_no_link(self) -> None:
        """No link, or another key: it is over at once."""
        for other_key, outcome in ((False, Response.SILENT), (True, Response.OTHER_KEY)):
            self.dialled.clear()
            examination = self.begin()
            examination.failed(other_key=other_key)
            self.assertTrue(examination.is_over)
            self.assertIs(examination.findings().outcome, outcome)
            self.assertIs(prospect((examination.findings(),)), Prospect.NOBODY_ANSWERS)

    def test_of_before(self) -> None:
        """A server that cannot is not asked, and waited for no longer than it takes."""
        examination = self.begin()
        examination.opened(self.now)
        for message in (b"can paths", b"what is that", b"\xff"):
            examination.received(message, self.now)
        self.assertEqual(self.said, [b"can paths"])
        self.run_on(examination)
        self.assertEqual(self.now, 1000.0 + ANSWER_TIME)
        self.assertIs(examination.findings().outcome, Response.NO_CHECKUP)
        self.assertIs(prospect((examination.findings(),)), Prospect.NOT_KNOWN)

    def test_too_soon(self) -> None:
        """One that was asked too often says so."""
        examination = self.begin()
        examination.opened(self.now)
        examination.received(b"can check", self.now)
        examination.received(NoCheckup(7).encode(), self.now)
        self.assertTrue(examination.is_over)
        self.assertIs(examination.findings().outcome, Response.TOO_SOON)

    def test_two_tokens(self) -> None:
        """A second token changes nothing, and nor does what comes afterwards."""
        examination = self.examine()
        found = examination.findings()
        examination.received(Checkup(b"\2" * 8, 9).encode(), self.now)
        back = Echo(EchoKind.BACK, TOKEN, 0, ("198.18.9.9", 1)).encode()
        examination.received_datagram(back, SERVER, self.now)
        examination.tick(self.now + 100)
        self.assertEqual((examination.findings(), self.over), (found, 1))
