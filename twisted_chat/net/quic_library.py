"""How qh3 is set up, what it lacks, and how it writes addresses.

It is imported with this module, which takes a twentieth of a second: import it
when there is a connection to be made.
"""

import logging
import ssl
from typing import Any, TextIO, cast
from weakref import ref

from qh3.quic.configuration import QuicConfiguration
from qh3.quic.connection import QuicConnection
from qh3.quic.packet import QuicErrorCode
from qh3.quic.tls_bridge import QuicTlsBridge, QuicTlsBridgeError
from qh3.tls import (  # type: ignore[attr-defined]  # X509Certificate
    Epoch,
    KeySchedule,
    SignatureAlgorithm,
    X509Certificate,
    hkdf_expand_label,
    load_pem_private_key,
)

from twisted_chat.addresses import Address, is_relayed
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.proof import BINDING_BYTES
from twisted_chat.links import LinkQuality
from twisted_chat.net import quic_bounds as bounds
from twisted_chat.net.quic_handshake import HANDSHAKE_OVER, take_none_compressed
from twisted_chat.net.quic_shortcuts import take_shortcuts
from twisted_chat.net.quic_stateless import Resets

# It warns of what strangers send, in their words, on standard error.
logging.getLogger("quic").disabled = True
take_shortcuts()

OVER_A_SERVER = ("100::ffff:1", 1, 0, 0)
"""What the library calls the other end of a link that a server carries: an address of the
discard prefix (RFC 6666)."""
_NO_LANGUAGE = "No common ALPN"
"""What the library says of it, as an alert of another kind."""
_BINDING = b"EXPORTER-Channel-Binding"
_CONNECTED = "connected"
_OF_THE_HANDSHAKE = (
    *("_x25519_private_key", "_x25519_kyber_768_private_key", "_ec_p256_private_key"),
    *("_ec_p384_private_key", "_ec_p521_private_key", "_enc_key", "_dec_key", "key_schedule"),
    *("_expected_verify_data", "received_extensions", "handshake_extensions"),
)
"""What the library's half of TLS has made a handshake with, and keeps."""
_EVENTS = 5
"""Where the number of new events is in what the core says of datagrams."""


