"""The grammar of generation 1."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import answers, datagrams, many, requests
from twisted_chat.errors import WireError
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    Request,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import (
    MAX_DATAGRAM,
    Answer,
    Located,
    NamedText,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
    parse_answer,
    parse_request,
    refusal_of,
    said_room,
)

REQUESTS: dict[bytes, Request] = {
    b"hi debian": Register("debian"),
    b"by": Leave(),
    b"ar debian": Locate("debian"),
    b"ul": ListUsers(),
    b"rl": ListRooms(),
    b"rc testroom": CreateRoom("testroom"),
    b"rj testroom": JoinRoom("testroom"),
    b"rk": LeaveRoom(),
}

ANSWERS: dict[bytes, Answer] = {
    b"hi debian": Welcome("debian"),
    b"hi": Bare(Verb.HI),
    b"by": Goodbye(),
    b"ar 192.168.122.25 34456": Located("192.168.122.25", 34456),
    b"ar 2001:db8::1 65535": Located("2001:db8::1", 65535),
    b"ar": Bare(Verb.AR),
    b"ul debian": UserListed("debian"),
    b"ul": Bare(Verb.UL),
    b"rl testroom": RoomListed("testroom"),
    b"rl": Bare(Verb.RL),
    b"rc testroom": RoomReady("testroom"),
    b"rc": Bare(Verb.RC),
    b"rj __clear_peers__": RosterCleared(),
    b"rj 192.168.122.25 34456": RosterEntry("192.168.122.25", 34456),
    b"rj ::ffff:10.0.0.1 1": RosterEntry("::ffff:10.0.0.1", 1),
    b"rj": Bare(Verb.RJ),
    b"msg debian> hello\n": NamedText("debian", "hello\n"),
}

NOT_REQUESTS = [
    *(b"", b" ", b"hi", b"ar", b"rc", b"rj", b"msg debian> hello"),
    *(b"by ", b"by now", b"ul ", b"ul all", b"rl x", b"rk testroom", b"rk\n", b"ul\x00"),
    *(b"HI debian", b" hi debian", b"hi\tdebian", b"hi\ndebian", b"hidebian", b"xx debian"),
    *(b"hi \xff", b"hi \xc3", b"rj \xed\xa0\x80", b"\xc3\xa9 x"),
]

NOT_ANSWERS = [
    *(b"", b"rk", b"rk x", b"by ", b"by x", b"msg", b"msg ", b"msg debian", b"msg debian>hello"),
    *(b"ar 10.0.0.1", b"ar 10.0.0.1 ", b"ar  10.0.0.1 1", b"ar 10.0.0.1  1", b"ar 10.0.0.1 1 "),
    *(b"ar 10.0.0.1 0", b"ar 10.0.0.1 01", b"ar 10.0.0.1 65536", b"ar 10.0.0.1 -1"),
    *(b"ar 10.0.0.1 1\n", b"ar 10.0.0.1 \xd9\xa3", b"ar 10.0.0.1 1_0", b"ar 10.0.0.1 123456"),
    *(b"ar 10.0.0 1", b"ar 10.0.0.256 1", b"ar 010.0.0.1 1", b"ar localhost 1", b"ar ::g 1"),
    *(b"rj testroom", b"rj __clear_peers__ ", b"rj  __clear_peers__", b"rj [::1] 1"),
    *(b"rj fe80::1%eth0 1", b"rj :::: 1", b"rj 1:2:3:4:5:6:7:8:9 1", b"msg \xff> x", b"ul \xff"),
]


class GrammarTests(SynchronousTestCase):
    """Every verb, in both directions."""

    def test_requests_are_read(self) -> None:
        """Every request of the protocol is what it says."""
        for datagram, request in REQUESTS.items():
            self.assertEqual(parse_request(datagram), request)

    def test_requests_are_written(self) -> None:
        """Every request has the bytes of the protocol."""
        for datagram, request in REQUESTS.items():
            self.assertEqual(request.encode(), datagram)

    def test_answers_are_read(self) -> None:
        """Every answer of the protocol is what it says."""
        for datagram, answer in ANSWERS.items():
            self.assertEqual(parse_answer(datagram), answer)

    def test_answers_are_written(self) -> None:
        """Every answer has the bytes of the protocol."""
        for datagram, answer in ANSWERS.items():
            self.assertEqual(answer.encode(), datagram)

    def test_every_kind_is_in_the_tables(self) -> None:
        """No kind of message is left out of these tests."""
        self.assertEqual(set(map(type, REQUESTS.values())), set(Request.__args__))
        self.assertEqual(set(map(type, ANSWERS.values())), set(Answer.__args__))

    def test_nothing_else_is_a_request(self) -> None:
        """What a user cannot say to a server is a WireError."""
        for datagram in NOT_REQUESTS:
            with self.assertRaises(WireError, msg=repr(datagram)):
                parse_request(datagram)

    def test_nothing_else_is_an_answer(self) -> None:
        """What nobody can say to a user is a WireError, whatever address it names."""
        for datagram in NOT_ANSWERS:
            with self.assertRaises(WireError, msg=repr(datagram)):
                parse_answer(datagram)

    def test_the_clear_is_a_room_to_a_server(self) -> None:
        """The grammar does not know which names a room may have."""
        self.assertEqual(
            parse_request(b"rj __clear_peers__"),
            JoinRoom(RosterCleared().encode()[3:].decode()),
        )

    def test_the_first_mark_ends_the_name(self) -> None:
        """What a peer says may hold the mark that follows a name."""
        self.assertEqual(parse_answer(b"msg a> b> c"), NamedText("a", "b> c"))
        self.assertEqual(parse_answer(b"msg a>> b"), NamedText("a>", "b"))
        self.assertEqual(parse_answer(b"msg > b"), NamedText("", "b"))
        self.assertEqual(parse_answer(b"msg a> "), NamedText("a", ""))

    def test_text_of_several_lines(self) -> None:
        """Line feeds are a part of the text, and of the name."""
        self.assertEqual(parse_answer(b"msg a\nb> c\nd\n"), NamedText("a\nb", "c\nd\n"))

    def test_an_argument_is_everything_after_the_space(self) -> None:
        """Spaces in an argument are for the rule on names to refuse, not for the grammar."""
        self.assertEqual(parse_request(b"hi  two words "), Register(" two words "))
        self.assertEqual(parse_request(b"hi "), Register(""))


class RoomTests(SynchronousTestCase):
    """How much fits into a datagram."""

    def test_what_fits_beside_a_name(self) -> None:
        """Text of that many bytes fills the datagram, whatever the name is written in."""
        for name in ("bob", "アリス"):
            room = said_room(name)
            self.assertEqual(len(NamedText(name, "x" * room).encode()), MAX_DATAGRAM)


class NameTests(SynchronousTestCase):
    """Names of a server that lets in what it likes."""

    def test_odd(self) -> None:
        """What the original lets in is read: blanks, anything that is no name to us."""
        for name in ("two words", "🦊", "a\u202eb", "x" * 900):
            self.assertEqual(parse_answer(f"ul {name}".encode()), UserListed(name))

    def test_obeyed(self) -> None:
        """What a terminal would obey is no name."""
        for name in ("a\x1b[31mb", "a\nb", "\x7f", "a\x9bb", "a\u2028b"):
            for verb in ("hi", "ul", "rl", "rc"):
                with self.assertRaises(WireError, msg=repr(name)):
                    parse_answer(f"{verb} {name}".encode())

    def test_nobody(self) -> None:
        """Nobody is at an address that is everybody's, or no one's."""
        for where in ("224.0.0.1 9", "255.255.255.255 9", "0.0.0.0 9", "ff02::1 9", ":: 9"):
            for verb in ("ar", "rj"):
                with self.assertRaises(WireError, msg=where):
                    parse_answer(f"{verb} {where}".encode())


class RefusalTests(SynchronousTestCase):
    """What is over a bound is refused without being read."""

    def test_requests_that_have_a_refusal(self) -> None:
        """The refusal is that of the verb, even when the rest is not to be read."""
        for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ):
            datagram = verb.value.encode() + b" \xff" * 2000
            self.assertEqual(refusal_of(datagram), Bare(verb))

    def test_requests_that_have_none(self) -> None:
        """For lists and goodbyes a bare verb would say something else."""
        for datagram in (b"", b"hi", b"hix", b"ul", b"ul x", b"rl", b"rk", b"by", b"msg a> b"):
            self.assertIsNone(refusal_of(datagram), repr(datagram))


class Properties(SynchronousTestCase):
    """What holds for any message and any bytes."""

    @many
    @given(requests)
    def test_requests_survive_the_wire(self, request: Request) -> None:
        """Reading a request is the inverse of writing it."""
        self.assertEqual(parse_request(request.encode()), request)

    @many
    @given(answers)
    def test_answers_survive_the_wire(self, answer: Answer) -> None:
        """Reading an answer is the inverse of writing it."""
        self.assertEqual(parse_answer(answer.encode()), answer)

    @many
    @given(st.one_of(datagrams, st.binary(max_size=1200)))
    def test_any_bytes_are_a_message_or_an_error(self, datagram: bytes) -> None:
        """Whatever arrives is one message with exactly these bytes, or a WireError."""
        for parse in (parse_request, parse_answer):
            try:
                message = parse(datagram)
            except WireError:
                continue
            self.assertEqual(message.encode(), datagram)
