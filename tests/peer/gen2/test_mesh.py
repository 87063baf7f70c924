"""Links between peers, and those who come over them without being invited."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Intruder, KeyedWorld, Remembered, key_of
from tests.support.sessions import keyed_session
from tests.support.strategies import mutated, some
from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Link, SendFrames
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.gen2.inbox import MAX_HELD
from twisted_chat.peer.gen2.reception import HEAR_BURST
from twisted_chat.peer.gen2.strangers import MAX_STRANGERS, STRANGER_PATIENCE
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.terminal.typed_lines import as_typed
from twisted_chat.wire.common import Bare, Goodbye, Verb, Welcome
from twisted_chat.wire.gen2.answers import Done, Introduced, Leaving, PutOut, Refused
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import RoomVerb
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText


class Uninvited(SynchronousTestCase):
    """Whoever has a valid key and no business here."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")

    def _breaks(self, key: str, *messages: bytes) -> Intruder:
        return self.world.intrude(key, self.alice, *messages)

    def test_stranger(self) -> None:
        """A stranger is not heard, and its link is closed after a moment."""
        before = len(self.alice.lines)
        eve = self._breaks("eve", NumberedText(1, 1, "psst").encode())
        self.assertEqual(eve.whys, [])
        self.world.wait(STRANGER_PATIENCE + 1)
        self.assertIn("neither in my room", eve.whys[0])
        self.assertEqual(eve.received_messages, [])
        self.assertEqual(len(self.alice.lines), before)

    def test_faster_than_the_server(self) -> None:
        """What a newcomer says before the server has announced it is shown then."""
        self._breaks("eve", NumberedText(1, 1, "hello").encode())
        came = Came(
            "lab",
            self.world.fake_server.rooms["lab"].number + 1,
            ContactInfo("eve", key_of("eve"), "192.0.2.103", 5000),
        )
        self.world.network.carry_out(self.world.server, self.world.fake_server.push("alice", came))
        self.world.wait(0.5)
        self.assertEqual(self.alice.lines[-2:], ["< eve privately: hello", "> eve came"])

    def test_many_strangers(self) -> None:
        """So many strangers are kept waiting, and no more."""
        crowd = [
            self.world.intrude(f"eve {number}", self.alice, wait=0)
            for number in range(MAX_STRANGERS + 1)
        ]
        self.world.wait(0.5)
        turned_away = [one for one in crowd if one.whys == ["too many whom I do not know"]]
        self.assertEqual(len(turned_away), 1)

    def test_stranger_who_floods(self) -> None:
        """A stranger who says more than can be kept is put off at once."""
        said = [NumberedText(1, number, "x" * 60_000).encode() for number in range(1, 9)]
        self.assertEqual(self._breaks("eve", *said).whys, ["more at once than may be on the way"])
        self.assertEqual(
            self._breaks("mallory", Acknowledgement(1, 1).encode()).whys,
            ["acknowledged what was not said"],
        )

    def test_ourselves(self) -> None:
        """Our own key at the other end is refused."""
        self.assertEqual(self._breaks("alice").whys, ["this is my own key"])

    def test_ourselves_introduced(self) -> None:
        """A server that introduces us to ourselves is not believed."""
        contact = ContactInfo("echo", key_of("alice"), "192.0.2.9", 9)
        self.world.network.carry_out(
            self.world.server, self.world.fake_server.push("alice", Introduced(contact))
        )
        self.world.wait(3)
        self.assertEqual(self.alice.told("echo"), [])
        self.alice.type("hello")
        own = self.alice.node.fingerprint
        self.assertNotIn(own, [dial.fingerprint for dial in self.alice.node.dialled])

    def test_nonsense(self) -> None:
        """What is not in the language costs the link, is told in one line, and is not shown."""
        for message in (
            b"",
            b"\xff",
            b"HI alice",
            b"msg - 1 1 5",
            b"msg - 1 0 5 x",
            b"msg x y z",
            b"msg 1 1 1 1 x",
            b"msg # 1 1 1 x",
            b"ok 1",
            NumberedText(1, 1, "x").encode() + b"\xff",
            b"ok EPOCH 1000",
        ):
            world = KeyedWorld()
            alice, bob = world.room("alice", "bob")
            alice.type("so that there is something to acknowledge")
            before = len(alice.lines)
            (link,) = world.network.between(bob.node, alice.node)
            epoch = alice.words_to(bob)[0].split()[1]
            broken = SendFrames(link, [message.replace(b"EPOCH", epoch)])
            world.network.carry_out(bob.node, [broken])
            world.wait(0.3)
            self.assertEqual(len(alice.lines), before + 1, alice.lines)
            self.assertIn("the link to bob was closed", alice.lines[-1])
            world.wait(3)
            bob.type("sorry")
            self.assertEqual(alice.lines[-1], "< bob: sorry")

    def test_gap(self) -> None:
        """A number that is not the next costs the link; nothing after the gap is shown."""
        (link,) = self.world.network.between(self.bob.node, self.alice.node)
        gap = [NumberedText(99, 1, "a"), NumberedText(99, 3, "c")]
        self.world.network.carry_out(
            self.bob.node, [SendFrames(link, [said.encode()]) for said in gap]
        )
        self.world.wait(0.3)
        self.assertEqual(self.alice.told("< bob"), ["< bob privately: a"])

    def test_what_stands_before(self) -> None:
        """Of what comes in one go all is heard that stands before what is not in the language,
        and nothing of what stands behind it, or behind the end of a link."""
        (link,) = self.world.network.between(self.alice.node, self.bob.node)
        a, b, c = (NumberedText(99, number, str(number)).encode() for number in (1, 2, 3))
        session, now = self.alice.session, self.world.network.now
        told = session.received(link, [a, b, b"msg x y z", c], now)
        said = [one.text for one in told if isinstance(one, Said)]
        self.assertEqual(said, ["1", "2"])
        self.assertEqual(sum(isinstance(one, CloseLink) for one in told), 1)
        self.assertEqual(session.received(link, [c], now), [])

    def test_flood(self) -> None:
        """A peer that says more than is on the way between honest ones loses its link;
        no more than a burst of it is shown."""
        (link,) = self.world.network.between(self.bob.node, self.alice.node)
        flood = [NumberedText(99, number, "x").encode() for number in range(1, 5 * MAX_HELD)]
        self.world.network.carry_out(self.bob.node, [SendFrames(link, [one]) for one in flood])
        self.world.wait(0.1)
        self.assertLess(len(self.alice.told("< bob")), HEAR_BURST + 20)
        self.assertEqual(len(self.alice.told("the link to bob was closed")), 1)


