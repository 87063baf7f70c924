"""What users of several servers see of each other, and what is whose."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from tests.support.mixed_server import KEYS
from twisted_chat.links import Link
from twisted_chat.server.cluster.cluster import BRIEFLY, PATIENCE
from twisted_chat.server.cluster.entries import NAME
from twisted_chat.server.cluster.other_servers import ABSENCE
from twisted_chat.server.cluster.replica import Logged
from twisted_chat.server.cluster.wanted import TTL

TEXTER = ("198.51.100.1", 4000)


class ClusterTests(SynchronousTestCase):
    """Three servers."""

    def setUp(self) -> None:
        self.all = ClusterOfServers(3)
        self.alice = self.all.enter(0, 0, "alice", "lab")
        self.bob = self.all.enter(1, 1, "bob", "lab")
        self.told(self.alice)
        self.told(self.bob)

    def told(self, link: Link) -> list[str]:
        """What has come over a link since this was last asked."""
        for server in self.all.servers:
            if link in server.boxes:
                box = server.boxes[link]
                found = [message.decode() for message in box]
                box.clear()
                return found
        return []

    def say(self, link: Link, *texts: str) -> list[str]:
        """Say these, and let everything arrive. Returns the answers."""
        self.told(link)
        for text in texts:
            for server in self.all.servers:
                if link in server.boxes:
                    server.say(link, text.encode())
            self.all.settle()
        return self.told(link)

    def test_one_directory(self) -> None:
        """All servers know who is where and in which room, whichever came when."""
        late = self.all.start()
        self.all.settle()
        for number in (1, 2, late):
            self.assertEqual(self.all.names(number), self.all.names(0))
            self.assertEqual(self.all.rooms(number), self.all.rooms(0))
        self.assertEqual(self.all.names(0)["bob"], (KEYS[1], "server1", ("lab",)))
        self.assertEqual(self.all.damaged, [])

    def test_both_generations(self) -> None:
        """Who comes in datagrams at a third server is told by its own alone who is there."""
        server = self.all.servers[2]
        server.datagram(TEXTER, b"hi alice")
        self.all.settle()
        self.assertEqual(server.told(TEXTER), [b"hi"])
        for text in (b"hi carl", b"rc lab", b"rj lab"):
            server.datagram(TEXTER, text)
            self.all.settle()
        self.assertEqual(
            server.told(TEXTER),
            [
                b"hi carl",
                b"rc",
                b"rj __clear_peers__",
                b"rj 203.0.113.0 7000",
                b"rj 203.0.113.1 7000",
            ],
        )
        self.assertIn(f"r+ lab 3 carl - {TEXTER[0]} {TEXTER[1]}", self.told(self.alice))
        self.assertEqual([one.told(TEXTER) for one in self.all.servers[:2]], [[], []])
        self.all.servers[0].datagram(TEXTER, b"rk")
        self.assertEqual(self.all.servers[0].told(TEXTER), [b"hi"])

    def test_found(self) -> None:
        """Who asks for somebody at another server is told, and so is who is asked for."""
        self.assertIn(f"ar alice {KEYS[0]} 203.0.113.0 7000", self.say(self.bob, "ar alice"))
        self.assertEqual(self.told(self.alice), [f"in bob {KEYS[1]} 203.0.113.1 7000"])

    def test_put_out(self) -> None:
        """Who runs a room puts out somebody at another server, who is told so once."""
        self.assertEqual(self.say(self.alice, "kk lab bob"), ["r- lab 3 bob", "ok kk lab"])
        self.assertEqual(self.told(self.bob), ["rk lab kicked"])
        self.assertEqual(self.all.rooms(2)["lab"][2], ["alice"])

    def test_put_out_meanwhile(self) -> None:
        """So it is where that one goes into another room in the same moment."""
        self.say(self.alice, "rc den")
        self.all.servers[0].say(self.alice, b"kk lab bob")
        self.all.servers[1].say(self.bob, b"rj den")
        self.all.settle()
        for number in range(3):
            self.assertEqual(self.all.names(number)["bob"][2], ("den",))
        self.assertIn("rk lab kicked", self.told(self.bob))

    def test_rules_meet(self) -> None:
        """What two servers change of one room at once is both done."""
        self.say(self.alice, "op lab bob")
        self.all.enter(2, 2, "carol")
        self.all.servers[0].say(self.alice, b"iv lab carol")
        self.all.servers[1].say(self.bob, b"rt lab about nothing")
        self.all.settle()
        rules = {self.all.rooms(number)["lab"][1] for number in range(3)}
        (one,) = rules
        self.assertIn("about nothing", one)
        self.assertIn(KEYS[2], one)
        self.assertIn("rt lab about nothing", self.told(self.alice))

    def test_closed_and_given(self) -> None:
        """A room is another's at all servers, and then no more at any."""
        self.assertEqual(self.say(self.alice, "rg lab bob")[-1:], ["ok rg lab"])
        self.assertEqual({self.all.rooms(number)["lab"][0] for number in range(3)}, {KEYS[1]})
        self.assertEqual(self.say(self.bob, "rx lab")[-1:], ["ok rx lab"])
        self.assertEqual([self.all.rooms(number) for number in range(3)], [{}] * 3)
        self.assertEqual(self.told(self.alice)[-1:], ["rk lab closed"])

    def test_moved_in(self) -> None:
        """Who comes to another server from the same address is there as before: others see that
        it is still there, its first link is ended, and it is at one place everywhere."""
        again = self.all.enter(2, 0, "alice")
        self.assertIn(self.alice, self.all.servers[0].closed)
        self.assertEqual(self.told(again)[:2], ["hi alice", "ro lab 1"])
        self.assertEqual(self.told(self.bob), [])
        for number in range(3):
            self.assertEqual(self.all.names(number)["alice"], (KEYS[0], "server2", ("lab",)))
        self.all.wait(60)
        self.assertEqual(self.all.names(1)["alice"], (KEYS[0], "server2", ("lab",)))

    def test_copied_key(self) -> None:
        """Who comes from elsewhere with a key that is registered at a server that is there is
        not let in, and is when that is there no more."""
        server = self.all.servers[2]
        copy = server.link(0, ("203.0.113.77", 7000))
        server.say(copy, b"hi alice")
        self.all.settle()
        self.assertEqual(self.told(copy), ["no hi alice 0"])
        self.assertEqual(self.all.names(1)["alice"][1], "server0")
        self.all.cut(0)
        self.all.forget(0)
        self.all.wait(TTL + 2)
        server.say(copy, b"hi alice")
        self.all.settle()
        self.assertEqual(self.all.names(1)["alice"][1], "server2")
        self.assertIn("r+ lab", "\n".join(self.told(self.bob)))

    def test_server_gone(self) -> None:
        """Those whose server is gone stay for a while, and are let go; their names are kept."""
        self.all.cut(0)
        self.all.forget(0)
        self.all.wait(TTL + ABSENCE / 2)
        self.assertIn("alice", self.all.names(1))
        self.assertEqual(self.told(self.bob), [])
        self.all.wait(ABSENCE)
        self.assertNotIn("alice", self.all.names(1))
        self.assertEqual(self.all.kept(2), {"alice": KEYS[0]})
        self.assertEqual(self.told(self.bob), ["r- lab 2 alice"])

    def test_cut_off(self) -> None:
        """Who is cut off goes on with what it knows, and confirms nothing new."""
        self.all.cut(1)
        self.assertEqual(
            self.say(self.bob, "ar alice")[:1], [f"ar alice {KEYS[0]} 203.0.113.0 7000"]
        )
        server = self.all.servers[1]
        late = server.link(2)
        server.say(late, b"hi carol")
        server.say(self.bob, b"rc den")
        self.all.wait(PATIENCE + 1)
        self.assertIn(late, server.closed)
        self.assertIn("no rc den other", self.told(self.bob))
        self.all.wait(BRIEFLY)
        at_once = server.link(3)
        server.say(at_once, b"hi dave")
        self.all.settle()
        self.assertIn(at_once, server.closed)
        self.all.enter(0, 2, "carol")
        self.all.heal(1)
        self.all.settle()
        self.assertEqual(self.all.names(1), self.all.names(0))
        self.assertEqual(self.all.names(1)["bob"], (KEYS[1], "server1", ("lab",)))

    def test_let_go_by_mistake(self) -> None:
        """Who was cut off for so long that its users were let go has them again."""
        self.all.cut(1)
        self.all.wait(TTL + 2 * ABSENCE)
        self.assertNotIn("bob", self.all.names(0))
        self.all.heal(1)
        self.all.settle()
        for number in range(3):
            self.assertEqual(self.all.names(number)["bob"], (KEYS[1], "server1", ("lab",)))

    def test_ban(self) -> None:
        """A ban of one server is one of all, and is lifted everywhere."""
        operations = self.all.servers[0].core.operations
        operations.do({"do": "ban", "name": "bob", "reason": "loud"}, self.all.now)
        self.all.settle()
        self.all.wait(1)
        self.assertIn(self.bob, self.all.servers[1].closed)
        self.assertNotIn("bob", self.all.names(2))
        operations.do({"do": "unban", "name": "bob"}, self.all.now)
        self.all.settle()
        self.all.enter(2, 1, "bob")
        self.assertIn("bob", self.all.names(0))
        asked = operations.do({"do": "kick", "name": "bob"}, self.all.now)
        self.assertIn("server2", asked["why"])

    def test_damaged(self) -> None:
        """What is no entry is told, and what comes after it carried out."""
        cluster = self.all.cluster(0)
        cluster.fed([Logged((NAME, "alice"), 900, b"{")], self.all.now, 0.0)
        self.assertEqual(len(self.all.damaged), 1)
        self.assertIn("alice", self.all.names(0))

    def test_figures(self) -> None:
        """An operator sees how many servers there are, and what is to be written."""
        self.assertEqual(self.all.cluster(0).figures(), {"servers": 3, "owed": 0})
        self.all.cut(0)
        self.say(self.alice, "rk lab")
        self.assertEqual(self.all.cluster(0).figures(), {"servers": 3, "owed": 1})
