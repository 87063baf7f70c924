"""Two programs written from docs/wire.md alone, on aioquic, talk to ours and to each other."""

import ast
import re
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.trial.unittest import SynchronousTestCase

from tests.end_to_end.processes import Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from twisted_chat.identity.fingerprints import fingerprint

BOUND, NONCE = "udpchat/2.1", "udpchat/2"
HERE = Path(__file__).parent
CLIENT = HERE / "client.py"


def seed(*, above: str = "", below: str = "g") -> bytes:
    """A private key whose fingerprint is between these."""
    for number in range(1, 10_000):
        found = number.to_bytes(32, "big")
        public = Ed25519PrivateKey.from_private_bytes(found).public_key()
        key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if above < fingerprint(key) < below:
            return found
    raise AssertionError("no such key")


class IndependentTests(SynchronousTestCase):
    """What the clients are made of."""

    def test_independent(self) -> None:
        """They use nothing of ours, and no library that ours use for QUIC."""
        for path in (CLIENT, HERE / "links.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if isinstance(node, ast.Import):
                    named = [alias.name for alias in node.names]
                for name in named:
                    first, _, second = name.partition(".")
                    self.assertNotIn(first, ("twisted_chat", "qh3"))
                    self.assertTrue(first != "tests" or second == "interop.links")


class InteropTests(ChatTestCase):
    """A server and a peer of ours, and two clients: one dials our peer, one is dialled by it."""

    def client(self, name: str, port: int, key: bytes, *languages: str) -> Program:
        """A client that is registered, and links so, the first if it can."""
        words = ["127.0.0.1", str(port), name, key.hex(), *languages]
        started = self._start([sys.executable, str(CLIENT), *words], terminal=False)
        started.expect("server can")
        started.expect(f"server hi {name}")
        return started

    def test_chat(self) -> None:
        """They register, join two rooms, link as dialler and as acceptor, say, hear and
        acknowledge, in rooms and in private."""
        self.chat([BOUND, NONCE], [BOUND, NONCE])

    def test_before(self) -> None:
        """So they do where one knows of the nonce alone, as programs of before."""
        self.chat([BOUND, NONCE], [NONCE])

    def chat(self, *languages: list[str]) -> None:
        port = free_udp_port()
        self.serve(port)
        identity = self.start("udpchat", "identity", "--name", "alice")
        identity.wait()
        (own,) = re.findall(r"in full: ([0-9a-f]{64})", identity.said)
        alice = self.meet("alice", port)
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("you are in lab")

        carol = self.client("carol", port, seed(below=own), *languages[0])
        dave = self.client("dave", port, seed(above=own), *languages[1])
        carol.type_lines("/rj lab", "/rc den", "/rj den")
        carol.output.expect_all(
            "room lab alice", "server rc den", "room den", "link alice dialled"
        )
        dave.type_lines("/rj lab", "/rj nowhere", "/rj den")
        dave.output.expect_all(
            *("room lab alice carol", "room den carol", "server no rj nowhere none"),
            *("link alice accepted", "link carol accepted"),
        )
        carol.output.expect_all("server r+ lab", "server r+ den", "link dave dialled")
        alice.output.expect_all("carol came", "dave came")

        before = time.time()
        alice.type_lines("hello both")
        for one in (carol, dave):
            one.expect("heard #lab alice ")
            when = int(re.findall(r"heard #lab alice (\d+) hello both", one.said)[0])
            self.assertTrue(before - 1 < when / 1000 < time.time() + 1)
        carol.type_lines("#lab gr\u00fcezi alice")
        alice.expect("< carol: gr\u00fcezi alice")
        carol.output.expect_all("got alice 1", "got dave 1")
        dave.expect(" gr\u00fcezi alice")
        dave.type_lines("#lab good morning", "#den in the den")
        alice.expect("< dave: good morning")
        carol.expect("heard #lab dave ")
        carol.expect("heard #den dave ")
        dave.output.expect_all("got alice 1", "got carol 2")

        dave.type_lines("/ar carol", "/ar alice")
        dave.output.expect_all("server ar carol", "server ar alice")
        dave.type_lines("@carol between us", "@alice psst")
        carol.expect("heard - dave ")
        carol.expect(" between us")
        alice.expect("< dave")
        alice.expect("psst")
        dave.output.expect_all("got alice 2", "got carol 3")
        self.assertNotIn("the den", alice.said)
        self.assertNotIn("between", alice.said)

        carol.type_lines("/rk den", "/zz top")
        carol.output.expect_all("server rk den left", "server no zz")
        dave.expect("server r- den")
        alice.type_lines("$quit")
        self.assertEqual(alice.wait(), 0)
        dave.expect("server r- lab")
        for one in (carol, dave):
            one.end_input()
            self.assertEqual((one.wait(), one.errors.text), (0, ""))
