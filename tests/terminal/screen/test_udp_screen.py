"""Events of a peer on the screen, and what is entered there."""

import json
from functools import partial

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import BOB, DEN, LAB, NOON, WITH_BOB, Screen
from twisted_chat.events import Event
from twisted_chat.peer.commands import Command, LeaveUnread, Order, ReadBack, Say, Turn
from twisted_chat.peer.events import histories, kept, keys, moves, rooms, said, server, talk
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.glance import Glance
from twisted_chat.peer.own_lines import OwnLine
from twisted_chat.terminal.editing.completion import NoCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.json_lines import JsonLines
from twisted_chat.terminal.screen.shown_line import Progress
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.talk_states import TalkStates
from twisted_chat.terminal.screen.udp_screen import UdpScreen
from twisted_chat.terminal.screen.wishes import EarlierWanted, TextEntered
from twisted_chat.terminal.typed_lines import HELP_MEANT
from twisted_chat.terminal.wording.line import LineWording

NOBODY = Talk()
CAROL = Someone("carol", "c" * 64)
WITH_CAROL = Talk(who=CAROL)
SCRIPT: tuple[Event, ...] = (
    server.RegisteredAs("alice"),
    rooms.RoomEntered("lab", (BOB,), (), True),
    talk.TalkingTo(LAB, False),
    rooms.TopicShown("brewing", "lab"),
    said.Said(BOB, "hello alice", True, room="lab"),
    moves.PeopleCame((CAROL,), 0, "lab"),
    said.Said(CAROL, "psst", False),
    said.NotArrived("hi", (BOB,), 1, 2, "lab"),
)
"""What happens to alice, whatever she sees it on."""
AS_LINES = """\
> you are alice; $help shows what you can do
> you are in lab with bob
> the topic of lab: brewing
< bob: hello alice
> carol came
< carol privately: psst
> bob has not got "hi" yet (1 of 2 have)"""
AS_SCREEN = """\
 lab  brewing                                                             alice
 1 server       │                                              │   alice
 2 lab          │                                              │
 3 carol !1     │--- Thursday, 26 November 2026 -------------- │
                │12:00 > you are in lab with bob               │
                │12:00 > the topic of lab: brewing             │
                │12:00 < bob: hello alice                      │
                │12:00 > carol came                            │
                │12:00 > bob has not got "hi" yet (1 of 2      │
                │        | have)                               │
                                                                        F1 keys
lab>"""


def earlier(*talks: tuple[Someone, int]) -> kept.EarlierTalks:
    """There were these talks before, and so much of each is unread."""
    return kept.EarlierTalks(tuple(kept.EarlierTalk(*talk) for talk in talks))


class UdpCase(SynchronousTestCase):
    """A screen of UDP chat, with nothing on it yet."""

    def setUp(self) -> None:
        self.seen = Screen(80, 12, alone=True)
        self.model = self.seen.model
        self.model.alone, self.model.name, self.model.server = False, "", ""
        self.screen = UdpScreen(self.model, Vocabulary(), "a" * 64)

    def show(self, *events: Event) -> None:
        for event in events:
            self.screen.show(event, NOON)

    def look(
        self,
        *talks: Talk,
        busy: bool = False,
        away: bool = False,
        current: Talk | None = None,
    ) -> None:
        """It stands so. What is typed goes where alice looks, unless it is said otherwise."""
        here = self.model.shown.subject.described
        if current is None:
            current = here if here in talks else NOBODY
        self.screen.look(Glance("alice", away, talks, current, busy))

    def enter(self, text: str, talk: Talk = NOBODY, *, busy: bool = False) -> list[object]:
        state = self.model.states.find(subject_of(talk))
        assert state is not None
        return list(self.screen.entered(TextEntered(text, state.key), NOON, busy=busy))

    def lines(self, talk: Talk = NOBODY) -> list[str]:
        """What stands in a conversation."""
        state = self.model.states.find(subject_of(talk))
        assert state is not None
        every = range(state.lines.first, state.lines.end)
        return [state.lines.at(position).text for position in every]


