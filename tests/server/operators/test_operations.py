"""What an operator asks of a running server."""

import json
from typing import Any

from tests.server.gen2.test_registration import Kept
from tests.support.datagram_server import CLEAR
from tests.support.mixed_server import KEYS, PLACES
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.links import Link
from twisted_chat.server.journal.records import BanLifted, BanRecord, KeptRecords, RoomFreed
from twisted_chat.server.operators import operations
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, Verb, Welcome
from twisted_chat.wire.gen2.answers import Expelled
from twisted_chat.wire.gen2.requests import RegisterKey

NEWCOMER = 4


class OperationTests(Kept):
    """A server with anna, ben and the keyless eve in a room."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.ben = self.come(0, "anna"), self.come(1, "ben")
        self.server.ask(self.anna, CreateRoom("Lab"))
        self.write()
        self.server.datagram(PLACES[2], b"hi eve")
        for link in (self.anna, self.ben):
            self.server.ask(link, JoinRoom("lab"))
        self.server.datagram(PLACES[2], b"rj lab")
        self.server.wait(1)
        self.server.told(PLACES[2])

    def come(self, number: int, name: str) -> Link:
        """Let the one with this key try to be registered."""
        link = self.server.link(number)
        self.server.say(link, RegisterKey(name).encode())
        self.write()
        return link

    def do(self, **order: Any) -> dict[str, Any]:
        """An operator's order, and the reply, as it stands in a line of JSON."""
        reply = self.server.core.operations.do(order, self.server.now)
        self.server.note(self.server.core.gen2.effects(self.server.now))
        read: dict[str, Any] = json.loads(json.dumps(reply))
        return read

    def names(self) -> set[str]:
        """Who is there."""
        return {user.name for user in self.server.directory.users.read()}

    def test_status(self) -> None:
        """How many there are of what."""
        self.assertEqual(
            self.do(do="status"),
            {
                "ok": True,
                "users": 3,
                "with_key": 2,
                "rooms": 1,
                "links": 2,
                "resting": 0,
                "kept_names": 0,
                "bans": 0,
                "draining": False,
            },
        )

    def test_lists(self) -> None:
        """Users and rooms, all or those like a text, so many at once."""
        self.assertEqual({one["name"] for one in self.do(do="users")["users"]}, self.names())
        (ben,) = self.do(do="users", like="BE")["users"]
        place = f"{PLACES[1][0]}:{PLACES[1][1]}"
        expected = {"name": "ben", "address": place, "key": spoken(KEYS[1]), "in": ["Lab"]}
        self.assertEqual(ben, expected)
        self.assertEqual(self.do(do="who", name="Ben"), {"ok": True, **expected})
        (room,) = self.do(do="rooms")["rooms"]
        self.assertEqual(room, {"name": "Lab", "members": 3, "owner": spoken(KEYS[0])})
        self.patch(operations, "LISTED", 2)
        users = self.do(do="users")
        self.assertEqual((len(users["users"]), users["left_out"]), (2, 1))

    def test_kick(self) -> None:
        """Somebody is put out of the server, with a key and without."""
        self.server.take(self.ben)
        reply = self.do(do="kick", name="ben", reason="spam")
        self.assertEqual(reply, {"ok": True, "name": "ben"})
        why = "the operator of this server has put you out: spam"
        self.assertEqual(self.server.last_words[self.ben][-1], Expelled(why).encode())
        self.assertIn(self.ben, self.server.closed)
        self.do(do="kick", name="eve")
        self.server.datagrams += self.server.core.gen1.flush(self.server.now)
        self.assertIn(CLEAR, self.server.told(PLACES[2]))
        self.assertEqual(self.names(), {"anna"})

    def test_close(self) -> None:
        """A room is closed, whosever it is."""
        self.assertEqual(self.do(do="close", room="LAB"), {"ok": True, "room": "Lab"})
        self.assertEqual(len(self.server.directory.rooms), 0)
        self.assertIn(RoomFreed("lab"), self.write())

    def test_ban(self) -> None:
        """Those whom a ban is of are put out, and do not come again; it is kept."""
        reply = self.do(do="ban", address="203.0.113.0/30", seconds=60, reason="spam")
        self.assertEqual(reply["address"], "203.0.113.0/30")
        self.server.wait(1)
        self.assertEqual(self.names(), set())
        self.assertIn(BanRecord("address", "203.0.113.0/30", 60.0, "spam"), self.write())
        link = self.come(0, "anna")
        self.assertIn(link, self.server.closed)
        why = "you are banned from this server for 59 seconds more: spam"
        self.assertEqual(self.server.last_words[link], [Expelled(why).encode()])
        self.assertEqual(self.server.datagram(PLACES[2], b"hi eve"), [b"hi"])
        self.assertEqual(len(self.do(do="bans")["bans"]), 1)
        self.server.wait(60)
        self.assertEqual(self.do(do="bans")["bans"], [])
        link = self.come(0, "anna")
        self.assertEqual(self.server.take(link), [Welcome("anna")])

    def test_how_long(self) -> None:
        """Those who are banned are told for how long, in the unit that one would use."""
        for seconds, said in (
            (1, " for 1 second more"),
            (119, " for 119 seconds more"),
            (3_600, " for 60 minutes more"),
            (86_400, " for 24 hours more"),
            (7 * 86_400, " for 7 days more"),
            (None, ""),
        ):
            self.do(do="ban", name="troll*", **({} if seconds is None else {"seconds": seconds}))
            told = self.server.last_words[self.come(NEWCOMER, "troll")]
            expected = Expelled(f"you are banned from this server{said}")
            self.assertEqual(told, [expected.encode()])

    def test_banned_name(self) -> None:
        """Nobody is called what a ban is of, who may come under another name."""
        self.do(do="ban", name="troll*")
        link = self.come(NEWCOMER, "Troll7")
        self.assertIn(link, self.server.closed)
        self.assertEqual(self.server.take(self.come(NEWCOMER, "dan")), [Welcome("dan")])
        self.assertEqual(self.do(do="unban", name="TROLL*"), {"ok": True, "name": "troll*"})
        self.assertEqual(self.write()[-1], BanLifted("name", "troll*"))
        self.assertFalse(self.do(do="unban", name="troll*")["ok"])

    def test_bans_outlive(self) -> None:
        """A ban of before the server was started is one."""
        kept = BanRecord("key", KEYS[NEWCOMER], 5.0, "spam")
        self.server.core.keep(KeptRecords(bans=(kept,)), self.server.now)
        self.assertIn(self.come(NEWCOMER, "dan"), self.server.closed)
        self.server.wait(5)
        self.assertNotIn(self.come(NEWCOMER, "dan"), self.server.closed)

    def test_drain(self) -> None:
        """While a server is drained nobody else comes, and those who are there stay, or
        come back over another link."""
        self.assertEqual(self.do(do="drain"), {"ok": True, "users": 3})
        self.assertTrue(self.do(do="status")["draining"])
        dan = self.come(NEWCOMER, "dan")
        self.assertEqual(self.server.take(dan), [Bare(Verb.HI)])
        self.assertEqual(self.server.datagram(PLACES[5], b"hi fay"), [])
        self.server.lose(self.ben)
        self.assertEqual(self.server.take(self.come(1, "ben"))[0], Welcome("ben"))
        self.do(do="undrain")
        self.server.ask(dan, RegisterKey("dan"))
        self.write()
        self.assertEqual(self.server.take(dan), [Welcome("dan")])

    def test_mistakes(self) -> None:
        """What cannot be done is told in one line, and changes nothing."""
        orders: list[dict[str, Any]] = [
            {},
            {"do": "nothing"},
            {"do": []},
            {"do": "kick"},
            {"do": "kick", "name": "nobody"},
            {"do": "kick", "name": "ben", "reason": "two\nlines"},
            {"do": "close", "room": "none"},
            {"do": "close", "room": "no room at all"},
            {"do": "ban"},
            {"do": "ban", "name": "x", "key": "y"},
            {"do": "ban", "name": "x", "seconds": True},
            {"do": "ban", "name": "x", "seconds": -1},
            {"do": "users", "like": 7},
        ]
        for order in orders:
            reply = self.do(**order)
            self.assertEqual((reply["ok"], "\n" in reply["why"]), (False, False), order)
        self.server.wait(1)
        self.assertEqual(self.names(), {"anna", "ben", "eve"})
