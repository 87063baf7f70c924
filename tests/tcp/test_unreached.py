"""Why a call reached nobody."""

import errno

from OpenSSL.SSL import Error
from twisted.internet import error
from twisted.internet.address import HostnameAddress
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.unreached import why


class Words(SynchronousTestCase):
    """What people are told of what Twisted raises."""

    def test_words(self) -> None:
        """Each is a few words, without addresses in the form of a program."""
        for problem, words in (
            (error.ConnectionRefusedError(), "nobody waits there (connection refused)"),
            (
                error.ConnectingCancelledError(HostnameAddress(b"bob", 8090)),
                "no answer comes back",
            ),
            (error.TimeoutError(), "no answer comes back"),
            (error.DNSLookupError("bob"), "its name leads to no address now"),
            (error.NoRouteError(), "there is no way to it from here"),
            (error.ConnectionLost(), "it hung up at once"),
            (error.ConnectionAborted(), "what took the call did not finish the TLS handshake"),
            (error.ConnectError(errno.ENOENT), "No such file or directory"),
            (Error([("", "", "tlsv1 alert internal error")]), "it does not speak TLS as we do"),
            (ValueError("something else."), "something else"),
            (ValueError(), "ValueError"),
        ):
            self.assertIn(words, why(problem))
            self.assertNotIn("Address(", why(problem))