MESSAGES = st.one_of(
    st.binary(max_size=40),
    mutated(
        st.sampled_from(
            [
                NumberedText(1, 1, "hello").encode(),
                NumberedText(2**62, 2**62, "").encode(),
                Acknowledgement(1, 1).encode(),
                ContactInfo("bob", key_of("bob"), "192.0.2.9", 9).__str__().encode(),
            ]
        )
    ),
    st.sampled_from(
        [
            message.encode()
            for message in (
                NumberedText(1, 1, "a"),
                NumberedText(1, 2, "b"),
                Acknowledgement(1001, 1),
                RosterBegins("lab", 3),
                RosterMember("lab", ContactInfo("bob", key_of("bob"), "192.0.2.9", 9)),
                RosterMember("lab", ContactInfo("bob", key_of("eve"), "192.0.2.9", 9)),
                RosterMember("lab", ContactInfo("old", "", "192.0.2.9", 9)),
                RosterEnds("lab"),
                Came("lab", 4, ContactInfo("eve", key_of("eve"), "192.0.2.9", 9)),
                Came("lab", 5, ContactInfo("bob", "", "192.0.2.9", 9)),
                Went("lab", 4, "bob"),
                Introduced(ContactInfo("eve", key_of("eve"), "192.0.2.9", 9)),
                PutOut("lab", Leaving.LEFT),
                PutOut("den", Leaving.KICKED),
                Refused(RoomVerb.ROSTER, "lab", Ground.NOT_YOURS),
                Done(RoomVerb.KICK, "lab"),
                Welcome("alice"),
                Bare(Verb.HI),
                Refused(RoomVerb.JOIN, "lab", Ground.NO_ROOM),
                Goodbye(),
            )
        ]
    ),
)
WHERE: Address = ("192.0.2.1", 8090)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "open", "lose", "tick", "type", "fail"]),
        st.sampled_from(["server", "alice", "bob", "eve"]),
        MESSAGES,
        st.sampled_from(
            ["hello", "$roomjoin lab", "$poke bob", "$trust bob", "$kick", "$kick bob"]
        ),
    ),
    max_size=60,
)


class Anything(SynchronousTestCase):
    """Any bytes in frames from any link at any time."""

    @some
    @given(STEPS)
    def test_never_raises(self, steps: list[tuple[str, str, bytes, str]]) -> None:
        """Whatever comes in which order, nothing raises, and no control character is shown."""
        session = keyed_session(
            Whereabouts(WHERE),
            key_of("alice"),
            "alice",
            Remembered(),
            epoch=1000,
            patient=True,
        )
        now = 1.0
        links: dict[str, Link] = {}
        effects = session.start(now)
        for kind, who, message, line in steps:
            now += 0.3
            link = links.get(who)
            if kind == "open" or link is None:
                dialled = who == "server"
                links[who] = Link(key_of(who), WHERE if dialled else ("192.0.2.9", 9), dialled)
                effects += session.opened(links[who], now)
            elif kind == "say":
                effects += session.received(link, [message], now)
            elif kind == "lose":
                effects += session.lost(links.pop(who), "gone", now)
            elif kind == "tick":
                effects += session.tick(now + 10)
            elif kind == "fail":
                effects += session.dial_failed(("192.0.2.9", 9), key_of(who), "no answer", "", now)
            else:
                effects += session.typed([as_typed(line)], now)
            self.assertGreaterEqual(session.wake, 0)
        for effect in effects:
            shown = getattr(effect, "line", "")
            self.assertTrue(shown.isprintable(), shown)