class Showing(UdpCase):
    """Events become lines, where they belong."""

    def test_all_faces(self) -> None:
        """The same events, as lines, as JSON and on the screen."""
        wording, as_json = LineWording(), JsonLines(lambda: NOON)
        lines = [line for event in SCRIPT for line in wording.lines(event)]
        self.assertEqual("\n".join(lines), AS_LINES)
        names = [json.loads(line)["event"] for one in SCRIPT for line in as_json.lines(one)]
        self.assertEqual(
            names,
            [
                "registered_as",
                "room_entered",
                "talking_to",
                "topic_shown",
                "said",
                "people_came",
                "said",
                "not_arrived",
            ],
        )
        self.screen = UdpScreen(self.model, Vocabulary(), "a" * 64, expected=("lab",))
        self.show(*SCRIPT)
        self.assertEqual(self.seen.drawing.draw(80, 12).text(), AS_SCREEN)

    def test_where(self) -> None:
        """What is about a conversation stands there, everything else where the person looks."""
        self.look(LAB, DEN, WITH_BOB)
        self.show(
            moves.PeopleCame((CAROL,), 0, "den"),
            keys.KeyChanged(BOB, "b" * 64, "d" * 64),
            said.LostFor((BOB,), "one"),
            said.NeverArrived(BOB, 1, "two", "lab"),
            server.RoomList(("den", "lab")),
        )
        self.assertEqual(self.lines(DEN), ["carol came"])
        self.assertEqual(len(self.lines(WITH_BOB)), 5)
        self.assertEqual(self.lines(LAB), ['bob never got one line, from "two" on'])
        self.assertEqual(self.lines(), ["rooms (2): den, lab"])

    def test_strangers(self) -> None:
        """A stranger begins no conversation of their own."""
        how = said.Unencrypted("192.0.2.7:5000", stranger=True)
        for number in range(50):
            self.show(said.Said(Someone(f"eve{number}"), "hi", False, how))
        self.assertEqual(len(self.model.states), 1)
        self.assertEqual(self.model.to_notice, [])

    def test_perhaps_private(self) -> None:
        """In generation 1 what somebody says in a room may have been private: it says so."""
        how = said.Unencrypted("192.0.2.7:5000", perhaps_private=True)
        self.show(said.Said(Someone("bob"), "hi", True, how, "lab"))
        state = self.model.states.find(subject_of(LAB))
        assert state is not None
        self.assertEqual(state.lines.at(0).who, "bob (perhaps privately)")

    def test_help(self) -> None:
        """$help shows the commands and the keys."""
        self.show(server.Help(tuple(Command)))
        text = "\n".join(self.lines())
        self.assertIn("$roomjoin ROOM", text)
        self.assertIn("Alt-Up", text)

    def test_said_before(self) -> None:
        """What was said before is shown at its times again, as nothing new; a time that cannot
        be is that of now."""
        day = 86_400
        lines = tuple(
            kept.KeptText(who, own, int(time * 1000), text, "lab")
            for who, own, time, text in (
                (BOB, False, NOON - day, "12 Rose Street, alice"),
                (Someone("alice"), True, NOON - day, "fine"),
                (BOB, False, 1e15, "from the end of time"),
                (BOB, False, -1e15, "> from before it"),
            )
        )
        self.show(server.RegisteredAs("alice"))
        self.look(LAB)
        self.show(kept.HistoryShown(LAB, lines, True, joining=True))
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.assertEqual((lab.unread, self.model.to_notice), (0, []))
        self.model.turn(lab)
        self.assertEqual(
            [row.rstrip() for row in self.seen.talk],
            [
                "--- Wednesday, 25 November 2026 -------------",
                "12:00 < bob: 12 Rose Street, alice",
                "12:00 - alice: fine",
                "--- Thursday, 26 November 2026 --------------",
                "12:00 < bob: from the end of time",
                "12:00 < bob: > from before it",
                "12:00 > what was said before is above, what",
                "        | is new comes below",
            ],
        )

    def test_read_back(self) -> None:
        """Who reads up to what is oldest gets what was said before that, from the store, once for
        each time, and what is in sight stays there; where there is no more nothing is asked."""

        def said_before(first: int, last: int) -> tuple[kept.KeptText, ...]:
            return tuple(
                kept.KeptText(BOB, False, int(NOON * 1000), f"word {number}", "lab", "", number)
                for number in range(first, last)
            )

        self.show(server.RegisteredAs("alice"))
        self.look(LAB)
        self.show(kept.HistoryShown(LAB, said_before(190, 200), True, joining=True))
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.model.turn(lab)
        self.assertIn("word 199", " ".join(self.seen.talk))
        self.assertEqual(self.seen.press("page up"), [EarlierWanted(lab.key)])
        self.assertEqual(self.seen.press("page up"), [])
        self.assertEqual(self.screen.reads_back(lab.key), ReadBack(LAB, 190))
        before = self.seen.talk
        self.show(kept.EarlierShown(LAB, said_before(90, 190), True))
        # The day is not that of the first line any more: what stands before that is in its row.
        self.assertEqual((self.seen.talk[1 : len(before)], lab.unread), (before[1:], 0))
        self.assertEqual(self.seen.talk[0][-8:], "word 189")
        pages = 0
        while not (wishes := self.seen.press("page up")):
            pages += 1
            before = self.seen.talk
        self.assertGreater(pages, 3)
        self.assertEqual(wishes, [EarlierWanted(lab.key)])
        self.assertEqual(self.screen.reads_back(lab.key), ReadBack(LAB, 90))
        before = self.seen.talk
        self.show(said.Said(BOB, "something new", True, None, "lab"))
        self.show(kept.EarlierShown(LAB, said_before(89, 90), False))
        self.assertEqual(self.seen.talk, before)
        for _ in range(5):
            self.assertEqual(self.seen.press("page up"), [])
        self.assertIn("< bob: word 89", " ".join(self.seen.talk))
        self.assertEqual([row for row in self.seen.talk if "word" in row][1][-7:], "word 90")

    def test_handed_on(self) -> None:
        """What others hand on stands by its times, but in the order of the room where it was
        said at nearly the same time; as all of it is there, none is said to be elsewhere."""
        times = {"late": 3600.0, "question": 62.0, "answer": 61.0, "next": 90.0}
        lines = tuple(
            kept.KeptText(BOB, False, int((NOON - 9000 + time) * 1000), text, "lab")
            for text, time in times.items()
        )
        self.show(server.RegisteredAs("alice"))
        self.show(histories.HandedOn("lab", (CAROL,), lines * 5, 20, True, False))
        *shown, told = self.lines(LAB)
        self.assertEqual(list(dict.fromkeys(shown)), ["question", "answer", "next", "late"])
        self.assertEqual(told, "carol has handed on all that was said in lab before: 20 lines")

    def test_nothing_before(self) -> None:
        """Where nothing is kept the question has no effect, nor has it in the first place."""
        self.show(server.RegisteredAs("alice"))
        self.look(LAB)
        self.show(said.Said(BOB, "hi", True, None, "lab"))
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.model.turn(lab)
        self.assertEqual(self.screen.reads_back(lab.key), ReadBack(LAB, 0))
        before = self.seen.talk
        self.show(kept.EarlierShown(LAB, (), False))
        self.assertEqual(self.seen.talk, before)
        self.assertIsNone(self.screen.reads_back("home"))

    def test_earlier(self) -> None:
        """Those with whom one has talked before are listed; what was said then is read when the
        person turns there, once; what is entered there pokes them, and is said."""
        make_editor = partial(Editor, NoCompleter(), History())
        self.model.states = TalkStates("server", make_editor, kept=True)
        self.show(server.RegisteredAs("alice"), earlier((BOB, 0), (CAROL, 0)))
        self.look(LAB)
        self.assertEqual(
            [one.title for one in self.model.states], ["server", "lab", "bob", "carol"]
        )
        self.assertIsNone(self.screen.begins_reading())
        self.seen.press("meta 3")
        self.assertEqual(self.screen.begins_reading(), ReadBack(WITH_BOB, 0))
        self.assertIsNone(self.screen.begins_reading())
        words = kept.KeptText(BOB, False, int(NOON * 1000), "12 Rose Street", "", "bob", 7)
        self.show(kept.EarlierShown(WITH_BOB, (words,), True))
        self.assertIn("< bob: 12 Rose Street", " ".join(self.seen.talk))
        self.assertIsNone(self.screen.begins_reading())
        poke, say = self.enter("hello", WITH_BOB)
        self.assertEqual((poke, say), (Order(Command.POKE, "bob"), Say("hello", to=WITH_BOB)))

    def test_unread_before(self) -> None:
        """What was left unread before the start is so again, and a line stands before it where
        the person looks; the session is told that they have."""
        make_editor = partial(Editor, NoCompleter(), History())
        self.model.states = TalkStates("server", make_editor, kept=True)
        texts = ((False, "alice?"), (False, "it rains"), (True, "hm"), (False, "no"))
        lines = tuple(
            kept.KeptText(BOB, own, int(NOON * 1000), text, "lab", "", number)
            for number, (own, text) in enumerate(texts, 1)
        )
        self.show(server.RegisteredAs("alice"), earlier((CAROL, 1), (BOB, 0)))
        self.look(LAB)
        self.show(kept.HistoryShown(LAB, lines, False, joining=True, unread=3))
        lab, carol = (self.model.states.get(subject_of(one).key) for one in (LAB, WITH_CAROL))
        assert lab is not None
        assert carol is not None
        self.assertEqual((lab.unread, lab.mentions, carol.unread, carol.mentions), (3, 1, 1, 1))
        self.assertEqual((self.screen.left_unread(), self.model.to_notice), ([], []))
        self.show(said.Said(BOB, "yes", True, None, "lab"))
        self.assertEqual(self.screen.left_unread(), [LeaveUnread(LAB, 4)])
        self.seen.press("meta 2")
        self.assertEqual(self.seen.talk[1:3], [f"--- new {'-' * 37}", "12:00 < bob: alice?"])
        self.seen.press("meta 3")
        told = [LeaveUnread(LAB, 0), LeaveUnread(WITH_CAROL, 0)]
        self.assertEqual(self.screen.left_unread(), told)
        words = kept.KeptText(CAROL, False, int(NOON * 1000), "psst", "", "carol", 9)
        self.show(kept.EarlierShown(WITH_CAROL, (lines[2], words), False, unread=1))
        self.assertEqual(self.seen.talk[-2:], [f"--- new {'-' * 37}", "12:00 < carol: psst"])
        self.assertEqual((carol.unread, self.screen.left_unread()), (0, []))

    def test_unread_where_one_looks(self) -> None:
        """The same where they look already: something has even been said there since."""
        self.show(server.RegisteredAs("alice"))
        self.look(LAB)
        self.model.turn(self.model.states.open(subject_of(LAB)))
        self.show(said.Said(BOB, "hello", True, None, "lab"))
        lines = tuple(
            kept.KeptText(BOB, False, int(NOON * 1000), text, "lab") for text in ("one", "two")
        )
        self.show(kept.HistoryShown(LAB, lines, False, joining=True, unread=1))
        self.assertEqual(self.seen.talk[2:5][1:], [f"--- new {'-' * 37}", "12:00 < bob: two"])
        self.assertEqual(self.screen.left_unread(), [LeaveUnread(LAB, 0)])

    def test_forgotten(self) -> None:
        """What is forgotten is not shown any more. A talk that is over goes, and when it begins
        anew nothing of before is in it; a room in which one is stays."""
        self.show(server.RegisteredAs("alice"))
        self.look(LAB, WITH_BOB)
        self.show(said.Said(BOB, "a secret", False), said.Said(BOB, "hi", True, None, "lab"))
        self.seen.press("meta 3")
        self.assertIn("a secret", " ".join(self.seen.talk))
        self.look(LAB)
        self.show(kept.ForgottenNow("BOB"))
        self.assertEqual([one.title for one in self.model.states], ["server", "lab"])
        self.assertEqual(self.lines()[-1], "nothing is kept any more of what was said in BOB")
        self.look(LAB, WITH_BOB)
        self.show(said.Said(BOB, "it is me", False))
        self.seen.press("meta 3")
        self.assertEqual(self.seen.talk[1:], [f"--- new {'-' * 37}", "12:00 < bob: it is me"])
        self.show(kept.ForgottenNow("lab"))
        self.assertEqual(self.lines(LAB), [])
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.assertEqual((lab.unread, lab.earlier), (0, False))
        self.show(said.Said(BOB, "again", True, None, "lab"))
        self.seen.press("meta 2")
        self.assertEqual(self.seen.talk[1:], [f"--- new {'-' * 37}", "12:00 < bob: again"])

    def test_own_before(self) -> None:
        """What we have said before stands there by our name of then, also while we have none."""
        self.look(LAB)
        said_before = kept.KeptText(Someone("alice"), True, int(NOON * 1000), "fine", "lab")
        self.show(kept.HistoryShown(LAB, (said_before,), False, joining=True))
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.assertEqual((self.model.name, lab.lines.at(lab.lines.first).who), ("", "alice"))

    def test_name(self) -> None:
        """A name is asked for in place of the prompt."""
        self.show(server.NameWanted())
        self.assertEqual(self.seen.rows[-1], "your name:")
        self.assertEqual(self.enter("alice"), [Say("alice")])
        self.show(server.RegisteredAs("alice"))
        self.assertEqual(self.seen.rows[-1], "server>")
        self.assertEqual(self.model.name, "alice")

    def test_away(self) -> None:
        """It is known whether the server answers."""
        self.look(away=True)
        self.assertTrue(self.model.away)

    def test_help_from_its_beginning(self) -> None:
        """What there is to be read is shown from its beginning, and the rest is below; that of one
        command stands at the end, as anything does."""
        self.show(server.RegisteredAs("alice"), server.Help(tuple(Command)))
        self.assertIn("$poke NAME", self.seen.talk[0])
        self.assertIn("lines below", self.seen.rows[-2])
        self.seen.press("ctrl end")
        self.show(server.Help((Command.WHO,)))
        self.assertIn("$who [ROOM]", " ".join(self.seen.talk[-3:]))
        self.assertNotIn("below", self.seen.rows[-2])


