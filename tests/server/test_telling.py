"""What others are told because of one user."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import MixedServer
from twisted_chat.directory.directory import Registered, Room, RoomCreated, RoomJoined, User
from twisted_chat.server.bounds import SMALL_ROOM, TELL_BURST, TELL_RATE, Bounds
from twisted_chat.server.telling import TellingRates, caused

KEY = "a" * 64


class Rates(SynchronousTestCase):
    """Who waits, and for how long."""

    def setUp(self) -> None:
        self.server = MixedServer()
        self.rates = TellingRates(Bounds())

    def user(self, name: str, host: str, key: str = "") -> User:
        """Somebody at this host address."""
        change = Registered((host, 4000), name, name, key)
        self.server.directory.apply(change, 0.0)
        user = self.server.directory.user(change.who)
        assert user is not None
        return user

    def waits(self, host: str, now: float = 0.0, *, keyed: bool = False) -> float:
        return self.rates.wait(host, now, keyed=keyed)

    def test_site(self) -> None:
        """Those of a site wait until what they have caused is paid for; nobody else does."""
        alice = self.user("alice", "192.0.2.1")
        self.rates.charge(alice, 0.0, TELL_BURST)
        self.assertEqual(self.waits("192.0.2.1"), 0)
        self.rates.charge(alice, 0.0, int(TELL_RATE))
        self.assertAlmostEqual(self.waits("192.0.2.1"), 1.0, 3)
        self.assertEqual((self.waits("192.0.2.2"), self.waits("192.0.2.1", 1.0)), (0, 0))

    def test_keys(self) -> None:
        """Those without a key keep nobody with one waiting, nor the other way round."""
        alice, bob = self.user("alice", "192.0.2.1"), self.user("bob", "192.0.2.2", KEY)
        for one in (alice, bob):
            self.rates.charge(one, 0.0, 2 * TELL_BURST)
        self.assertGreater(self.waits("192.0.2.1"), 0)
        self.assertGreater(self.waits("192.0.2.2", keyed=True), 0)
        self.assertEqual(self.waits("192.0.2.1", keyed=True), 0)
        self.assertEqual(self.waits("192.0.2.2"), 0)

    def test_no_limit(self) -> None:
        """Where there is no limit on requests there is none on this either, from then on."""
        bounds = Bounds()
        self.rates = TellingRates(bounds)
        alice = self.user("alice", "192.0.2.1")
        self.rates.charge(alice, 0.0, 2 * TELL_BURST)
        bounds.rate = 0
        self.rates.renew()
        self.assertEqual(self.waits("192.0.2.1"), 0)


class Caused(SynchronousTestCase):
    """Messages that one change of a room costs."""

    def room(self, members: int) -> Room:
        """A room of so many without a key."""
        directory = MixedServer().directory
        directory.apply(RoomCreated("lab", "lab", ("192.0.2.1", 1), "192.0.2.1"), 0.0)
        for number in range(members):
            address, name = ("192.0.2.1", 1000 + number), f"user{number}"
            directory.apply(Registered(address, name, name), 0.0)
            directory.apply(RoomJoined(address, "lab"), 0.0)
        room = directory.rooms.get("lab")
        assert room is not None
        return room

    def test_without_keys(self) -> None:
        """In a small room each member gets the whole list, in a larger one only the change."""
        self.assertEqual(caused(self.room(3)), 9)
        self.assertEqual(caused(self.room(SMALL_ROOM)), SMALL_ROOM**2)
        self.assertEqual(caused(self.room(SMALL_ROOM + 1)), SMALL_ROOM + 1)

    def test_with_keys(self) -> None:
        """One with a key gets one message."""
        room = self.room(3)
        room.holders = 2
        self.assertEqual(caused(room), 2 + 3)
