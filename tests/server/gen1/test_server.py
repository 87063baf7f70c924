"""Which datagrams are heard, and how long lists go out."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, EVE, Server
from twisted_chat.moments import NEVER
from twisted_chat.server.answer_rates import IPV4_HEADERS


class OverTheRateTests(SynchronousTestCase):
    """A refusal for the registered, silence for others, nothing that lies."""

    def test_registered(self) -> None:
        """Each verb that has a refusal gets it; a list is not said to be empty."""
        server = Server(rate=1, burst=3)
        for request in (b"hi alice", b"rc lab", b"rj lab"):
            server.ask(ALICE, request)
        for request, refusal in (
            (b"hi alice", [b"hi"]),
            (b"ar alice", [b"ar"]),
            (b"rc lab", [b"rc"]),
            (b"rj lab", [b"rj"]),
            (b"ul", []),
            (b"rl", []),
            (b"rk", []),
            (b"by", []),
            (b"\xff", []),
        ):
            self.assertEqual(server.ask(ALICE, request), refusal)
        self.assertEqual([user.name for user in server.core.directory.users.read()], ["alice"])

    def test_not_registered(self) -> None:
        """A stranger over the rate hears nothing, whatever it asks."""
        server = Server(rate=1, burst=1)
        server.ask(EVE, b"ul")
        for request in (b"hi eve", b"ar eve", b"rc lab", b"rj lab", b"ul"):
            self.assertEqual(server.all(EVE, request), [])

    def test_others(self) -> None:
        """One source's flood costs another nothing."""
        server = Server()
        for _ in range(1000):
            server.ask(EVE, b"ul")
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_no_rate(self) -> None:
        """With a rate of 0 everything is answered."""
        server = Server(rate=0)
        server.ask(ALICE, b"hi alice")
        answers = [server.ask(ALICE, b"ar alice") for _ in range(5000)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 5000)

    def test_a_narrow_answer_rate_still_lets_in(self) -> None:
        """However few bytes a second are granted, a single answer goes out."""
        server = Server(answer_rate=1)
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_too_long(self) -> None:
        """A datagram over the bound is refused by its verb, one at the bound is read."""
        server = Server(datagram=64)
        server.ask(ALICE, b"hi alice")
        for verb in (b"hi", b"ar", b"rc", b"rj"):
            self.assertEqual(server.ask(ALICE, verb + b" " + b"x" * 62), [verb])
        self.assertEqual(server.all(EVE, b"hi " + b"x" * 62), [])
        self.assertEqual(server.all(EVE, b"hi " + b"x" * 61), [(b"hi", EVE)])


class RateTests(SynchronousTestCase):
    """More requests than the rate."""

    def test_rate(self) -> None:
        """Requests over the rate."""
        server = Server(rate=50, burst=100)
        server.ask(ALICE, b"hi alice")
        answers = [server.ask(ALICE, b"ar alice") for _ in range(150)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 99)
        self.assertEqual(answers.count([b"ar"]), 51)
        self.assertEqual([server.ask(EVE, b"ul") for _ in range(150)].count([]), 50)
        server.wait(1)
        answers = [server.ask(ALICE, b"ar alice") for _ in range(150)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 50)


class ListTests(SynchronousTestCase):
    """Lists of a whole server."""

    def test_long_list(self) -> None:
        """A list over the answer rate comes whole, each entry once, and no faster."""
        server = Server(users_per_host=10_000, rate=1e6, burst=1_000_000)
        names = {b"ul user%04d" % number for number in range(8000)}
        for number, name in enumerate(sorted(names)):
            server.ask(("192.0.2.9", number + 1), name.replace(b"ul", b"hi"))
        server.ask(ALICE, b"hi zoe")
        server.wait(1)
        sent = server.all(ALICE, b"ul")
        start = server.now
        while server.core.wake < NEVER and server.now < start + 20:
            server.now = server.core.wake
            sent += server.core.tick(server.now)
            size = sum(IPV4_HEADERS + len(datagram) for datagram, _ in sent)
            self.assertLessEqual(size, 128 * 1024 * (1 + server.now - start) + 64)
            if len(sent) > 8000:
                break
        self.assertEqual(sorted(s for s, _ in sent), sorted({*names, b"ul zoe"}))

    def test_many_slow_receivers(self) -> None:
        """However many lists wait for their bytes, a turn looks at those alone that are due."""
        server = Server()
        server.join(200)
        victims = [(f"9.9.{number >> 8}.{number & 255}", 1) for number in range(500)]
        for number, victim in enumerate(victims):
            server.ask(victim, b"hi v%d" % number)
            server.ask(victim, b"ul")
        looked = 0
        serve = server.core.gen1._queue._serve

        def counted(*given: Any) -> bool:
            nonlocal looked
            looked += 1
            return serve(*given)

        server.core.gen1._queue._serve = counted  # type: ignore[assignment,method-assign]
        sent = server.wait(2)
        self.assertGreater(len(sent), 500 * 95)
        self.assertLess(looked, 1.2 * len(sent))