class Following(UdpCase):
    """The person looks at where they have asked to be, and is taken nowhere else."""

    def setUp(self) -> None:
        super().setUp()
        self.look(LAB)
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.model.turn(lab)

    @property
    def here(self) -> Talk:
        described: Talk = self.model.shown.subject.described
        return described

    def test_asked(self) -> None:
        """Into a room or to a person that a command was about."""
        for text, to in (("$roomjoin DEN", DEN), ("$poke bob", WITH_BOB), ("$to lab", LAB)):
            self.enter(text)
            self.show(talk.TalkingTo(to, False))
            self.assertEqual(self.here, to)

    def test_not_asked(self) -> None:
        """What others begin does not take the person along, nor what they type."""
        self.seen.type("half")
        self.show(talk.TalkingTo(WITH_BOB, False), talk.TalkingTo(Talk(), False))
        self.assertEqual(self.here, LAB)
        self.enter("$roomjoin den")
        self.show(talk.TalkingTo(WITH_BOB, False))
        self.assertEqual(self.here, LAB)

    def test_in_vain(self) -> None:
        """What was asked for and did not come is not waited for."""
        self.enter("$poke bob")
        self.look(LAB, busy=True)
        self.look(LAB)
        self.show(talk.TalkingTo(WITH_BOB, False))
        self.assertEqual(self.here, LAB)

    def test_changed_mind(self) -> None:
        """Nor where the person has looked elsewhere since."""
        self.enter("$poke bob")
        self.screen.turned_to(subject_of(LAB).key)
        self.show(talk.TalkingTo(WITH_BOB, False))
        self.assertEqual(self.here, LAB)


