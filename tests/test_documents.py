"""The documents of the project name what is there, and the values in them are right."""

import ast
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.identity.proof import BINDING_BYTES, BOUND_LABEL, LABEL, statement
from twisted_chat.wire.common import Verb
from twisted_chat.wire.gen2.between_servers import BETWEEN_SERVERS, HEADER_BYTES
from twisted_chat.wire.gen2.datagrams import Probe, ProbeKind
from twisted_chat.wire.gen2.pairing import PathVerb
from twisted_chat.wire.gen2.requests import RoomVerb
from twisted_chat.wire.gen2.signs import (
    SIGN,
    SIGN_ANSWER_BYTES,
    SIGN_BYTES,
    SMALLEST_CALL,
    RestKeys,
    Sign,
    seal,
)

TESTS = Path(__file__).parent
ROOT = TESTS.parent
DOCUMENT = ROOT / "docs" / "security.md"
PROTOCOL = ROOT / "docs" / "wire.md"


def named_in(path: Path) -> set[str]:
    """The tests in a file, each as Class::name."""
    return {
        f"{group.name}::{test.name}"
        for group in ast.parse(path.read_text()).body
        if isinstance(group, ast.ClassDef)
        for test in group.body
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)
        and test.name.startswith("test_")
    }


class Security(SynchronousTestCase):
    """Threats and their tests."""

    def test_named(self) -> None:
        """Every test that is named is there."""
        named = re.findall(r"`([\w/]+\.py)::(\w+::\w+)`", DOCUMENT.read_text())
        self.assertGreater(len(named), 40)
        for file, test in named:
            self.assertIn(test, named_in(TESTS / file), file)

    def test_each_threat(self) -> None:
        """No threat is without a test."""
        _, threats = DOCUMENT.read_text().split("## Threats")
        rows = re.findall(r"^\| .* \| .* \| (.*) \|$", threats, re.MULTILINE)
        self.assertEqual([row for row in rows if "::" not in row], ["test", "---", "test", "---"])


