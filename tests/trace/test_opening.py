"""One's own QUIC, opened with its secrets."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import Notes
from tests.support.links_seen import link
from tests.support.strategies import some
from tests.trace.test_analyze import AnalyzeTestCase
from twisted_chat.errors import WireError
from twisted_chat.trace import pcapng
from twisted_chat.trace.analysis import Analysis
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.keylog import KeyLog
from twisted_chat.trace.protection import Protection, Suite
from twisted_chat.trace.quic_frames import frames
from twisted_chat.trace.report import Layer, Purpose

FRAMES, KEYS = link()


def opened(given: list[Frame], keys: str = KEYS) -> Notes:
    """What is said of these frames with these secrets."""
    log, notes = KeyLog(), Notes()
    log.add(keys.encode())
    analysis = Analysis({8090}, notes, keys=log)
    for frame in given:
        analysis.feed(frame)
    analysis.conclude()
    return notes


class Opened(SynchronousTestCase):
    """A whole link, from its first Initial to its close."""

    def setUp(self) -> None:
        self.notes = opened(FRAMES)

    def test_handshake(self) -> None:
        """The handshake shows what each packet of it carries."""
        self.assertEqual(self.notes.whats[0], "Initial packet 0: CRYPTO")
        self.assertTrue(any(what.startswith("Retry") for what in self.notes.whats))
        self.assertIn("Handshake packet 0: CRYPTO", " ".join(self.notes.whats))

    def test_messages(self) -> None:
        """What both said is there, in words, as the application's business."""
        told = [
            (inside.layer, inside.text)
            for row in self.notes.rows[1]
            for one in row.verdict.opened
            for inside in one.inside
        ]
        said = [text.partition(": ")[2] for layer, text in told if layer == Layer.APPLICATION]
        self.assertEqual(
            said,
            [
                "this is my public key",
                "the proof that the key is mine",
                "from here on both may speak",
                "registers as ann",
                "joins the room lab",
                "accepted as ann",
                "you are in lab; roster number 1 follows",
                "the roster ends",
            ],
        )
        below = [text.split()[0].rstrip(":,") for layer, text in told if layer == Layer.TRANSPORT]
        for name in ("CRYPTO", "PADDING", "ACK", "STREAM", "HANDSHAKE_DONE", "NEW_CONNECTION_ID"):
            self.assertIn(name, below)

    def test_close(self) -> None:
        """The end says why, and is the close."""
        last = self.notes.rows[1][-1].verdict
        self.assertEqual(last.opened[0].inside[0].text.rpartition(", ")[2], "“enough”")
        self.assertIs(last.purpose, Purpose.CLOSE)

    def test_names(self) -> None:
        """Who registers over a link is known by that name."""
        (summary,) = self.notes.summaries.values()
        self.assertEqual([title for _, title in summary.hosts], ["ann", "room server"])

    def test_begun_before(self) -> None:
        """A capture that begins late is opened too, whose beginning nobody saw."""
        late = next(row.number for row in self.notes.rows[1] if "registers" in row.verdict.what)
        notes = opened(FRAMES[late - 1 :])
        self.assertIn("accepted as ann", " ".join(notes.whats))

    def test_any_order(self) -> None:
        """Packets that overtake each other are opened, and what was said is in order."""
        at = next(row.number for row in self.notes.rows[1] if "key:" in row.verdict.what)
        swapped = [*FRAMES[: at - 1], FRAMES[at], FRAMES[at - 1], *FRAMES[at + 1 :]]
        numbered = [one._replace(number=number) for number, one in enumerate(swapped, 1)]
        self.assertIn("registers as ann", " ".join(opened(numbered).whats))

    def test_without(self) -> None:
        """Without its secrets a link stays closed."""
        other = KEYS.replace("5", "6")
        for keys in ("", "nothing of the kind\n\xff", other):
            self.assertIn("protected, ", " ".join(opened(FRAMES, keys).whats))