class Entering(UdpCase):
    """What is entered is for the conversation in which that is done."""

    def setUp(self) -> None:
        super().setUp()
        self.show(server.RegisteredAs("alice"))
        self.look(LAB, DEN, WITH_BOB)

    def test_said_there(self) -> None:
        """A text names its conversation."""
        for to in (LAB, DEN, WITH_BOB):
            self.assertEqual(self.enter("hello", to), [Say("hello", to=to)])

    def test_ordered_there(self) -> None:
        """So does a command, but where another conversation is expected."""
        for to, key in ((LAB, LAB), (WITH_BOB, WITH_BOB), (Talk(), Talk())):
            (order,) = self.enter("$kick", key)
            assert isinstance(order, Order)
            self.assertEqual(order.where, to)
        self.enter("$roomjoin attic", LAB)
        (order,) = self.enter("$topic x", LAB, busy=True)
        assert isinstance(order, Order)
        self.assertIsNone(order.where)

    def test_nothing(self) -> None:
        """An empty line is nothing."""
        self.assertEqual(self.enter("  ", LAB), [])

    def test_commands(self) -> None:
        """A command is one; what was pasted is none."""
        self.assertEqual(self.enter("$who", LAB), [Order(Command.WHO)])
        pasted = TextEntered("$who", "room lab", True)
        said = self.screen.entered(pasted, NOON, busy=False)
        self.assertEqual(said, [Say("$who", aloud=True, to=LAB)])

    def test_mistakes(self) -> None:
        """What cannot be read is told by the session, in order."""
        (mistake,) = self.enter("$nothing", LAB)
        self.assertIsInstance(mistake, server.Mistake)

    def test_nobody_hears(self) -> None:
        """Where nobody hears anything, nothing is said, and that is told."""
        self.look(DEN)
        self.assertEqual(self.enter("hello"), [])
        self.assertIn("nobody hears what is typed here", self.lines()[-1])
        self.assertEqual(self.enter("hello", LAB), [])
        self.assertIn("$roomjoin lab goes back", self.lines(LAB)[-1])
        self.assertEqual(self.enter("help"), [])
        self.assertEqual(self.lines()[-1], HELP_MEANT)

    def test_answered(self) -> None:
        """One who has spoken privately, and does not hear us yet, is asked for first."""
        self.show(said.Said(CAROL, "psst", False))
        self.look(LAB)
        with_carol = Talk(who=CAROL)
        expected = [Order(Command.POKE, "carol"), Say("hm?", to=with_carol)]
        self.assertEqual(self.enter("hm?", with_carol), expected)

    def test_over(self) -> None:
        """A conversation that is over can be turned to: to be read, or begun anew. Of what was not
        said there it is not claimed that more would go elsewhere."""
        self.show(said.Said(CAROL, "psst", False))
        self.look(LAB)
        self.enter("$to carol", LAB)
        self.show(talk.NoSuchTalk("carol", False))
        self.assertEqual(self.model.shown.title, "carol")
        self.assertEqual(self.lines(LAB), [])
        self.show(talk.NotSaid("hm?", LAB))
        self.assertEqual(self.lines(Talk(who=CAROL))[-1], '"hm?" was not said to anybody')
        self.show(talk.NoSuchTalk("dave", False))
        self.assertIn("nobody called so", self.lines(Talk(who=CAROL))[-1])

    def test_in_one_breath(self) -> None:
        """What comes after a command that leads elsewhere is said there, as soon as it has
        led there; and not, if it does not."""
        self.enter("$roomjoin lab2")
        self.assertEqual(self.enter("hello", busy=True), [Say("hello")])
        self.look(LAB, DEN, WITH_BOB)
        self.assertEqual(self.enter("hello", LAB, busy=True), [Say("hello", to=LAB)])

    def test_looking(self) -> None:
        """The session turns to where the person looks, if one can talk there."""
        self.assertEqual(self.screen.turned_to(subject_of(DEN).key), Turn(DEN))
        self.assertIsNone(self.screen.turned_to(subject_of(Talk()).key))
        self.look(LAB)
        self.assertIsNone(self.screen.turned_to(subject_of(DEN).key))


