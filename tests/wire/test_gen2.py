"""The grammar of generation 2."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import given_names, hosts, many, mutated, ports, texts
from tests.wire.gen2.test_history import messages
from twisted_chat.errors import WireError
from twisted_chat.names import LONGEST_NAME
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    ListRooms,
    ListUsers,
    Locate,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.answers import (
    LONGEST_WHY,
    Answer,
    ContactLocated,
    Done,
    Expelled,
    Introduced,
    Leaving,
    NotKnown,
    PutOut,
    Refused,
    Rivalled,
    parse_answer,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.for_new import ALL, MOST, SetHistory
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.growth import MAX_FEATURES, Can, UnknownVerb
from twisted_chat.wire.gen2.listing import Listed, pack
from twisted_chat.wire.gen2.requests import (
    INSTANCE,
    RUNNING,
    TOLD,
    AskRoster,
    CloseRoom,
    CreatePrivateRoom,
    GiveRoom,
    Kick,
    QuitRoom,
    RegisterKey,
    Request,
    RoomVerb,
    RunRoom,
    SetTopic,
    SignOfLife,
    parse_request,
)
from twisted_chat.wire.gen2.room_news import (
    LONGEST_TOPIC,
    HistoryRules,
    Muting,
    RoomNews,
    Topic,
)
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText, Speech, parse_speech

KEY = "0123456789abcdef" * 4
WORDS = st.text(st.characters(codec="utf-8", exclude_characters=" "), min_size=1, max_size=9)
LARGEST = 9 * 10**18 - 1
NUMBERS = st.integers(0, LARGEST)
CONTACTS = st.builds(ContactInfo, given_names, st.sampled_from(["", KEY]), hosts, ports)
ANNA = ContactInfo("anna", KEY, "192.0.2.1", 9)
LISTS = st.sampled_from([Verb.UL, Verb.RL])

FEATURES = st.from_regex("[a-z][a-z0-9-]{0,31}", fullmatch=True)
CANS = st.builds(Can, st.lists(FEATURES, max_size=MAX_FEATURES).map(tuple))

REQUESTS: st.SearchStrategy[Request] = st.one_of(
    st.sampled_from([Leave(), ListUsers(), ListRooms(), SignOfLife()]),
    st.builds(RegisterKey, WORDS, st.just("") | st.from_regex(INSTANCE, fullmatch=True)),
    st.builds(Locate, WORDS),
    CANS,
    st.builds(Kick, given_names, st.one_of(st.just(""), given_names)),
    st.builds(GiveRoom, given_names, given_names),
    *(st.builds(kind, given_names) for kind in (CreateRoom, JoinRoom, QuitRoom)),
    *(st.builds(kind, given_names) for kind in (CloseRoom, AskRoster, CreatePrivateRoom)),
    st.builds(RunRoom, st.sampled_from(RUNNING), given_names, given_names),
    st.builds(SetTopic, given_names, texts),
    st.builds(SetHistory, given_names, st.integers(ALL, MOST)),
)
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.sampled_from([Goodbye(), *map(Bare, (Verb.HI, Verb.AR, Verb.UL, Verb.RL))]),
    given_names.map(RosterEnds),
    given_names.map(Welcome),
    given_names.map(RoomReady),
    CONTACTS.map(ContactLocated),
    CONTACTS.map(Introduced),
    st.builds(RosterMember, given_names, CONTACTS),
    st.builds(Listed, LISTS, st.lists(given_names, min_size=1).map(tuple)),
    st.builds(RosterBegins, given_names, NUMBERS, st.booleans()),
    st.builds(Muting, given_names, st.just(KEY), st.booleans()),
    st.builds(Came, given_names, NUMBERS, CONTACTS),
    st.builds(Went, given_names, NUMBERS, given_names),
    st.builds(Rivalled, given_names, NUMBERS),
    st.builds(Expelled, st.text(min_size=1, max_size=LONGEST_WHY)),
    st.just(SignOfLife()),
    CANS,
    given_names.filter(lambda verb: verb != "hi").map(NotKnown),
    st.builds(RoomNews, st.sampled_from(TOLD), given_names, given_names),
    st.builds(Topic, given_names, texts.map(lambda text: text[:LONGEST_TOPIC])),
    st.builds(HistoryRules, given_names, st.just("0f" * 16), st.integers(ALL, MOST)),
    st.builds(PutOut, given_names, st.sampled_from(Leaving)),
    st.builds(Done, st.sampled_from(RoomVerb), given_names),
    st.builds(Refused, st.sampled_from(RoomVerb), given_names, st.sampled_from(Ground)),
)
SPEECH: st.SearchStrategy[Speech | Can] = st.one_of(
    CANS,
    st.builds(
        NumberedText, NUMBERS, NUMBERS, texts, st.just("") | given_names, NUMBERS, st.none()
    ),
    messages,
    messages.map(lambda one: NumberedText(7, 3, one.text, one.room, one.time, one)),
    st.builds(Acknowledgement, NUMBERS, NUMBERS),
    st.just(Leave()),
)


class MessageTests(SynchronousTestCase):
    """Reading and writing."""

    @many
    @given(REQUESTS, ANSWERS, SPEECH)
    def test_inverse(self, request: Request, answer: Answer, speech: Speech | Can) -> None:
        """What is written is read as the same message."""
        self.assertEqual(parse_request(request.encode()), request)
        self.assertEqual(parse_answer(answer.encode()), answer)
        self.assertEqual(parse_speech(speech.encode()), speech)

    def test_a_name_may_hold_any_space(self) -> None:
        """A name of white space other than a space is no missing name."""
        request = RegisterKey("\x1f")
        self.assertEqual(parse_request(request.encode()), request)

    @many
    @given(mutated(st.one_of(REQUESTS, ANSWERS, SPEECH).map(lambda message: message.encode())))
    def test_any_bytes(self, message: bytes) -> None:
        """Any bytes are the message that they say, or a WireError."""
        for parse in (parse_request, parse_answer, parse_speech):
            try:
                read = parse(message)
            except WireError:
                continue
            self.assertEqual(parse(read.encode()), read)

    def test_a_text_may_hold_anything(self) -> None:
        """Line feeds and spaces are part of what was said."""
        said = NumberedText(7, 1, " two\n lines \n", "lab", 1_790_000_000_000)
        self.assertEqual(parse_speech(said.encode()), said)
        self.assertEqual(said.encode(), b"msg #lab 7 1 1790000000000  two\n lines \n")

    def test_conversations(self) -> None:
        """A text is said to a room, whatever its name, or in private."""
        for room in ("lab", "-", "#", "#-", "\u00e9"):
            said = NumberedText(1, 2, "x", room, 3)
            self.assertEqual(parse_speech(said.encode()), said)
        self.assertEqual(parse_speech(b"msg - 1 2 3 x"), NumberedText(1, 2, "x", "", 3))
        long = b"x" * (LONGEST_NAME + 1)
        for where in (b"", b"#", b"lab", b"--", b"#\x1b", b"#\xff", b"#" + long):
            with self.assertRaises(WireError):
                parse_speech(b"msg " + where + b" 1 2 3 x")
        for numbers in (b"1 2", b"1 2 x", b"1 2 -3", b"1 2 03", b"1 2 123456789012345678901"):
            with self.assertRaises(WireError):
                parse_speech(b"msg - " + numbers + b" x")

    def test_no_key(self) -> None:
        """A user of generation 1 has a dash for a fingerprint."""
        contact = ContactInfo("bob", "", "192.0.2.1", 9)
        self.assertEqual(ContactLocated(contact).encode(), b"ar bob - 192.0.2.1 9")
        self.assertEqual(parse_answer(b"ar bob - 192.0.2.1 9"), ContactLocated(contact))

    def test_not_messages(self) -> None:
        """Numbers, keys and addresses are what they should be."""
        for wrong in (
            *(b"ar bob 192.0.2.1 9", b"ar bob KEY 192.0.2.1 9", b"ar bob - 192.0.2.1 99999"),
            *(
                b"r+ lab 01 bob - 192.0.2.1 9",
                b"r- lab x bob",
                b"r- lab 1",
                b"ok",
                b"ok xx",
                b"no",
            ),
            *(
                b"ro",
                b"ro lab",
                b"ro lab x",
                b"re",
                b"re ",
                b"rk",
                b"rk lab",
                b"rc",
                b"rj",
                b"no ",
            ),
            *(
                b"ul ",
                b"rm",
                b"rm lab",
                b"rm bob - 10.0.0.1 9",
                b"hi \xff",
                b"can A",
                b"ok zz lab",
            ),
            *(b"r- lab 123456789012345678901 a", b"ok rj", b"no rj lab", b"r+ 1 bob - 10.0.0.1 9"),
        ):
            with self.assertRaises(WireError, msg=str(wrong)):
                parse_answer(wrong)

    def test_long_topic(self) -> None:
        """Of a topic so much is taken as one may have."""
        told = b"rt lab " + b"x" * 60_000
        self.assertEqual(parse_answer(told), Topic("lab", "x" * LONGEST_TOPIC))

    def test_large_numbers(self) -> None:
        """A number has a place in 64 bits with a sign, wherever it stands."""
        self.assertEqual(parse_speech(b"ok %d 1" % LARGEST), Acknowledgement(LARGEST, 1))
        for wrong in (LARGEST + 1, 2**63, 10**19):
            for pattern in (b"ok %d 1", b"ok 1 %d", b"msg - %d 1 1 x", b"msg - 1 %d 1 x"):
                with self.assertRaises(WireError, msg=str(wrong)):
                    parse_speech(pattern % wrong)

    def test_more_arguments(self) -> None:
        """Arguments beyond those that are known are ignored, but for those of a list and of
        what people say."""
        cases: tuple[tuple[Callable[[bytes], object], tuple[Any, ...]], ...] = (
            (
                parse_request,
                (*map(RegisterKey, ("a", "")), Locate("a"), JoinRoom("a"), QuitRoom("a")),
            ),
            (parse_request, (Kick("a", "b"), GiveRoom("a", "b"), CloseRoom("a"), SignOfLife())),
            (
                parse_answer,
                (Welcome("a"), RoomReady("a"), RosterBegins("a", 1), Went("r", 1, "a")),
            ),
            (parse_answer, (ContactLocated(ANNA), RosterMember("r", ANNA), Came("r", 2, ANNA))),
            (parse_answer, (PutOut("a", Leaving.KICKED), Rivalled("a", 3), Introduced(ANNA))),
            (
                parse_answer,
                (Done(RoomVerb.GIVE, "a"), Refused(RoomVerb.KICK, "a", Ground.NOBODY), Goodbye()),
            ),
            (parse_speech, (Acknowledgement(1, 2), Leave())),
        )
        for parse, every in cases:
            for message in every:
                for more in (b" x", b" 1 2 3", b"  ", b" a\nb", " é".encode()):
                    self.assertEqual(parse(message.encode() + more), message, more)
        instance = "0123456789abcdef" * 2
        for rest in ("", " ", " x", " 1 2"):
            known = f"hi a {instance[:20]}{rest}".encode()
            self.assertEqual(parse_request(known), RegisterKey("a", instance[:20]))
        for wrong in (instance, instance[:19], instance[:20].upper()):
            self.assertEqual(parse_request(f"hi a {wrong}".encode()), RegisterKey("a"))
        self.assertEqual(parse_answer(b"ul a b"), Listed(Verb.UL, ("a", "b")))
        self.assertEqual(parse_speech(b"msg - 1 2 3 a b"), NumberedText(1, 2, "a b", "", 3))

    def test_unknown_verbs(self) -> None:
        """What may be a message of a later version is told from what is none."""
        for later in (b"zz", b"zz9 \xff\0", b"probe 1", b"x" * 16):
            for parse in (parse_request, parse_answer, parse_speech):
                with self.assertRaises(UnknownVerb):
                    parse(later)
        for never in (b"", b" ", b"Zz", b"9", b"x" * 17, b"\xffzz", b"z\n"):
            for parse in (parse_request, parse_answer, parse_speech):
                with self.assertRaises(WireError) as caught:
                    parse(never)
                self.assertNotIsInstance(caught.exception, UnknownVerb)

    def test_features(self) -> None:
        """Features are words, not too many; those that are not known are not kept."""
        self.assertEqual(parse_speech(b"can"), Can())
        self.assertEqual(parse_answer(b"can fly see-2"), Can(("fly", "see-2")))
        self.assertEqual(Can(("fly",)).known, frozenset())
        for wrong in (b"can ", b"can a  b", b"can B", b"can " + b"x" * 33, b"can" + b" a" * 65):
            with self.assertRaises(WireError):
                parse_request(wrong)

    def test_no_names(self) -> None:
        """What a server calls somebody or a room is one word, not too long, of which
        all is seen and nothing is obeyed, in every message."""
        for name in (
            *("a\x1b[31mb", "a\nb", "a\u202eb", "a\u200bb", "a\u2028b", "a\x9bb", "a\u3000b"),
            *("a\ufeff", "\ue000", "x" * (LONGEST_NAME + 1), "", "a b"),
        ):
            for message in (
                *(
                    "hi {}",
                    "rc {}",
                    "ul a {}",
                    "rl {}",
                    "ro {} 1",
                    "re {}",
                    "r- lab 1 {}",
                    "r- {} 1 bob",
                    "rk {} left",
                    "no rj {} full",
                    "ok kk {}",
                    "ar {} - 10.0.0.1 9",
                ),
                *("in {} - 10.0.0.1 9", "rm lab {} - 10.0.0.1 9", "r+ lab 1 {} - 10.0.0.1 9"),
            ):
                wanted = message.partition("{}")[2]
                if name == "a b" and wanted in ("", " left", " full"):
                    continue  # More arguments, or words of a later version.
                with self.assertRaises(WireError, msg=repr((name, message))):
                    parse_answer(message.format(name).encode())

    def test_names(self) -> None:
        """Names of any writing system pass, those of a newer Unicode too, and a joiner."""
        for name in ("alice", "日" * 32, "می\u200cخواهم", "\U0003fffd", "x" * LONGEST_NAME):
            self.assertEqual(parse_answer(f"hi {name}".encode()), Welcome(name))

    def test_nobody(self) -> None:
        """An address where nobody can be is none."""
        for where in ("224.0.0.1 9", "255.255.255.255 9", "0.0.0.0 9", "ff02::1 9", ":: 9"):
            with self.assertRaises(WireError, msg=where):
                parse_answer(f"ar bob - {where}".encode())
        with self.assertRaises(WireError):
            parse_answer(b"ar bob - 192.0.2.1 0")


class PackTests(SynchronousTestCase):
    """Long lists."""

    def test_a_long_list(self) -> None:
        """A list of any length is some messages, none too long, with every name once."""
        names = [f"user{number}" for number in range(20_000)]
        messages = list(pack(Verb.UL, names))
        self.assertEqual([name for message in messages for name in message.names], names)
        self.assertEqual(len(messages), 3)
        for message in messages:
            self.assertLessEqual(len(message.encode()), MAX_FRAME)

    def test_nothing(self) -> None:
        """An empty list is no message: its end says it all."""
        self.assertEqual(list(pack(Verb.RL, [])), [])
