"""What is not taken of TLS, from either side: compressed certificates, and what comes after the
handshake.

It imports the library, as `quic_library` does.
"""

from typing import Any

from qh3._hazmat import Buffer
from qh3.quic.packet import QuicErrorCode, QuicProtocolVersion
from qh3.quic.tls_bridge import QuicTlsBridgeError
from qh3.tls import AlertDescription, AlertUnexpectedMessage, Context, Epoch


def take_none_compressed(context: Context) -> None:
    """Neither ask for a compressed certificate nor take one, as the library does where the package
    `brotli` is there: 800 bytes become a gigabyte, before any key is known."""
    context._compress_certificate_algorithms = None
    context._client_handle_compressed_certificate = _refuse  # type: ignore[method-assign,assignment]


def _refuse(message: Buffer) -> None:
    """Refuse a compressed certificate, which we have not asked for (RFC 8879, 4)."""
    raise AlertUnexpectedMessage("a compressed certificate")


class HandshakeOver:
    """The accepting half of TLS once the handshake is complete, the same for all. The other end
    may say nothing more there: key updates are not TLS's in QUIC (RFC 9001, 6), and nobody asks
    for a certificate later (4.4)."""

    version = QuicProtocolVersion.VERSION_1
    remote_transport_parameters = None
    handshake_complete = True
    tls = None

    def receive_crypto(self, epoch: Epoch, data: bytes, *given: Any, **named: Any) -> None:
        """Raises QuicTlsBridgeError where something is said."""
        if data:
            code = QuicErrorCode.CRYPTO_ERROR + AlertDescription.unexpected_message
            raise QuicTlsBridgeError(code, "the handshake is over")

    def _nothing(self) -> None: ...

    next_traffic_secret = next_crypto_data = next_event = _nothing


HANDSHAKE_OVER = HandshakeOver()