class Silent(UdpCase):
    """A room that alice has turned away from and not left, as `$kick` has it."""

    def setUp(self) -> None:
        super().setUp()
        self.show(rooms.RoomEntered("lab", (BOB,), (), True))
        self.model.turn(self.model.states.open(subject_of(LAB)))
        self.look(LAB)

    @property
    def prompt(self) -> str:
        return self.seen.rows[-1]

    def test_silent(self) -> None:
        """It is seen before what is typed, and a text is not said, and what turns back is told."""
        self.assertEqual(self.prompt, "lab>")
        self.look(LAB, current=NOBODY)
        self.assertEqual(self.prompt, "(lab)>")
        self.assertEqual(self.enter("hello", LAB), [])
        self.assertIn("$to lab turns back", self.lines(LAB)[-1])
        self.assertEqual(self.enter("$who", LAB), [Order(Command.WHO)])

    def test_back(self) -> None:
        """It is over when what is typed goes there again, or they are in the room no more."""
        for talks, current in (((LAB,), LAB), ((), NOBODY)):
            self.look(LAB, current=NOBODY)
            self.assertTrue(self.model.shown.silent)
            self.look(*talks, current=current)
            self.assertFalse(self.model.shown.silent)

    def test_moving(self) -> None:
        """While it may still change where what is typed goes, nothing is different."""
        self.look(LAB, current=NOBODY, busy=True)
        self.assertEqual(self.prompt, "lab>")
        self.assertEqual(len(self.enter("hello", LAB)), 1)


