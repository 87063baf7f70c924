"""Whatever a member says who lies, the others have the same history, in the same order."""

import random
from collections.abc import Callable

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, Intruder, KeyedWorld, signer_of
from tests.support.kept import SERVER, MemoryKeeper
from twisted_chat.links import SendFrames
from twisted_chat.store.reader import StoreReader
from twisted_chat.store.records import TalkKey
from twisted_chat.wire.gen2.history import MAX_COUNT, Given, Have, RoomMessage, Want
from twisted_chat.wire.gen2.speech import NumberedText

LAB = TalkKey(SERVER, "lab", "", "lab")
STEPS = 120


class AnyLiar(SynchronousTestCase):
    """Three members who keep what is said, and one who lies."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.stores = {name: MemoryKeeper() for name in ("alice", "bob", "carol")}
        self.honest = [
            self.world.chatter(name, keeper=keeper) for name, keeper in self.stores.items()
        ]
        self.mallory = self.world.chatter("mallory")
        self.honest[0].type("$roomcreate lab")
        for one in (*self.honest, self.mallory):
            one.type("$roomjoin lab")
        self.world.wait(3)
        self.mallory.node.end, self.mallory.node.keeper = Intruder(), None
        self.origin = self.world.fake_server.rooms["lab"].origin
        self.numbers: dict[str, int] = {}
        self.seen: list[str] = []

    def test_same_history(self) -> None:
        """Texts under one number and at several places, clocks and numbers far ahead, invented
        authors, what nobody has, and wrong signatures."""
        chance = random.Random(5)
        count = 0
        for _ in range(STEPS):
            one = chance.choice(self.honest)
            for link in self.world.network.between(self.mallory.node, one.node)[:1]:
                for _ in range(chance.randrange(1, 8)):
                    lie = SendFrames(link, [self.lie(one, chance)])
                    self.world.network.carry_out(self.mallory.node, [lie])
            if chance.random() < 0.3:
                chance.choice(self.honest).enter(f"honest {count}")
                count += 1
            if chance.random() < 0.05:
                self.world.network.cut(chance.choice(self.world.network.links()))
            self.world.wait(chance.choice([0, 0.01, 0.1, 1, 4]))
        self.world.wait(120)
        found = [self.lines(keeper) for keeper in self.stores.values()]
        self.assertEqual(sorted(found[0]), sorted(f"honest {number}" for number in range(count)))
        for other in found[1:]:
            self.assertEqual(found[0], other)

    def lines(self, keeper: MemoryKeeper) -> list[str]:
        """What one has of those who do not lie, in order."""
        every = StoreReader(keeper.file.connection).all_lines(LAB)
        return [line.text for line in every if line.text.startswith("honest ")]

    def lie(self, to: Chatter, chance: random.Random) -> bytes:
        """Something that mallory says to somebody."""
        message = self.message(chance)
        first, last = sorted(_number(chance) for _ in range(2))
        where = "lab", self.origin, message.feed
        number = self.numbers.get(to.name or "", 0) + 1
        said = NumberedText(7, number, message.text, "lab", message.time, message)
        plain = NumberedText(7, number, "plain", "lab", chance.choice([0, 5, MAX_COUNT - 1]))
        lies: list[tuple[int, Callable[[], bytes]]] = [
            (6, said.encode),
            (1, plain.encode),
            (3, message.encode),
            (4, Have(*where, ((first, last + 1),), f"{chance.getrandbits(128):032x}").encode),
            (3, Want(*where, first, last).encode),
            (2, Given(*where, first, last).encode),
            (1, lambda: b"can history"),
        ]
        weights = [weight for weight, _ in lies]
        (chosen,) = chance.choices(range(len(lies)), weights)
        if chosen < 2:
            self.numbers[to.name or ""] = number
        return lies[chosen][1]()

    def message(self, chance: random.Random) -> RoomMessage:
        """A message of mallory, or of an author that there is not."""
        signer = signer_of(chance.choice(["mallory", "mallory", "nobody", "somebody"]))
        origin = chance.choice([self.origin] * 9 + ["0" * 32])
        series = f"{chance.choice([1, 1, 1, 2, chance.getrandbits(64)]):016x}"
        seen = tuple(chance.sample(self.seen, min(len(self.seen), chance.randrange(4))))
        counts = _number(chance), _number(chance), chance.choice([0, 5, MAX_COUNT - 1])
        text = chance.choice(["hi", "", "\x00\x1b[2J\n> x", "y" * 60_000])
        name = chance.choice(["mallory", "alice"])
        whose = "lab", origin, signer.key, series, name
        message = signer.sign(RoomMessage(*whose, *counts, seen, text))
        self.seen = [*self.seen[-20:], message.identifier]
        return replace(message, text="forged") if chance.random() < 0.05 else message


def _number(chance: random.Random) -> int:
    """One of a message, or a clock: early, far ahead, and the largest."""
    small = [1, 2, 3, 5, 50, 1_000, chance.randrange(1, 60), chance.randrange(1, 1_000_000)]
    return chance.choice([*small, MAX_COUNT - 1_000_000, MAX_COUNT - 2])
