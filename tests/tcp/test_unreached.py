"""Why a call reached nobody."""

import errno

from OpenSSL.SSL import Error
from twisted.internet import error
from twisted.internet.address import HostnameAddress
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.events import NobodyAnswered, Unreached
from twisted_chat.tcp.unreached import reason_unreached
from twisted_chat.terminal.tcp_wording import words


class Reasons(SynchronousTestCase):
    """What people and programs are told of what Twisted raises."""

    def test_reasons(self) -> None:
        """Each is a word for programs, and a few words, without addresses in the form of
        a program, for people; `problem` has only what nothing else tells."""
        for problem, why, said, shown in (
            (
                error.ConnectionRefusedError(),
                Unreached.NOBODY_WAITS,
                "",
                "nobody waits there (connection refused)",
            ),
            (
                error.ConnectingCancelledError(HostnameAddress(b"bob", 8090)),
                Unreached.NO_ANSWER,
                "",
                "no answer comes back",
            ),
            (error.TimeoutError(), Unreached.NO_ANSWER, "", "no answer comes back"),
            (
                error.DNSLookupError("bob"),
                Unreached.NO_ADDRESS,
                "",
                "its name leads to no address now",
            ),
            (error.NoRouteError(), Unreached.NO_ROUTE, "", "there is no way to it from here"),
            (error.ConnectionLost(), Unreached.HUNG_UP, "", "it hung up at once"),
            (
                error.ConnectionAborted(),
                Unreached.NO_HANDSHAKE,
                "",
                "what took the call did not finish the TLS handshake; does it wait with TLS?",
            ),
            (
                error.ConnectError(errno.ENOENT),
                Unreached.OTHER,
                "No such file or directory",
                "No such file or directory",
            ),
            (
                Error([("", "", "tlsv1 alert internal error")]),
                Unreached.OTHER_TLS,
                "tlsv1 alert internal error",
                "it does not speak TLS as we do (tlsv1 alert internal error)",
            ),
            (
                ValueError("something {else}."),
                Unreached.OTHER,
                "something {else}",
                "something {else}",
            ),
            (ValueError(), Unreached.OTHER, "ValueError", "ValueError"),
        ):
            self.assertEqual(reason_unreached(problem), (why, said))
            for waits, end in ((True, ""), (False, "; nothing was sent")):
                self.assertEqual(
                    words(NobodyAnswered("bob:8090", 15.0, why, said, waits)),
                    f"nobody answered at bob:8090 for 15 seconds: {shown}{end}",
                )