class OwnWords(UdpCase):
    """What we have said stands where it was said, with how far it has come."""

    def test_progress(self) -> None:
        """From nobody to everybody."""
        self.look(LAB)
        for arrived, lost, progress in (
            (0, 0, Progress.WAITING),
            (1, 0, Progress.AT_SOME),
            (1, 1, Progress.LOST),
        ):
            self.screen.came([OwnLine(1, "hi", LAB, 2, arrived, lost)], NOON)
            state = self.model.states.find(subject_of(LAB))
            assert state is not None
            self.assertEqual(state.lines.at(0).progress, progress)
        self.assertEqual(self.lines(LAB), ["hi"])
        self.assertEqual(self.model.unsettled, 1)

    def test_said_elsewhere(self) -> None:
        """Where the person looks it is shown, once, what they have said to somebody else."""
        self.look(LAB)
        lab = self.model.states.find(subject_of(LAB))
        assert lab is not None
        self.model.turn(lab)
        for arrived in (0, 1):
            self.screen.came([OwnLine(1, "hi", WITH_BOB, 1, arrived, 0)], NOON)
        self.assertEqual(self.lines(WITH_BOB), ["hi"])
        self.assertEqual(self.lines(LAB), ['said to bob: "hi"'])

    def test_unknown(self) -> None:
        """Where nobody acknowledges anything, nothing is claimed."""
        self.screen.came([OwnLine(1, "hi", LAB, 0, 0, 0)], NOON)
        state = self.model.states.find(subject_of(LAB))
        assert state is not None
        self.assertEqual(state.lines.at(0).progress, Progress.UNKNOWN)

    def test_all(self) -> None:
        """At everybody."""
        self.screen.came([OwnLine(1, "hi", WITH_BOB, 1, 1, 0)], NOON)
        state = self.model.states.find(subject_of(WITH_BOB))
        assert state is not None
        self.assertEqual(state.lines.at(0).progress, Progress.AT_ALL)