class Protocol(SynchronousTestCase):
    """What somebody who writes a client from the document alone relies on."""

    def test_verbs(self) -> None:
        """Every verb is in the document."""
        for verb in (*Verb, *RoomVerb, *PathVerb):
            self.assertRegex(PROTOCOL.read_text(), rf"`{verb.value}[ `]")

    def test_proof(self) -> None:
        """The values to check a program by are those that the keys of the example have."""
        dialler, acceptor = (
            Ed25519PrivateKey.from_private_bytes(bytes((seed,)) * 32) for seed in (1, 2)
        )
        shown = dict(re.findall(r"^  \| ([^|]+) \| `([0-9a-f]+)` \|$", PROTOCOL.read_text(), re.M))
        public, other = (
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            for key in (dialler, acceptor)
        )
        said, with_nonce = (
            statement(fingerprint(public), fingerprint(other), b"\3" * BINDING_BYTES, bound=bound)
            for bound in (True, False)
        )
        self.assertEqual(
            shown,
            {
                "PUBLIC-KEY of the dialler": public.hex(),
                "FINGERPRINT of the dialler": fingerprint(public),
                "FINGERPRINT of the acceptor": fingerprint(other),
                "SIGNATURE": dialler.sign(said).hex(),
                "SIGNATURE over a NONCE": dialler.sign(with_nonce).hex(),
            },
        )

    def test_statement(self) -> None:
        """The parts of what is signed are in the document, in order, and are all of it."""
        sizes = self.sizes("generation 2: links")
        said = statement("11" * 32, "22" * 32, b"\3" * BINDING_BYTES, bound=True)
        self.assertEqual(sizes, [64, len(BOUND_LABEL), 1, 32, 32, 32])
        self.assertEqual(len(said), sum(sizes))
        for label in (LABEL, BOUND_LABEL):
            self.assertIn(f"`{label.decode()}`", PROTOCOL.read_text())

    def test_probe(self) -> None:
        """The parts of a probe are in the document, and the value to check a program by."""
        probe = Probe(ProbeKind.PROBE, b"\x11" * 8, False, b"\x22" * 8, ("192.0.2.1", 8091))
        datagram = probe.encode(bytes(range(32)))
        self.assertEqual(sum(self.sizes("generation 2: finding a way")), len(datagram))
        self.assertIn(f"ends with `{datagram[-16:].hex()}`", PROTOCOL.read_text())

    def test_sign(self) -> None:
        """The parts of a sign of life are in the document, and values to check a program by."""
        keys = RestKeys(b"\x11" * 16, bytes(range(32)), bytes(range(32, 64)))
        box = seal(keys, SIGN, 1, [b"by"])
        sign = Sign(keys.id, 5, heard=2, said=1, box=box).encode(keys.proves, six=False)
        said = PROTOCOL.read_text()
        self.assertIn(f"`by` is `{box.hex()}`", said)
        self.assertIn(f"ends with `{sign[-16:].hex()}`", said)
        # Of a sign without its box, of an answer, and of a call without its own.
        sizes = SIGN_BYTES + SIGN_ANSWER_BYTES + SMALLEST_CALL - 16
        self.assertEqual(sum(self.sizes("generation 2: a link that rests")), sizes)

    def test_between_servers(self) -> None:
        """What stands before that which servers carry for each other is in the document."""
        sizes = self.sizes("generation 2: carried between servers")
        self.assertEqual(sum(sizes), HEADER_BYTES)
        self.assertIn(f"0x{BETWEEN_SERVERS:02x}", PROTOCOL.read_text())

    def sizes(self, title: str) -> list[int]:
        """The bytes of the parts of what is laid out in this section."""
        section = PROTOCOL.read_text().split(f"## UDP chat, {title}\n")[1].split("\n## ")[0]
        return [int(size) for size in re.findall(r"^  \| (\d+) \| ", section, re.MULTILINE)]


class Papers(SynchronousTestCase):
    """What somebody reads who uses the repository."""

    def test_paths(self) -> None:
        """Every file and folder that is named is there."""
        for paper in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md"):
            text = (ROOT / paper).read_text()
            package = ROOT / "twisted_chat" if paper == "docs/architecture.md" else ROOT
            named = re.findall(r"`([\w./-]+(?:/|\.(?:c|cfg|md|py)))`|`(\.ci/\w+)`", text)
            named += re.findall(r"\]\((?!https:)()([^)#]+)", text)
            for path in map("".join, named):
                places = (ROOT / path, package / path, (ROOT / paper).parent / path)
                near = any(place.exists() for place in places) or any(package.rglob(path))
                self.assertTrue(near, f"{path} in {paper}")

    def test_classes(self) -> None:
        """Every class that the architecture names is there."""
        text = (ROOT / "docs" / "architecture.md").read_text()
        code = "".join(path.read_text() for path in (ROOT / "twisted_chat").rglob("*.py"))
        for name in re.findall(r"`([A-Z][A-Za-z]+)[.(`]", text):
            self.assertRegex(code, rf"\bclass {name}\b")

    def test_targets(self) -> None:
        """What is to be made can be made."""
        there = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        for paper in ("CONTRIBUTING.md", "README.md"):
            named = set(re.findall(r"`make ([a-z]+)", (ROOT / paper).read_text()))
            self.assertGreater(len(named), 3)
            self.assertLessEqual(named, {*there}, paper)

    def test_changelog(self) -> None:
        """The changes are kept in the form of keepachangelog.com, the newest first."""
        text = (ROOT / "CHANGELOG.md").read_text()
        versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
        self.assertEqual(versions[0], "[Unreleased]")
        for version in versions[1:]:
            self.assertRegex(version, r"^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$")
        kinds = re.findall(r"^### (.*)$", text, re.MULTILINE)
        self.assertLessEqual(
            {*kinds}, {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
        )