class Vectors(SynchronousTestCase):
    """The examples of RFC 9001."""

    def test_chacha20(self) -> None:
        """A packet with a short header, encrypted by ChaCha20 (A.5)."""
        secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"
        packet = bytes.fromhex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb")
        keys = Protection(bytes.fromhex(secret), Suite.CHACHA20, 1)
        found = keys.open(packet, 0, 1, len(packet), 654_360_563)
        assert found is not None
        self.assertEqual((found.number, found.plain), (654_360_564, b"\1"))
        self.assertEqual([one.name for one in frames(found.plain)], ["PING"])

    def test_changed(self) -> None:
        """A packet of which one bit was changed stays closed."""
        secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"
        packet = bytearray.fromhex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb")
        packet[-1] ^= 1
        keys = Protection(bytes.fromhex(secret), Suite.CHACHA20, 1)
        self.assertIsNone(keys.open(bytes(packet), 0, 1, len(packet), 654_360_563))


class Frames(SynchronousTestCase):
    """What is in a packet."""

    @some
    @given(st.binary(max_size=120))
    def test_anything(self, plain: bytes) -> None:
        """Any bytes are frames that follow each other, or a WireError."""
        try:
            found = frames(plain)
        except WireError:
            return
        ends = [one.end for one in found]
        self.assertEqual([one.start for one in found], [0, *ends[:-1]][: len(found)])

    def test_acknowledgements(self) -> None:
        """Ranges of an ACK are told as numbers of packets (RFC 9000, 19.3.1)."""
        (frame,) = frames(bytes((2, 10, 0, 1, 2, 1, 3)))
        self.assertEqual(frame.text, "ACK: has packet 8 to 10, 2 to 5")


class Program(AnalyzeTestCase):
    """The command, with secrets beside the capture and in it."""

    def setUp(self) -> None:
        super().setUp()
        blocks = [pcapng.packet(one.at, one.data, "", inbound=True) for one in FRAMES]
        self.head = pcapng.section("x") + pcapng.interface("x")
        self.blocks = b"".join(blocks)
        self.path.write_bytes(self.head + self.blocks)

    def test_keys(self) -> None:
        """With --keys, and with the secrets in the file; --write takes those along."""
        log = Path(self.mktemp())
        log.write_text(KEYS)
        target = Path(self.mktemp())
        _, output, _ = self.run_with(self.path)
        self.assertNotIn("joins the room", output)
        _, output, _ = self.run_with(self.path, "--keys", log)
        self.assertIn("hi: registers as ann; rj: joins the room lab", output)
        self.path.write_bytes(self.head + pcapng.secrets(KEYS.encode()) + self.blocks)
        _, output, _ = self.run_with(self.path, "--write", target, "--name", "ann")
        self.assertIn("hi: registers as ann; rj: joins the room lab", output)
        _, output, _ = self.run_with(target)
        self.assertIn("joins the room lab", output)

    def test_hex(self) -> None:
        """With the bytes, what is where in a packet, and what it was when it was opened."""
        self.path.write_bytes(self.head + pcapng.secrets(KEYS.encode()) + self.blocks)
        _, output, _ = self.run_with(self.path, "--hex")
        for part in (
            "transport   destination connection id",
            "transport   packet number             1 to 4 bytes, encrypted",
            "opened: Initial packet 0, 1,156 bytes",
            "transport   CRYPTO: 900 bytes of TLS from 0 on",
            "application hi: registers as ann",
        ):
            self.assertIn(part, output)

    def test_text(self) -> None:
        """The conversation as text has what was said over the link."""
        self.path.write_bytes(self.head + pcapng.secrets(KEYS.encode()) + self.blocks)
        _, output, _ = self.run_with(self.path, "--follow-text", "1")
        self.assertIn("10.0.0.1:5001 (ann): hi: registers as ann\n", output)

    def test_json(self) -> None:
        """For programs too: frames and messages, each with its layer."""
        self.path.write_bytes(self.head + pcapng.secrets(KEYS.encode()) + self.blocks)
        _, output, _ = self.run_with(self.path, "--json")
        packets = json.loads(output)["conversations"][0]["packets"]
        inside = packets[0]["opened"][0]["inside"]
        self.assertEqual(inside[0]["layer"], "transport")
        self.assertEqual(inside[0]["start"], 0)

    def test_no_file(self) -> None:
        """A key log that is not there."""
        status, _, errors = self.run_with(self.path, "--keys", "/nowhere")
        self.assertEqual((status, errors.count("\n")), (2, 1))
        self.assertIn("cannot read /nowhere", errors)
