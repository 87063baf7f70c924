"""What docs/security.md says is tested is tested, and the values in docs/wire.md are right."""

import ast
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.identity.proof import LABEL, NONCE_BYTES, statement

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "security.md"
PROTOCOL = TESTS.parent / "docs" / "wire.md"


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
        said = statement(fingerprint(public), fingerprint(other), b"\3" * NONCE_BYTES)
        self.assertEqual(
            shown,
            {
                "PUBLIC-KEY of the dialler": public.hex(),
                "FINGERPRINT of the dialler": fingerprint(public),
                "FINGERPRINT of the acceptor": fingerprint(other),
                "SIGNATURE": dialler.sign(said).hex(),
            },
        )

    def test_statement(self) -> None:
        """The parts of what is signed are in the document, in order, and are all of it."""
        sizes = re.findall(r"^  \| (\d+) \| ", PROTOCOL.read_text(), re.MULTILINE)
        said = statement("11" * 32, "22" * 32, b"\3" * NONCE_BYTES)
        self.assertEqual([*map(int, sizes)], [64, len(LABEL), 1, 32, 32, 32])
        self.assertEqual(len(said), sum(map(int, sizes)))
        self.assertIn(f"`{LABEL.decode()}`", PROTOCOL.read_text())
