"""What is wrong with a TLS certificate, or that there is no TLS."""

from typing import Any

from twisted.internet.error import ConnectionAborted, ConnectionClosed
from twisted.python.failure import Failure

from twisted_chat.tcp.events import CallRefusal, Missed
from twisted_chat.tcp.unreached import CallRefused, openssl_words

_REFUSALS = {
    9: CallRefusal.NOT_YET_VALID,
    10: CallRefusal.EXPIRED,
    18: CallRefusal.SELF_SIGNED,
    **dict.fromkeys((2, 19, 20, 21), CallRefusal.UNKNOWN_ISSUER),
    23: CallRefusal.REVOKED,
}
"""What the numbers X509_V_ERR_... of openssl/x509_vfy.h mean."""
_NO_TLS = "wrong version number"
"""What OpenSSL calls an answer that is no record of TLS."""


def problem(connection: Any, reason: Failure) -> CallRefused | None:
    """Why the TLS handshake of this OpenSSL connection came to nothing, if the
    certificate of the other side is why, or that it speaks no TLS."""
    if type(reason.value).__name__ == "VerificationError":  # Of service_identity.
        wanted = ", ".join(_wanted(error) for error in getattr(reason.value, "errors", ()))
        return CallRefused(CallRefusal.WRONG_NAME, wanted)
    said = openssl_words(reason.value)
    if _NO_TLS in said:
        return CallRefused(CallRefusal.NO_TLS)
    if "certificate verify failed" not in said:
        return None
    return CallRefused(_REFUSALS.get(_verify_result(connection), CallRefusal.NOT_GOOD))


def _wanted(error: Any) -> str:
    """The name or address that a certificate does not have."""
    wanted = error.mismatched_id
    name = getattr(wanted, "hostname", None) or getattr(wanted, "ip", None) or "that name"
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)


def _verify_result(connection: Any) -> int:
    """OpenSSL's number for what is wrong with a chain; 0 where it cannot be had.

    pyOpenSSL tells it to a callback only. There is one such callback, which
    is Twisted's and checks the name: nobody must take its place.
    """
    try:
        from OpenSSL import SSL

        return int(SSL._lib.SSL_get_verify_result(connection._ssl))  # type: ignore[attr-defined]
    except (ImportError, AttributeError):
        return 0


def why_a_caller_left(reason: Failure) -> tuple[Missed, str]:
    """Why a TLS handshake with one who calls us came to nothing, and what OpenSSL says of it,
    if anything."""
    said = openssl_words(reason.value)
    if "alert" in said:
        untrusting = "unknown ca" in said or "certificate" in said
        return (Missed.UNTRUSTING if untrusting else Missed.REFUSED_HANDSHAKE), said
    if reason.check(ConnectionAborted):
        return Missed.UNFINISHED_HANDSHAKE, ""
    if reason.check(ConnectionClosed) or not said:
        return Missed.LEFT_HANDSHAKE, ""
    return Missed.OTHER_TLS, said
