"""A server at all addresses of its machine, and people who ask at one of them."""

import socket

from tests.end_to_end.namespaces import Network
from tests.end_to_end.processes import Program, command, places
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.support.thorough import slow

SECOND = "10.99.0.101"
"""Another address of the server's machine, in the network of a test."""


class SeveralAddresses(ChatTestCase):
    """Whichever address of a server is asked answers."""

    def test_ipv4(self) -> None:
        """At a second IPv4 address, in both generations, with the extension and without."""
        for extension in (True, False):
            port = free_udp_port()
            server = self.start("udpchat", port, extension=extension)
            server.expect("room server on UDP port")
            self.environment |= places(self.directory())
            alice = self.meet("alice", port, "127.0.0.2")
            alice.type_lines("$roomcreate lab", "$roomjoin lab")
            alice.expect("> you are in lab alone")
            bob = self.start("udpchat", "127.0.0.3", port, "--name", "bob", "--plain")
            bob.type_lines("$roomjoin lab", "hello")
            alice.expect("hello")
            bob.end_input()
            self.assertEqual(bob.wait(), 0)

    def test_ipv6(self) -> None:
        """At all of IPv6 and IPv4, by every way to write this machine's addresses."""
        try:
            port = free_udp_port("::1")
        except OSError:
            self.skipTest("no IPv6 here")
        self.serve(port, host="::")
        hosts = ("::1", "127.0.0.1", "127.0.0.2", "::ffff:127.0.0.3", "::", "0.0.0.0")
        for number, host in enumerate(hosts):
            person = self.meet(f"user{number}", port, host)
            person.type_lines("$quit")
            self.assertEqual(person.wait(), 0)

    def test_datagrams(self) -> None:
        """A roster comes from where its receiver has asked, also when somebody else joins."""
        port = free_udp_port()
        self.start("udpchat", port).expect("room server on UDP port")
        ends = []
        for name, host in (("alice", "127.0.0.2"), ("bob", "127.0.0.3")):
            end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(end.close)
            end.settimeout(20)
            end.connect((host, port))  # Takes nothing from elsewhere.
            ends.append(end)
            for request in (f"hi {name}", "rc lab"):
                end.send(request.encode())
                end.recv(999)
            end.send(b"rj lab")
        alice, bob = ends
        at = bob.getsockname()
        said = [alice.recv(999) for _ in range(3)]
        self.assertEqual(
            said, 2 * [b"rj __clear_peers__"] + [b"rj %s %d" % (at[0].encode(), at[1])]
        )


class OnTheServersMachine(ChatTestCase):
    """A person who is on the server's own machine, and called it by its loopback."""

    def setUp(self) -> None:
        super().setUp()
        self.network = Network(self, "server", "other")
        self.network.add_address("server", SECOND)

    def start_on(self, host: str, *words: object) -> Program:
        """`udpchat` on a terminal of this host."""
        argv = [*self.network.inside(host), *command("udpchat", *words)]
        return self._start(argv, terminal=True)

    @slow
    def test_announced(self) -> None:
        """Those elsewhere are led to it by the address at which they reach the server, its
        second, and those who called the server by its first are found too."""
        self.start_on("server", 8090).expect("room server on UDP port")
        for plain in ((), ("--plain",)):
            people: list[tuple[str, Program]] = []
            for place, host in (
                ("server", "127.0.0.1"),
                ("server", self.network.addresses["server"]),
                ("other", SECOND),
            ):
                self.environment |= places(self.directory())
                name = f"{'plain' if plain else 'keyed'}{len(people)}"
                person = self.start_on(place, host, "--name", name, *plain)
                person.expect(f"> you are {name}")
                people.append((name, person))
            for number, (_, person) in enumerate(people):
                if number == 0:
                    person.type_lines(f"$roomcreate lab{len(plain)}")
                    person.expect("is there now")
                person.type_lines(f"$roomjoin lab{len(plain)}")
                person.expect("> you are in lab")
                if number:
                    for _, before in people[:number]:
                        before.expect("came")
            for name, person in people:
                person.type_lines(f"this is {name}")
                for other, listener in people:
                    if other != name:
                        listener.expect(f"this is {name}")
