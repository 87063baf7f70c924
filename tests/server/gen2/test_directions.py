"""Users are told where else they are served, and are sent there."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from twisted_chat.links import Link
from twisted_chat.server.gen2.directions import PAUSE, SENT_AT_ONCE, Directions
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.gen2.answers import Answer, parse_answer
from twisted_chat.wire.gen2.elsewhere import MAX_SERVERS, ServedElsewhere
from twisted_chat.wire.gen2.growth import SERVERS

PLACES = tuple((f"192.0.2.{number}", 8090) for number in range(1, 12))


def served(messages: list[Answer]) -> list[ServedElsewhere]:
    """What of this says where else one is served."""
    return [one for one in messages if isinstance(one, ServedElsewhere)]


class Servers(SynchronousTestCase):
    """Three servers of a cluster, and somebody at the first who can go to others."""

    def setUp(self) -> None:
        self.cluster = ClusterOfServers()
        self.first = self.cluster.servers[0]
        self.link = self.first.link(0)
        self.first.say(self.link, f"can {SERVERS}".encode())
        self.first.say(self.link, b"hi anna")
        self.cluster.settle()

    def told(self) -> list[ServedElsewhere]:
        """What anna has been told of other servers since this was asked last."""
        return served(self.first.take(self.link))

    def test_told(self) -> None:
        """Who comes is told where the others are, and again when there are more or fewer."""
        (told,) = self.told()
        self.assertEqual((set(told.addresses), told.go), (set(PLACES[1:3]), False))
        self.cluster.wait(5)
        self.assertEqual(self.told(), [])
        self.cluster.start()
        self.cluster.settle()
        self.first.wait(1)
        (told,) = self.told()
        self.assertEqual(set(told.addresses), set(PLACES[1:4]))
        self.cluster.forget(3)
        self.cluster.wait(15)
        (told,) = self.told()
        self.assertEqual(set(told.addresses), set(PLACES[1:3]))

    def test_not_told(self) -> None:
        """One whose program cannot go there is not told of it."""
        link = self.cluster.enter(0, 1, "ben")
        self.assertEqual(served(self.first.take(link)), [])

    def test_another_is_drained(self) -> None:
        """Nobody is told of a server that is to be taken out, until it is in again."""
        self.told()
        for drains, there in ((True, PLACES[2:3]), (False, PLACES[1:3])):
            order = {"do": "drain" if drains else "undrain"}
            self.cluster.servers[1].core.operations.do(order, self.cluster.now)
            self.cluster.wait(5)
            (told,) = self.told()
            self.assertEqual((set(told.addresses), told.go), (set(there), False))

    def test_drained(self) -> None:
        """Those who are at one are sent to others, where they are in their rooms as before; nobody
        sees them leave, and one who comes back all the same is not sent away again."""
        self.first.say(self.link, b"rc lab")
        self.cluster.settle()
        self.first.say(self.link, b"rj lab")
        other = self.cluster.enter(2, 1, "ben", "lab")
        self.cluster.servers[2].take(other)
        self.told()
        self.first.core.operations.do({"do": "drain"}, self.first.now)
        self.first.wait(1)
        (told,) = self.told()
        self.assertTrue(told.go)
        self.first.lose(self.link)
        second = int(told.addresses[0][0][-1]) - 1
        self.cluster.enter(second, 0, "anna")
        self.cluster.wait(40)
        for number in range(3):
            here = self.cluster.names(number)["anna"]
            self.assertEqual(here[1:], (f"server{second}", ("lab",)))
        news = self.cluster.servers[2].boxes[other]
        self.assertEqual([one for one in news if one.startswith(b"r-")], [])
        link = self.first.link(0)
        self.first.say(link, f"can {SERVERS}".encode())
        self.first.say(link, b"hi anna")
        self.cluster.settle()
        self.first.wait(5)
        self.assertFalse(any(one.go for one in served(self.first.take(link))))


class Alone(SynchronousTestCase):
    """One server, and many users."""

    def test_alone(self) -> None:
        """Where there is no other nobody is sent anywhere."""
        cluster = ClusterOfServers(1)
        link = cluster.enter(0, 0, "anna")
        cluster.servers[0].core.operations.do({"do": "drain"}, cluster.now)
        cluster.wait(5)
        self.assertEqual(served(cluster.servers[0].take(link)), [])

    def test_many(self) -> None:
        """They are sent away so many at a time, each first to one that is drawn for them, and
        told of no more than a message may have."""
        queue = LinkQueue(None)  # type: ignore[arg-type]
        sessions = {}
        for number in range(3 * SENT_AT_ONCE):
            link = Link(f"{number:064x}", PLACES[0], dialled=False)
            link.learn(frozenset({SERVERS}))
            sessions[link.fingerprint] = LinkSession(link)
        directions = Directions(sessions, queue)
        directions.are(PLACES, 0.0)
        directions.tick(0.0)
        queue._out.clear()
        directions.send_away(True, 1.0)
        firsts, now = [], 1.0
        for _ in range(3):
            self.assertEqual(directions.wake, now)
            directions.tick(now)
            sent = [parse_answer(*one.messages) for one in queue._out]  # type: ignore[union-attr]
            self.assertEqual(len(sent), SENT_AT_ONCE)
            for one in served(sent):
                self.assertEqual((len(one.addresses), one.go), (MAX_SERVERS, True))
                firsts.append(one.addresses[0])
            queue._out.clear()
            now += PAUSE
        self.assertEqual(directions.wake, float("inf"))
        self.assertGreater(len(set(firsts)), len(PLACES) // 2)
