"""What is left of a handshake that is complete, and what may be said in TLS after it."""

from qh3.quic.connection import QuicConnection
from qh3.tls import AlertDescription, Epoch

from tests.support.quic import CALLED, KEYS, THIRD, QuicCase, Raw
from twisted_chat.net.quic_bounds import LONGEST_OF_TLS

CRYPTO_ERROR = 0x100
UNEXPECTED = CRYPTO_ERROR + AlertDescription.unexpected_message
KEY_UPDATE, TICKET, FINISHED = b"\x18", b"\x04", b"\x14"


def message(kind: bytes, body: bytes) -> bytes:
    """A message of TLS (RFC 8446, 4)."""
    return kind + len(body).to_bytes(3, "big") + body


def crypto(quic: QuicConnection | None, data: bytes, offset: int = 0) -> None:
    """Say this in TLS."""
    assert quic is not None
    assert quic._core is not None
    quic._core.send_crypto(int(Epoch.ONE_RTT), offset, data)


class TooLong(QuicCase):
    """A message of TLS that never ends."""

    def begin(self, length: int) -> None:
        """The acceptor begins a ticket of 16 MiB, and sends so much of it."""
        self.link()
        (connection,) = self.called.port._links._by_link.values()
        crypto(connection._quic, TICKET + b"\xff\xff\xff" + bytes(length - 4))
        self.called.say(b"and a word")
        self.later(2)

    def test_kept(self) -> None:
        """It is kept up to the bound."""
        self.begin(LONGEST_OF_TLS)
        self.assertEqual(self.caller.heard.messages, [b"and a word"])
        self.assertEqual(self.caller.heard.told, ["opened"])

    def test_too_long(self) -> None:
        """With more the link is gone, and what was kept."""
        self.begin(LONGEST_OF_TLS + 1)
        self.assertEqual(self.caller.heard.told[1:], ["lost: a message of TLS that is too long"])
        self.later(5)
        self.assertEqual((len(self.called.port), len(self.caller.port)), (0, 0))


class AfterTheHandshake(QuicCase):
    """A link of two, and a stranger who has a channel to one of them."""

    def setUp(self) -> None:
        super().setUp()
        self.link()
        self.raw = Raw(self.network, KEYS[2], THIRD)
        self.raw.dial(CALLED)
        self.later(0.5)

    def tearDown(self) -> None:
        self.caller.say(b"still there")
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"still there"])
        self.assertEqual(self.caller.heard.told, ["opened"])

    def said(self, data: bytes) -> None:
        """The stranger says this, and has lost its channel for it."""
        crypto(self.raw.quic, data)
        self.raw.flush()
        self.later(1)
        self.assertEqual(self.raw.ended, UNEXPECTED)
        self.later(5)
        self.assertEqual(len(self.called.port), 1)

    def test_key_update(self) -> None:
        """No update of keys is TLS's in QUIC (RFC 9001, 6)."""
        self.said(message(KEY_UPDATE, b"\x00"))

    def test_again(self) -> None:
        """Nor is the handshake finished twice."""
        self.said(message(FINISHED, bytes(32)))

    def test_begun(self) -> None:
        """A message that has only begun, of 16 MiB, is not waited for, nor kept."""
        self.said(KEY_UPDATE + b"\xff\xff\xff" + bytes(500))

    def test_ticket(self) -> None:
        """An acceptor may give tickets to one who has dialled: nothing comes of them."""
        lifetime, age, nonce, ticket, extensions = bytes(4), bytes(4), b"\0", b"\0\1x", b"\0\0"
        given = message(TICKET, lifetime + age + nonce + ticket + extensions)
        (connection,) = self.called.port._links._by_link.values()
        crypto(connection._quic, given)
        self.called.say(b"with a ticket")
        self.later(1)
        self.assertEqual(self.caller.heard.messages, [b"with a ticket"])

    def test_forgotten(self) -> None:
        """Neither side has a secret of the handshake any more, nor the accepting one its TLS."""
        (accepted,) = self.called.port._links._by_link.values()
        (dialled,) = self.caller.port._links._by_link.values()
        self.assertIsNone(accepted._quic.tls)
        context = dialled._quic.tls
        assert context is not None
        secret = [
            name
            for name, kept in vars(context).items()
            if (name.endswith("private_key") or name in ("_enc_key", "_dec_key", "key_schedule"))
            and kept is not None
        ]
        self.assertEqual(secret, [])