def configuration(
    own: Identity,
    *,
    dialled: bool,
    keylog: TextIO | None,
    window: int = bounds.MAX_STREAM_DATA,
) -> QuicConfiguration:
    """What the connections of a port have in common, in one direction. Nothing
    of a certificate is checked but that the other end has its key; whose key
    it is, is for `LinkConnection` to judge. `window` are the bytes that the other end may
    send on a stream before we have read them."""
    made = QuicConfiguration(
        is_client=dialled,
        alpn_protocols=list(bounds.ALPNS),
        connection_id_length=bounds.ID_BYTES,
        active_connection_id_limit=bounds.ACTIVE_IDS,
        idle_timeout=bounds.IDLE_TIMEOUT,
        max_data=window * (bounds.MAX_DATA // bounds.MAX_STREAM_DATA),
        max_stream_data=window,
        max_datagram_frame_size=0,
        max_datagram_size=bounds.SMALLEST_INITIAL,
        # A path that was wide and becomes narrow, with no word of it, would be the end.
        probe_datagram_size=False,
        secrets_log_file=keylog,  # type: ignore[arg-type]
        signature_algorithms=[SignatureAlgorithm.ED25519],
        verify_mode=ssl.CERT_NONE,
    )
    if not dialled:
        # As `load_cert_chain` does, which would load ssl, to read what is PEM.
        made.certificate = X509Certificate(own.certificate)
        made.private_key = load_pem_private_key(own.key)
    return made


class Quic(QuicConnection):
    """A connection that is gone when nobody has it any more.

    The library's own is in a circle with its half of TLS, which is in another with
    its context, so that only the garbage collector would find them; a Retry makes
    a second pair. Here what is made for a connection knows it weakly. The library
    also draws the token of stateless resets, where `reset_token` is to be told, and
    has another error where no language is common.
    """

    reset_token: bytes | None = None
    reads = True
    """Whether events are read. The library grants credit for data when it is read from its core
    (RFC 9000, 4.2), and cannot tell what is next: so while it does not, there are no events,
    but acknowledgements, repetitions and timers go on."""
    unread = 0
    """Events that have come since it does not read."""
    channel_binding = b""
    """What TLS exports of this channel to its two ends alone (RFC 9266), once the handshake is
    complete."""
    _random: bytes | None = None

    def _create_tls(self, remote_source_cid: bytes | None) -> QuicTlsBridge:
        # As the library does, but with the token: its own would be told first, and then ours.
        self._tls = bridge = QuicTlsBridge(
            self._configuration,
            version=cast(int, self._version),
            local_initial_source_connection_id=self.host_cid,
            remote_initial_source_connection_id=remote_source_cid,
            original_destination_connection_id=self._original_destination_connection_id,
            retry_source_connection_id=self._retry_source_connection_id,
            stateless_reset_token=self.reset_token,
        )
        context = bridge.tls
        if self._is_client:
            # What is said after a Retry is said with the same random (RFC 9000, 17.2.5.3).
            self._random = context.client_random = self._random or context.client_random
        take_none_compressed(context)
        context.alpn_cb = _Weak(context.alpn_cb)
        context.update_traffic_key_cb = _Exporting(context.update_traffic_key_cb, self)
        bridge.receive_crypto = _Rightly(bridge.receive_crypto)  # type: ignore[method-assign]
        return bridge

    def export(self, schedule: KeySchedule) -> None:
        """Make the channel binding, once: `tls-exporter` of RFC 9266, as of RFC 8446, 7.5."""
        if not self.channel_binding:
            secret = schedule.derive_secret(b"exp master")
            empty = schedule.hash_empty_value
            for label, length in ((_BINDING, schedule.digest_size), (b"exporter", BINDING_BYTES)):
                secret = hkdf_expand_label(schedule.algorithm, secret, label, empty, length)
            self.channel_binding = secret

    def _drain_tls(self) -> None:
        super()._drain_tls()
        if self._handshake_complete:
            self._forget_handshake()

    def _forget_handshake(self) -> None:
        """Keep no secret that the handshake was made with, nor what else only that needs. The
        side that has dialled may still be sent tickets, which it reads and does not keep."""
        if not self._is_client:
            self._tls = cast(QuicTlsBridge, HANDSHAKE_OVER)
            self._applied_transport_parameters = None
        elif self._tls is not None:
            for name in _OF_THE_HANDSHAKE:
                setattr(self._tls.tls, name, None)

    def read_on(self) -> None:
        """Read what has come meanwhile, and what comes."""
        self.reads, self.unread = True, 0
        self._drain_core()

    def receive_many_datagrams(self, datagrams: list[bytes], addr: Any, now: float) -> None:
        if self.reads or self._core is None:
            super().receive_many_datagrams(datagrams, addr, now)
            return
        address = self._normalize_address(addr)
        report = self._call_core(self._core.receive_many_datagrams, datagrams, address, now)
        self.unread += report[_EVENTS]
        self._drain_core()

    @property
    def last_sent(self) -> int | None:
        """The number of the latest packet that is not acknowledged."""
        return max((number for number, *_ in self._under_way), default=None)

    def awaits(self, packet: int) -> bool:
        """Whether neither this packet nor a later one is acknowledged: before that the library
        takes none for lost."""
        return any(number == packet for number, *_ in self._under_way)

    def quality(self, sent: int) -> LinkQuality | None:
        """What the path has shown, of which so many datagrams were sent."""
        core = self._core
        if core is None or core.smoothed_rtt is None:
            return None
        return LinkQuality(core.smoothed_rtt, sent, core.loss_total)

    @property
    def _under_way(self) -> list[tuple[int, int, int]]:
        return [] if self._core is None else self._core.outstanding_application_packets

    def _drain_core(self) -> None:
        # One that has ended grants nothing.
        if self.reads or self._core is None or self._core.state != _CONNECTED:
            super()._drain_core()


class _Weak:
    """A call of a method that keeps nothing alive. Smaller than a function that does it:
    every connection has three."""

    __slots__ = ("_function", "_owner")

    def __init__(self, method: Any) -> None:
        self._owner = ref(method.__self__)
        self._function = method.__func__

    def __call__(self, *given: Any, **named: Any) -> None:
        if (found := self._owner()) is not None:
            self._function(found, *given, **named)


class _Exporting(_Weak):
    """The same, of what is called when there are traffic keys. When the first of those for data
    are there, the transcript is that of which TLS makes the secret that it exports others from
    (RFC 8446, 7.1): it goes from the ClientHello to the server's Finished."""

    __slots__ = ("_quic",)

    def __init__(self, method: Any, quic: "Quic") -> None:
        super().__init__(method)
        self._quic = ref(quic)

    def __call__(self, *given: Any, **named: Any) -> None:
        quic, bridge = self._quic(), self._owner()
        if quic is not None and bridge is not None and given[1] is Epoch.ONE_RTT:
            quic.export(bridge.tls.key_schedule)
        super().__call__(*given, **named)


class _Rightly(_Weak):
    """The same, with the error that RFC 9001, 8.1, has for it where no language is common, and
    a bound for a message that only begins (RFC 9000, 7.5)."""

    __slots__ = ()

    def __call__(self, *given: Any, **named: Any) -> None:
        bridge = self._owner()
        try:
            super().__call__(*given, **named)
            if bridge is not None and len(bridge.tls._receive_buffer) > bounds.LONGEST_OF_TLS:
                code = QuicErrorCode.CRYPTO_BUFFER_EXCEEDED
                raise QuicTlsBridgeError(code, "a message of TLS that is too long")
        except QuicTlsBridgeError as error:
            if _NO_LANGUAGE in error.reason_phrase:
                error.error_code = bounds.NO_APPLICATION_PROTOCOL
            raise


def dialling(common: QuicConfiguration, address: Address, now: float) -> Quic:
    """Begin a connection. Raises OSError, OverflowError or ValueError where
    that is no address."""
    quic = Quic(configuration=common)
    quic.connect(wide(address), now=now)
    return quic


def accepting(
    common: QuicConfiguration, original: bytes, retried: bytes | None, resets: Resets
) -> Quic:
    """Take a connection from a validated address: `original` and `retried` are the ids it was to
    be reached at, first and after a Retry, if there was one."""
    quic = Quic(
        configuration=common,
        original_destination_connection_id=original,
        retry_source_connection_id=retried,
    )
    quic.reset_token = resets.token(quic.host_cid)
    return quic


def wide(address: Address) -> Any:
    """An address as the library wants it: it knows zones as numbers only, and nothing
    that is no address."""
    if is_relayed(address):
        return OVER_A_SERVER
    host, percent, zone = address[0].partition("%")
    return (host, address[1], 0, int(zone)) if percent else address


def narrow(address: Any) -> Address:
    host, port, *rest = address
    return (f"{host}%{rest[1]}" if rest and rest[1] else host), port
