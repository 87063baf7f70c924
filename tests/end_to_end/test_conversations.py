"""Three people at real terminals, with two rooms and a private talk."""

import socket

from tests.end_to_end.processes import Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port


class Original:
    """Somebody with a client like the original: it answers nothing by itself, and takes what
    comes to its one list for said to it."""

    def __init__(self, name: str, port: int) -> None:
        self._name = name
        self._server = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(20)
        self._socket.bind(("127.0.0.1", 0))
        self.heard: list[str] = []
        self._peers: list[tuple[str, int]] = []
        self.ask(f"hi {name}")
        self.expect(f"hi {name}")

    def close(self) -> None:
        self._socket.close()

    def ask(self, text: str) -> None:
        self._socket.sendto(text.encode(), self._server)

    def say(self, text: str) -> None:
        """Say it to all on the list."""
        for peer in self._peers:
            self._socket.sendto(f"msg {self._name}> {text}\n".encode(), peer)

    def expect(self, text: str) -> None:
        """Wait until this datagram has come, and take what others say of the list."""
        while text not in self.heard:
            datagram = self._socket.recv(2048).decode().removesuffix("\n")
            self.heard.append(datagram)
            verb, *words = datagram.split(" ")
            if datagram == "rj __clear_peers__":
                self._peers.clear()
            elif verb == "rj" and len(words) == 2:
                self._peers.append((words[0], int(words[1])))


class Talking(ChatTestCase):
    """What each sees of it."""

    def person(self, name: str, port: int, *more: str) -> Program:
        """Somebody at a pseudo-terminal."""
        one = self.start_on_terminal(
            "udpchat", "127.0.0.1", port, "--name", name, *more, columns=200
        )
        one.expect(f"> you are {name}")
        return one

    def test_two_rooms(self) -> None:
        """Each line comes where it is for, and says where it is from; nothing private gets into a
        room."""
        port = free_udp_port()
        self.serve(port)
        alice = self.person("alice", port)
        bob = self.person("bob", port)
        carol = self.person("carol", port)
        alice.type_lines("$roomcreate den")
        alice.expect("den is there now")
        alice.type_lines("$roomcreate lab")
        alice.expect("lab is there now")
        for one, rooms in ((alice, ("den", "lab")), (bob, ("lab", "den")), (carol, ("lab",))):
            for room in rooms:
                one.type_lines(f"$roomjoin {room}")
                one.expect(f"> you are in {room}")
        bob.expect("> in room lab: carol came")
        alice.type_lines("to the lab")
        bob.expect("< alice in room lab: to the lab")
        carol.expect("< alice: to the lab")
        bob.type_lines("to the den")
        alice.expect("< bob in room den: to the den")
        carol.type_lines("/msg alice psst")
        alice.expect("< carol privately: psst")
        alice.type_lines("$poke carol")
        alice.expect("> you talk to carol now, privately; $to lab goes back")
        alice.type_lines("for you alone")
        carol.expect("< alice privately: for you alone")
        alice.type_lines("$to den")
        alice.expect("> what you type goes to room den now")
        alice.type_lines("and the den")
        bob.expect("< alice: and the den")
        alice.type_lines("$roomleave")
        alice.expect("> you are not in den any more")
        alice.type_lines("to nobody")
        alice.expect("nobody heard that: you talk to nobody now; $to lab or $to carol go on")
        alice.type_lines("$to lab")
        alice.type_lines("the end")
        carol.expect("< alice: the end")
        bob.expect("< alice in room lab: the end")
        for one, never in (
            (bob, ("psst", "for you alone", "to nobody")),
            (carol, ("to the den", "and the den", "to nobody")),
        ):
            for text in never:
                self.assertNotIn(text, one.said)

    def test_one_without_a_key(self) -> None:
        """The same with one of generation 1, to whom a private line goes alone, and who is told
        that others cannot tell."""
        port = free_udp_port()
        self.serve(port)
        alice = self.person("alice", port)
        bob = self.person("bob", port)
        old = self.person("old", port, "--plain")
        alice.type_lines("$roomcreate lab")
        alice.expect("lab is there now")
        for one in (alice, bob, old):
            one.type_lines("$roomjoin lab")
            one.expect("> you are in lab")
        bob.expect("> old (unencrypted) came")
        alice.expect("> old (unencrypted) came")
        old.type_lines("hello all")
        alice.expect("< old (unencrypted): hello all")
        bob.expect("< old (unencrypted): hello all")
        alice.type_lines("$roomcreate den")
        alice.expect("den is there now")
        alice.type_lines("$roomjoin den")
        alice.expect("> you are in den alone")
        old.type_lines("are you there?")
        alice.expect("< old (unencrypted) in room lab: are you there?")
        alice.type_lines("$to lab")
        alice.expect("> what you type goes to room lab now")
        alice.type_lines("yes")
        old.expect("< alice: yes")
        alice.type_lines("$poke bob")
        alice.expect("> you talk to bob now, privately")
        alice.type_lines("the password")
        bob.expect("< alice privately: the password")
        alice.type_lines("$msg old psst")
        old.expect("< alice: psst")
        alice.expect("cannot tell what you say there from what you say privately")
        self.assertNotIn("psst", bob.said)
        self.assertNotIn("the password", old.said)

    def test_one_with_the_original(self) -> None:
        """The same with one in a client like the original, beside one of generation 1 of ours:
        each hears what is said where they are, and the private word that is for them alone."""
        port = free_udp_port()
        self.serve(port)
        alice = self.person("alice", port)
        plain = self.person("plain", port, "--plain")
        first = Original("first", port)
        self.addCleanup(first.close)
        alice.type_lines("$roomcreate lab")
        alice.expect("> you are in lab alone")
        plain.type_lines("$roomjoin lab")
        plain.expect("> you are in lab")
        alice.expect("> plain (unencrypted) came")
        first.ask("rj lab")
        alice.expect("> first (unencrypted) came")
        alice.type_lines("$roomcreate den")
        alice.expect("> you are in den alone")
        alice.type_lines("to the den", "$to lab", "to the lab")
        first.expect("msg alice> to the lab")
        plain.expect("< alice: to the lab")
        first.say("from the first")
        alice.expect("< first (unencrypted): from the first")
        plain.expect("< first: from the first")
        alice.type_lines("$msg first for the first")
        first.expect("msg alice> for the first")
        alice.type_lines("$poke plain", "for plain", "$to lab", "the end")
        plain.expect("< alice: for plain")
        plain.expect("< alice: the end")
        first.expect("msg alice> the end")
        heard = [one for one in first.heard if one.startswith("msg")]
        said = ("to the lab", "for the first", "the end")
        self.assertEqual(heard, [f"msg alice> {one}" for one in said])
        for text in ("to the den", "for the first"):
            self.assertNotIn(text, plain.said)
