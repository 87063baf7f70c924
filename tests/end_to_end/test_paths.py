"""People in networks of several kinds find each other: some of what `make paths` tries."""

from unittest import skipUnless

from twisted.trial.unittest import SkipTest, TestCase

from tests.paths.gateway import PCP, UPNP, led
from tests.paths.kinds import Kind, Together
from tests.paths.matrix import Pair, is_direct, ways
from tests.paths.narrow import heard_after
from tests.paths.troubles import TROUBLES, Speaker, Trial, recoveries
from tests.support.namespaces import NoNamespaces
from tests.support.thorough import slow
from twisted_chat.net.igd import LIBRARY, has_library

PAIRS: list[Pair] = [
    (Kind.HOME, Kind.HOME),
    (Kind.SYMMETRIC, Kind.ADDRESS),
    (Kind.CARRIER, Kind.HOME),
    (Kind.SIX, Kind.SIX),
    (Kind.SIX, Kind.PUBLIC),
    (Kind.SYMMETRIC, Kind.HOME),
    (Kind.SERVER_ONLY, Kind.SIX),
    Together.HAIRPIN,
    Together.NO_HAIRPIN,
    Together.CARRIER,
]
"""Of which some can reach each other directly."""
SOON = 3.0
"""Seconds within which words arrive."""
CHANGES = {"its router gets another address", "it goes to another home"}
RECOVERED = 10.0
"""Seconds within which they arrive again, where other tests have the processor meanwhile; by
itself that takes three."""


class Paths(TestCase):
    """Whole programs, behind routers that are made for the test."""

    def test_pairs(self) -> None:
        """Those of each of these pairs hear each other, and their words go by the server only
        where there is no other way."""
        try:
            for pair, way in ways(PAIRS, at_once=2):
                self.assertIsNotNone(way.seconds, pair)
                self.assertEqual(way.relayed, not is_direct(pair), pair)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None

    @slow
    def test_direct_only(self) -> None:
        """Those who take nothing that a server carries have no link then, and all the others."""
        pairs: list[Pair] = [(Kind.SYMMETRIC, Kind.HOME), (Kind.HOME, Kind.PUBLIC)]
        try:
            found = dict(ways(pairs, options=["--direct-only"], patience=6.0))
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None
        self.assertIsNone(found[pairs[0]].seconds)
        self.assertIsNotNone(found[pairs[1]].seconds)

    def test_narrow(self) -> None:
        """On a path of 1,000 bytes of which nobody is told words arrive, in mid-chat and
        from the start."""
        try:
            for seconds in heard_after(1000, told=False):
                self.assertTrue(seconds is not None and seconds < SOON, seconds)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None

    def test_gateway(self) -> None:
        """Where the router of one leads a port to it, two whom else only the server leads to each
        other have a direct way; and it is given back at the end."""
        self.assert_led(PCP)

    @skipUnless(has_library(), f"{LIBRARY} is not installed")
    def test_gateway_in_upnp(self) -> None:
        """The same, where that router answers in UPnP alone."""
        self.assert_led(UPNP)

    def assert_led(self, speaks: str) -> None:
        """Have a router that speaks so lead a port."""
        try:
            found = led(speaks)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None
        self.assertIsNotNone(found.seconds)
        self.assertTrue(found.given_back)

    @slow
    def test_changes(self) -> None:
        """Where the network of one of two becomes another one, words are heard again."""
        wanted = [
            Trial(trouble, person, Speaker.THIS)
            for trouble in TROUBLES
            if trouble.name in CHANGES
            for person in (0, 1)
        ]
        try:
            for trial, seconds in recoveries(wanted):
                self.assertTrue(seconds is not None and seconds < RECOVERED, (trial, seconds))
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None
