"""What was said in a room, by programs of which others are gone."""

from tests.end_to_end.processes import Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port


class HandedOn(ChatTestCase):
    """Three people, a room, and one who comes later."""

    def setUp(self) -> None:
        super().setUp()
        self.port = free_udp_port()
        self.serve(self.port)

    def begin(self, name: str, order: str = "$roomjoin lab") -> Program:
        """Start somebody, who comes into the room."""
        one = self.start("udpchat", "127.0.0.1", self.port, "--name", name)
        one.expect(f"> you are {name}")
        one.type_lines(order)
        one.expect("> you are in lab")
        return one

    def test_author_gone(self) -> None:
        """What somebody did not get, who was away, comes from a third when its author is gone,
        also where both were killed; and a newcomer is given what the owner lets them have."""
        alice = self.begin("alice", "$roomcreate lab")
        bob, carol = self.begin("bob"), self.begin("carol")
        alice.type_lines("to all")
        for one in (bob, carol):
            one.expect("alice: to all")
        bob.kill()
        alice.type_lines("for bob", "and this")
        carol.expect("alice: and this")
        alice.kill()
        bob = self.begin("bob")
        bob.expect("carol has handed on 2 lines of lab, which came late")
        bob.expect("alice: for bob")
        bob.expect("alice: and this")
        alice = self.begin("alice")
        alice.type_lines("$history-for-new 2")
        bob.expect("in lab newcomers are given the last 2 lines of before")
        dave = self.begin("dave")
        dave.expect("handed on the last 2 lines of lab; more was said before that")
        dave.expect("alice: and this")
        dave.type_lines("$history")
        dave.expect("alice: for bob")
        dave.expect("alice: and this")
        for one in (alice, bob, carol, dave):
            one.end_input()
            one.wait()
        self.assertNotIn("to all", dave.said)
        self.assertEqual(bob.said.count("alice: for bob"), 1)
