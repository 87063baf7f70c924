"""How much may be sent to one address."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import Server
from twisted_chat.directory.directory import Registered
from twisted_chat.server.answer_rates import IPV4_HEADERS, IPV6_HEADERS

VICTIM = ("9.9.9.9", 4000)
"""Somebody on the open internet, who never asked."""


class OpenInternetTests(SynchronousTestCase):
    """Addresses where somebody can be who never asked."""

    def test_to_the_open_internet(self) -> None:
        """Those who have lists and rosters sent to another's address on the open internet, or
        have changes told there, bring it 4 KiB and 50 datagrams a second, headers included."""
        for victim, headers in ((VICTIM, IPV4_HEADERS), (("2600::1", 4000), IPV6_HEADERS)):
            server = Server(users_per_host=10_000)
            crowd = server.join(60)
            for number in range(3000):
                server.core.directory.apply(
                    Registered(("10.9.9.9", number + 1), f"a{number}", f"a{number}"), server.now
                )
            server.ask(victim, b"hi x")
            sent, start = list[tuple[float, int]](), server.now
            for second in range(28):
                for asked in (b"ul", b"rl", b"rj lab"):
                    server.core.gen1.receive(asked, victim, server.now)
                server.core.gen1.receive(b"rj other", crowd[second], server.now)
                sent += [
                    (server.now, headers + len(payload))
                    for payload, to in server.core.gen1.flush(server.now) + server.wait(1)
                    if to == victim
                ]
            lasted = server.now - start
            self.assertTrue(45 * lasted <= len(sent) <= 50 * (lasted + 1) + 1, len(sent))
            self.assertLessEqual(sum(size for _, size in sent), 4096 * (lasted + 1) + 100)

    def test_a_list_comes_whole(self) -> None:
        """To an address of the open internet a list takes longer, and comes whole."""
        server = Server()
        server.join(200)
        server.ask(VICTIM, b"hi x")
        sent, start = server.ask(VICTIM, b"ul"), server.now
        while server.core.wake < start + 60:
            server.now = server.core.wake
            sent += [payload for payload, to in server.core.tick(server.now) if to == VICTIM]
        self.assertEqual(len(set(sent)), 201)
        self.assertEqual(len(sent), 201)
