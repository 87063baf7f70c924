"""Names and rooms outlive a room server that is killed."""

from tests.end_to_end.processes import Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port


class Killed(ChatTestCase):
    """A server that ends without a word."""

    def test_names_and_rooms(self) -> None:
        """What a key was told to be its own is nobody else's after the server, and those
        who had it, were killed; they have it again."""
        port = free_udp_port()
        server = self.serve(port)
        server.expect("names and rooms outlive me in ")
        alice = self.meet("alice", port)
        alice.type_lines("$roomcreate lab")
        server.expect("room lab created")
        for one in (alice, server):
            one.kill()
        again = self.serve(port)
        again.expect(": 1 names, 1 rooms")
        carol = self.stranger("carol", port)
        carol.expect("> you are carol")
        carol.type_lines("$roomlist", "$roomcreate lab", "$roomjoin lab", "$roomclose")
        carol.expect("> rooms (1): lab")
        carol.expect("> you are in lab alone")
        other = self.stranger("alice", port)
        other.expect("> the server does not let you be alice")
        back = self.meet("alice", port)
        back.type_lines("$roomjoin lab", "$kick carol")
        carol.expect("> you were put out of lab")

    def stranger(self, name: str, port: int) -> Program:
        """Somebody else at a terminal, with a key of their own."""
        key = self.directory() / "key"
        return self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", name, "--key", key)

    def test_in_memory(self) -> None:
        """With --journal memory a server keeps nothing, and says nothing of it."""
        port = free_udp_port()
        server = self.serve(port, "--journal", "memory")
        alice = self.meet("alice", port)
        for one in (alice, server):
            one.kill()
        self.serve(port, "--journal", "memory")
        carol = self.stranger("alice", port)
        carol.expect("> you are alice")
