"""What is wrong with a TLS certificate, or that there is no TLS, in words, and what would help."""

from typing import Any

from twisted.internet.error import ConnectionAborted, ConnectionClosed
from twisted.python.failure import Failure

from twisted_chat.errors import ChatError

_WORDS = {
    9: "is not valid yet: is the clock of one of you wrong?",
    10: "has expired: its owner has to renew it",
    18: "is signed by itself{trust}",
    **dict.fromkeys((2, 19, 20, 21), "is signed by somebody who is not trusted here{trust}"),
    23: "was revoked",
}
"""What the numbers X509_V_ERR_... of openssl/x509_vfy.h mean."""
_TRUST = (
    ": to trust it, or who signed it, put that certificate into a file DIRECTORY/NAME.pem and"
    " add :trustRoots=DIRECTORY, or set SSL_CERT_FILE to the file"
)


_NO_TLS = "wrong version number"
"""What OpenSSL calls an answer that is no record of TLS."""


class CertificateRefused(ChatError):
    """The certificate of the one who is called is not good; nothing was said to it."""


class NoTls(ChatError):
    """The one who is called answers without TLS; nothing was said to it."""


def problem(connection: Any, reason: Failure) -> CertificateRefused | NoTls | None:
    """Why the TLS handshake of this OpenSSL connection came to nothing, if the
    certificate of the other side is why, or that it speaks no TLS."""
    if type(reason.value).__name__ == "VerificationError":  # Of service_identity.
        wanted = ", ".join(_wanted(error) for error in getattr(reason.value, "errors", ()))
        return CertificateRefused(
            f"its certificate is not for {wanted or 'that name'}: call it by a name that its"
            " certificate has, or have its owner get one for this name"
        )
    said = openssl_words(reason.value)
    if _NO_TLS in said:
        return NoTls(
            "does so without TLS: let it wait with --listen ssl:..., or call it without tls:,"
            " where everybody on the path can read"
        )
    if "certificate verify failed" not in said:
        return None
    words = _WORDS.get(_verify_result(connection), "is not good")
    return CertificateRefused(f"its certificate {words.format(trust=_TRUST)}")


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


def why_a_caller_left(reason: Failure) -> str:
    """Why a TLS handshake with one who calls us came to nothing."""
    said = openssl_words(reason.value)
    if "alert" in said:
        if "unknown ca" in said or "certificate" in said:
            return f"it does not trust our certificate ({said})"
        return f"it refused the TLS handshake ({said})"
    if reason.check(ConnectionAborted):
        return "it did not finish the TLS handshake"
    if reason.check(ConnectionClosed) or not said:
        return (
            "it left in the TLS handshake or right after it:"
            " is our certificate for the name that it calls?"
        )
    return f"it does not speak TLS as we do ({said})"


def openssl_words(problem: BaseException | None) -> str:
    """What OpenSSL says about an error of its own; empty for any other."""
    if problem is None or not type(problem).__module__.startswith("OpenSSL.") or not problem.args:
        return ""
    errors = problem.args[0]
    return "; ".join(error[-1] for error in errors) if isinstance(errors, list) else ""
