"""What is told of the way to somebody, and why it is not a direct one."""

from tests.paths.kinds import Kind
from tests.peer.gen2.paths.test_path_finder import LARGE, SMALL, Seeking
from tests.support.network import Datagram
from tests.support.seekers import SERVER, Seeker
from twisted_chat.addresses import Address
from twisted_chat.links import Link, LinkQuality
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.paths import Hindrance, Origin, PathsShown, PathTo, Way
from twisted_chat.peer.gen2.paths.path_report import report
from twisted_chat.terminal.wording.line import LineWording

ROUTERS = (
    "your router gives you another port for everybody, and bob's lets nothing in that bob has"
    " not asked for"
)


class Reports(Seeking):
    """Two, of whom one asks for the way to the other; `link` is the one between them."""

    link: Link | None = None

    def told(self, seeker: Seeker) -> PathTo:
        """What is told of the way to the other."""
        bob = Someone("bob", seeker.other)
        return report(seeker.finder, bob, self.link, self.clock.seconds())

    def why(self, *kinds: Kind) -> list[Hindrance | None]:
        """Why two in these networks have no direct way, as each sees it."""
        self.begin()
        both = self.meet(*kinds)
        self.wait(8)
        return [self.told(one).why_not_direct for one in both]

    def test_direct(self) -> None:
        """A direct way is told with where it leads, since when, and how long an answer takes."""
        one, _ = self.meet(Kind.HOME, Kind.PUBLIC)
        self.wait(10)
        told = self.told(one)
        self.assertEqual((told.way, told.address), (Way.DIRECT, "198.18.2.2:7000"))
        self.assertEqual((told.seconds, told.why_not_direct, told.carried), (9, None, True))
        (tried,) = told.tried
        self.assertEqual((tried.origin, tried.answered), (Origin.SEEN, True))
        self.assertEqual(tried.milliseconds, told.milliseconds)

    def test_quality(self) -> None:
        """What the link has shown is told, and is newer than what probes did; its datagrams are
        as large as those of its handshake."""
        one, _ = self.meet(Kind.HOME, Kind.PUBLIC)
        self.wait(10)
        self.link = Link(one.other, ("198.18.2.2", 7000), True)
        told = self.told(one)
        self.assertEqual((told.sent, told.lost, told.largest), (0, 0, 1200))
        self.assertIsNotNone(told.milliseconds)
        self.link.quality = LinkQuality(0.0424, 1234, 5)
        told = self.told(one)
        self.assertEqual((told.milliseconds, told.sent, told.lost), (42, 1234, 5))
        event = PathsShown("", 7000, True, (told,), "bob")
        lines = LineWording().lines(event)
        self.assertIn("42 ms there and back, 5 of 1,234 datagrams lost", lines[1])
        self.assertIn("1,200 bytes", lines[2])

    def test_looking(self) -> None:
        """While answers may still come it is looked for."""
        one, _ = self.meet(Kind.SYMMETRIC, Kind.SYMMETRIC)
        self.wait(2)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.LOOKING)
        self.assertEqual(self.told(one).way, Way.RELAYED)

    def test_symmetric(self) -> None:
        """Where one router gives everybody another port, and the other lets nothing in that was
        not asked for, neither hears anything."""
        self.assertEqual(self.why(Kind.SYMMETRIC, Kind.HOME), [Hindrance.SILENT] * 2)
        self.assertEqual(self.why(Kind.SYMMETRIC, Kind.SYMMETRIC), [Hindrance.SILENT] * 2)
        self.assertEqual(
            self.why(Kind.SERVER_ONLY, Kind.PUBLIC), [Hindrance.SILENT, Hindrance.SILENT]
        )

    def test_ours_varies(self) -> None:
        """One who has others too learns from them that its own router is the one."""
        one, _ = self.meet(Kind.SYMMETRIC, Kind.HOME)
        self.wait(8)
        one.finder.views[("198.18.9.2", 7000)] = ("198.18.1.2", 49_999)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.OURS_VARIES)

    def test_one_way(self) -> None:
        """Where the other is heard and does not hear, that is told."""
        one, _ = self.meet(Kind.PUBLIC, Kind.PUBLIC)
        self.network.loses = self._to_second
        self.wait(8)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.ONE_WAY)
        (tried,) = self.told(one).tried
        self.assertTrue(tried.heard and not tried.answered)

    def _to_second(self, sent: Datagram) -> bool:
        return sent.to[0] == "198.18.2.2" and sent.source != SERVER

    def test_nothing_known(self) -> None:
        """Of those who are not looked for so it is told too."""
        one, other = self.meet(Kind.PUBLIC, Kind.PUBLIC)
        stranger = report(one.finder, Someone("eve", "e" * 64), None, self.clock.seconds())
        self.assertEqual(stranger.why_not_direct, Hindrance.NO_LINK_WANTED)
        self.wait(1)
        one.finder.part(LARGE)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.NO_LINK_WANTED)
        self.assertEqual(self.told(other).way, Way.DIRECT)

    def test_of_before(self) -> None:
        """One for whom the server has no introduction."""
        one = self.seeker(SMALL, Kind.PUBLIC, 1)
        self.server.introduce = lambda: None  # type: ignore[method-assign]
        one.come(LARGE)
        self.wait(1)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.LOOKING)
        self.wait(15)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.NO_INTRODUCTION)

    def test_families(self) -> None:
        """One who has IPv6 alone and one who has IPv4."""
        six: Address = ("2001:4::2", 7000)
        one = self.seeker(SMALL, Kind.HOME, 1)
        other = Seeker(self.server, LARGE, own=(six,))
        self.network.listen(other, six)
        one.come(LARGE)
        other.come(SMALL)
        self.network.loses = lambda sent: (
            (":" in sent.to[0]) != (":" in sent.source[0])
            and (SERVER not in (sent.to, sent.source))
        )
        self.wait(8)
        self.assertEqual(self.told(one).why_not_direct, Hindrance.FAMILIES)

    def test_in_words(self) -> None:
        """What a person reads."""
        one, _ = self.meet(Kind.SYMMETRIC, Kind.HOME)
        self.wait(60)
        one.finder.views[("198.18.9.2", 7000)] = ("198.18.1.2", 49_999)
        shown = PathsShown("198.18.1.2:40000", 7000, True, (self.told(one),), "bob")
        self.assertEqual(
            LineWording().lines(shown),
            [
                "> the server sees you at 198.18.1.2:40000; your own UDP port is 7000",
                "> bob: over the server, which cannot read it, for 58 seconds",
                f">   not directly, as {ROUTERS}: UDP port 7000 forwarded to you would do",
                ">   in datagrams of 1,200 bytes at most, which come through",
                ">   tried 198.18.2.2:40000, where the server sees bob: asked 10 times, no answer",
            ],
        )
