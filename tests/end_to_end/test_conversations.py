"""Three people at real terminals, with two rooms and a private talk."""

from tests.end_to_end.processes import Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port


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
