"""How the server is asked for introductions: a few at a time, and not for ever."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.paths.pairing_requests import (
    ANSWER_TIME,
    ASKED_AT_ONCE,
    PairingRequests,
)


class Requests(SynchronousTestCase):
    """Those that are on their way, and those that wait."""

    def setUp(self) -> None:
        self.asked: list[str] = []
        self.given_up: list[str] = []
        self.unwanted: set[str] = set()
        self.reachable = True
        self.requests = PairingRequests(
            lambda one: one not in self.unwanted,
            self._ask,
            lambda one, now: self.given_up.append(one),
        )
        self.everybody = [f"{number:02}" for number in range(ASKED_AT_ONCE + 4)]

    def _ask(self, fingerprint: str) -> bool:
        self.asked.append(fingerprint)
        return self.reachable

    def add_all(self) -> None:
        """Ask about everybody."""
        for one in self.everybody:
            self.requests.add(one)
        self.requests.tick(100.0)

    def test_a_few_at_a_time(self) -> None:
        """So many are on their way; another goes when one is answered, and nobody twice."""
        self.add_all()
        self.assertEqual(self.asked, self.everybody[:ASKED_AT_ONCE])
        self.requests.answered("03", 101.0)
        self.requests.answered("03", 101.0)
        self.assertEqual(self.asked, self.everybody[: ASKED_AT_ONCE + 1])

    def test_no_answer(self) -> None:
        """Who has no answer in time is given up, and the next are asked about."""
        self.add_all()
        self.assertEqual(self.requests.wake, 100.0 + ANSWER_TIME)
        self.requests.tick(self.requests.wake)
        self.assertEqual(self.given_up, self.everybody[:ASKED_AT_ONCE])
        self.assertEqual(self.asked, self.everybody)

    def test_unwanted(self) -> None:
        """Nobody is asked about who is not wanted any more, nor who was dropped or named by the
        server meanwhile."""
        self.unwanted = {"00"}
        for one in self.everybody[:4]:
            self.requests.add(one)
        self.requests.drop("01")
        self.requests.answered("02", 99.0)
        self.requests.tick(100.0)
        self.assertEqual(self.asked, ["03"])

    def test_no_server(self) -> None:
        """Where there is nobody to ask, that is as good as no answer."""
        self.reachable = False
        self.add_all()
        self.assertEqual(self.given_up, self.everybody)

    def test_lost(self) -> None:
        """What a server was asked that is gone keeps nobody from being asked about."""
        self.add_all()
        self.requests.lost()
        self.requests.tick(101.0)
        self.assertEqual(self.asked, self.everybody)
