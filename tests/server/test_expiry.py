"""What goes by itself: users, rooms and names, in the order in which their time is over."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, Server
from twisted_chat.directory.directory import Departed, RoomGone
from twisted_chat.moments import NEVER
from twisted_chat.server.expiry import EXPIRED_AT_ONCE


class ExpiryTests(SynchronousTestCase):
    """Those who are not heard from."""

    def test_any_request_is_a_sign_of_life(self) -> None:
        """A user who asks anything stays; one who is silent goes."""
        server = Server(user_ttl=100)
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        for request in (b"ul", b"rl", b"ar bob", b"rk", b"rj nowhere", b"rc lab"):
            server.wait(60)
            server.ask(ALICE, request)
        self.assertEqual([user.name for user in server.core.directory.users.read()], ["alice"])

    def test_a_room_with_somebody_in_it_stays(self) -> None:
        """A room's time runs only while it is empty, and anew each time it is."""
        server = Server(room_ttl=50, user_ttl=1000)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc lab")
        server.wait(40)
        server.ask(ALICE, b"rj lab")
        server.wait(100)
        server.ask(ALICE, b"rk")
        server.wait(49)
        self.assertEqual(server.ask(ALICE, b"rl"), [b"rl lab"])
        server.wait(2)
        self.assertEqual(server.ask(ALICE, b"rl"), [b"rl"])

    def test_many_at_once(self) -> None:
        """A crowd that expires together is gone in several goes, none of them long."""
        server = Server(user_ttl=100, rate=0)
        crowd = 3 * EXPIRED_AT_ONCE
        for number in range(crowd):
            server.ask((f"198.51.{number // 250}.{number % 250}", 1), b"hi u%d" % number)
        server.now += 100
        server.core.tick(server.now)
        self.assertEqual(len(server.core.directory.users), crowd - EXPIRED_AT_ONCE)
        self.assertGreater(server.core.wake, server.now)
        server.wait(0.1)
        self.assertEqual(len(server.core.directory.users), 0)
        gone = [change for change in server.changes if isinstance(change, Departed)]
        self.assertTrue(all(change.expired for change in gone))
        self.assertEqual(len(gone), crowd)

    def test_an_empty_server_sleeps(self) -> None:
        """When everybody and everything is gone there is nothing to wake for."""
        server = Server(user_ttl=100, room_ttl=50)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc lab")
        server.ask(ALICE, b"rj lab")
        server.wait(151)
        self.assertEqual(server.core.wake, NEVER)
        self.assertIsInstance(server.changes[-1], RoomGone)


class SilenceTests(SynchronousTestCase):
    """Those who say nothing, and rooms where nobody is."""

    def test_expired(self) -> None:
        """One who expires outside a room is told the one thing that the original understands."""
        server = Server(user_ttl=100)
        server.ask(ALICE, b"hi alice")
        self.assertEqual(server.wait(101), [(CLEAR, ALICE)])
        self.assertEqual(server.ask(ALICE, b"ul"), [b"hi"])

    def test_a_day_of_silence(self) -> None:
        """One who talks in a room, and so says nothing to the server, is in it the next day."""
        server = Server()
        for user, name in ((ALICE, b"alice"), (BOB, b"bob")):
            for datagram in (b"hi " + name, b"rc lab", b"rj lab"):
                server.ask(user, datagram)
        self.assertEqual(server.wait(86_000), [])
        self.assertIn((CLEAR, ALICE), server.wait(500))

    def test_expiry(self) -> None:
        """A user who is not heard from is gone, and so is a room that stays empty."""
        server = Server(user_ttl=100, room_ttl=50)
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        server.ask(BOB, b"rc lab")
        server.wait(49)
        self.assertEqual(server.ask(BOB, b"rl"), [b"rl lab"])
        server.wait(2)
        self.assertEqual(server.ask(BOB, b"rl"), [b"rl"])
        server.wait(60)
        self.assertEqual(server.ask(BOB, b"ul"), [b"ul bob"])
