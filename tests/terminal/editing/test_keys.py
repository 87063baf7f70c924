"""What a terminal sends, as keys."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal.editing.keys import (
    MAX_PASTE,
    PASTE_BEGINS,
    PASTE_ENDS,
    PASTE_PATIENCE,
    PATIENCE,
    Key,
    KeyDecoder,
    KeyInput,
    Pasted,
    TypedText,
)

KEYS = {
    "\r": "enter",
    "\n": "ctrl j",
    "\t": "tab",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x01": "ctrl a",
    "\x0b": "ctrl k",
    "\x12": "ctrl r",
    "\x1a": "ctrl z",
    "\x1f": "ctrl _",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOH": "home",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[7~": "home",
    "\x1b[3~": "delete",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b[1;5D": "ctrl left",
    "\x1b[1;5C": "ctrl right",
    "\x1b[1;3C": "meta right",
    "\x1b[1;2A": "shift up",
    "\x1b[3;5~": "ctrl delete",
    "\x1b\x1b[C": "meta right",
    "\x1b[Z": "shift tab",
    "\x1bOP": "f1",
    "\x1b[11~": "f1",
    "\x1b[15~": "f5",
    "\x1b[24~": "f12",
    "\x1b[[A": "f1",
    "\x1bb": "meta b",
    "\x1b1": "meta 1",
    "\x1b\x7f": "meta backspace",
    "\x1b\r": "meta enter",
    "\x1b[99~": "unknown",
    "\x1b[?1;2c": "unknown",
    "\x1b[<0;1;1M": "unknown",
    "\x1b[I": "unknown",
}


def decoded(*pieces: bytes) -> list[KeyInput]:
    """What these pieces, which come one after the other, are."""
    decoder = KeyDecoder()
    return [one for piece in pieces for one in decoder.feed(piece)]


class Decoding(SynchronousTestCase):
    """Bytes in, keys out."""

    def test_keys(self) -> None:
        """Each key is known, whole, in pieces, and between others."""
        for sent, name in KEYS.items():
            data = sent.encode()
            self.assertEqual(decoded(data), [Key(name)], ascii(sent))
            self.assertEqual(decoded(*(data[n : n + 1] for n in range(len(data)))), [Key(name)])
            self.assertEqual(
                decoded(b"a" + data + b"b"), [TypedText("a"), Key(name), TypedText("b")]
            )

    def test_texts(self) -> None:
        """A text comes as it is typed, whatever its bytes are cut into; what is no UTF-8 is not
        left out."""
        self.assertEqual(decoded("h\u00e9 \u65e5".encode()), [TypedText("h\u00e9 \u65e5")])
        self.assertEqual(decoded(b"\xe6", b"\x97", b"\xa5"), [TypedText("\u65e5")])
        self.assertEqual(decoded(b"\xffa"), [TypedText("\ufffda")])

    def test_escape(self) -> None:
        """Escape alone is a key once nothing has followed it."""
        decoder = KeyDecoder()
        self.assertIsNone(decoder.patience)
        self.assertEqual(decoder.feed(b"\x1b"), [])
        self.assertEqual(decoder.patience, PATIENCE)
        self.assertEqual(decoder.flush(), [Key("esc")])
        self.assertEqual((decoder.flush(), decoder.patience), ([], None))
        self.assertEqual(decoder.feed(b"[A"), [TypedText("[A")])

    def test_endless_sequence(self) -> None:
        """A sequence without an end is none: what follows is not lost."""
        found = decoded(b"\x1b[" + b"1;" * 100 + b"x")
        self.assertEqual(found[0], Key("esc"))
        self.assertEqual(
            sum(len(one.text) for one in found[1:] if isinstance(one, TypedText)), 202
        )

    def test_paste(self) -> None:
        """A paste is one text, with whatever is in it, and its end may come in pieces."""
        text = "a\x1b[A\r\x03\x1b[20b\n"
        data = f"x{PASTE_BEGINS}{text}{PASTE_ENDS}y".encode()
        wanted = [TypedText("x"), Pasted(text), TypedText("y")]
        self.assertEqual(decoded(data), wanted)
        self.assertEqual(decoded(*(data[n : n + 1] for n in range(len(data)))), wanted)

    def test_paste_without_an_end(self) -> None:
        """One whose end never comes ends after a while."""
        decoder = KeyDecoder()
        decoder.feed(f"{PASTE_BEGINS}half\x1b[2".encode())
        self.assertEqual(decoder.patience, PASTE_PATIENCE)
        self.assertEqual(decoder.flush(), [Pasted("half\x1b[2")])
        self.assertIsNone(decoder.patience)

    def test_huge_paste(self) -> None:
        """Of one that is too long no more is kept than is needed to say so."""
        decoder = KeyDecoder()
        decoder.feed(PASTE_BEGINS.encode())
        for _ in range(64):
            decoder.feed(b"x" * 65_536)
        (pasted,) = decoder.feed(PASTE_ENDS.encode())
        assert isinstance(pasted, Pasted)
        self.assertTrue(MAX_PASTE < len(pasted.text) <= MAX_PASTE + 65_536)
