"""What is not taken of TLS in a handshake."""

from qh3 import tls
from qh3.quic.tls_bridge import QuicTlsBridge, QuicTlsBridgeError
from qh3.tls import AlertDescription, Epoch, State
from twisted.trial.unittest import SynchronousTestCase

from tests.support.quic import KEYS
from twisted_chat.net.quic_library import configuration, dialling

CRYPTO_ERROR = 0x100
COMPRESSED, BROTLI = b"\x19", b"\x00\x02"
COMPRESS_EXTENSION = b"\x00\x1b\x00\x03\x02" + BROTLI
"""By which a ClientHello asks for compressed certificates (RFC 8879, 3)."""


class Brotli:
    """In place of the package, which some machines have, and with which the library asks for
    compressed certificates."""

    called = 0

    def decompress(self, compressed: bytes) -> bytes:
        self.called += 1
        return bytes(len(compressed) << 20)


class CompressedCertificates(SynchronousTestCase):
    """An acceptor sends one, before it has shown any key: 800 bytes that become a gigabyte."""

    def setUp(self) -> None:
        self.brotli = Brotli()
        self.patch(tls, "_brotli", self.brotli)
        common = configuration(KEYS[0], dialled=True, keylog=None)
        self.quic = dialling(common, ("192.0.2.1", 8090), 0.0)

    @property
    def bridge(self) -> QuicTlsBridge:
        bridge = self.quic._tls
        assert bridge is not None
        return bridge

    def test_not_asked_for(self) -> None:
        """The dialling side does not ask for it."""
        plain = QuicTlsBridge(
            self.quic.configuration, version=1, local_initial_source_connection_id=bytes(8)
        )
        plain.start()
        said = plain.next_crypto_data()
        assert said is not None
        self.assertIn(COMPRESS_EXTENSION, said.data, "the library itself does")
        again = self.quic._create_tls(None)
        again.start()
        said = again.next_crypto_data()
        assert said is not None
        self.assertNotIn(COMPRESS_EXTENSION, said.data)

    def test_refused(self) -> None:
        """Nor does it decompress one."""
        certificate = bytes(1000)
        body = BROTLI + b"\xff\xff\xff" + len(certificate).to_bytes(3, "big") + certificate
        message = COMPRESSED + len(body).to_bytes(3, "big") + body
        self.bridge.tls.state = State.CLIENT_EXPECT_CERTIFICATE_REQUEST_OR_CERTIFICATE
        error = self.assertRaises(
            QuicTlsBridgeError, self.bridge.receive_crypto, Epoch.HANDSHAKE, message
        )
        self.assertEqual(error.error_code, CRYPTO_ERROR + AlertDescription.unexpected_message)
        self.assertEqual(self.brotli.called, 0)
