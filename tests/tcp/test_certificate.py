"""Calls over TLS, real ones to this machine, and what is said of certificates that do not do."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from OpenSSL.SSL import Error
from twisted.internet import reactor
from twisted.internet.error import ConnectionAborted, ConnectionLost
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.support.certificates import self_signed
from tests.support.tcp import FakeTerminal
from twisted_chat.tcp.certificate import why_a_caller_left
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.events import CallCameToNothing, CallGivenUp, CallRefusal, Missed
from twisted_chat.tcp.options import client_endpoint, server_endpoint
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous
from twisted_chat.terminal.tcp_wording import words

DAYS = timedelta(days=1)


class Certificates(TestCase):
    """One waits with a certificate, another calls."""

    async def meet(self, certificate: bytes, *, trusted: bool = True) -> tuple[list[str], ...]:
        """What each of the two is shown, once the caller has what it will get."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        pem, trust = Path(temporary.name, "own.pem"), Path(temporary.name, "trust")
        pem.write_bytes(certificate)
        trust.mkdir()
        (trust / "it.pem").write_bytes(certificate if trusted else self_signed("192.0.2.9"))
        waiting, calling = (TcpChat(Conversation(once=True, hold=True), reactor) for _ in range(2))
        there, here = FakeTerminal(waiting), FakeTerminal(calling)
        here.type("hello\n")
        there.type("hi\n")
        place = f"ssl:0:interface=127.0.0.1:privateKey={pem}:certKey={pem}"
        waits = Rendezvous(waiting, server_endpoint(reactor, place), "here")
        waits.startService()
        port: Any = waits._port
        whom = f"tls:127.0.0.1:{port.getHost().port}:trustRoots={trust}"
        calls = Rendezvous(calling, None, "", client_endpoint(reactor, whom), "them", "tls")
        calls.startService()
        try:
            for _ in range(200):
                await deferLater(reactor, 0.02)
                if len(there.shown) > 2 and len(here.shown) > 2:
                    break
            return here.shown, there.shown
        finally:
            await calls.stopService()
            await waits.stopService()

    async def refused(self, certificate: bytes, *, trusted: bool = True) -> str:
        """What the caller is told; the one who waits goes on, and gives nothing away."""
        here, there = await self.meet(certificate, trusted=trusted)
        *_, told = here
        self.assertTrue(told.startswith("> the one who answers at them cannot be trusted: "), told)
        self.assertTrue(told.endswith("; nothing was sent"), told)
        self.assertNotIn("< hi", here)
        self.assertNotIn("< hello", there)
        self.assertRegex(there[-1], r"^> a call from 127\.0\.0\.1:\d+ came to nothing: ")
        self.assertFalse(any("connected with" in line for line in [*here, *there]))
        return told

    async def test_good(self) -> None:
        """A trusted certificate for the right name is all that it takes."""
        here, there = await self.meet(self_signed("127.0.0.1"))
        self.assertEqual((here[-1], there[-1]), ("< hi", "< hello"))

    async def test_unknown(self) -> None:
        """One that is signed by itself, and not trusted, and what would help."""
        told = await self.refused(self_signed("127.0.0.1"), trusted=False)
        self.assertIn("is signed by itself", told)
        self.assertIn("trustRoots=", told)
        self.assertIn("SSL_CERT_FILE", told)

    async def test_issuer(self) -> None:
        """One whose issuer is not known."""
        told = await self.refused(self_signed("127.0.0.1", by="Nobody"), trusted=False)
        self.assertIn("is signed by somebody who is not trusted here", told)

    async def test_another_name(self) -> None:
        """One for another name, though it is trusted."""
        told = await self.refused(self_signed("192.0.2.7"))
        self.assertIn("its certificate is not for 127.0.0.1", told)

    async def test_expired(self) -> None:
        """One that has expired."""
        old = self_signed("127.0.0.1", begins=-9 * DAYS, ends=-2 * DAYS)
        self.assertIn("has expired", await self.refused(old))

    async def test_not_yet_valid(self) -> None:
        """One that is not valid yet."""
        young = self_signed("127.0.0.1", begins=2 * DAYS, ends=9 * DAYS)
        self.assertIn("is not valid yet", await self.refused(young))


class Callers(SynchronousTestCase):
    """What the one who waits is told of a call that came to nothing."""

    def test_reasons(self) -> None:
        """Each way to leave a handshake is a word, with what OpenSSL says where only that tells
        more; a person is told it in words."""
        unknown, bad = "tlsv1 alert unknown ca", "tls alert bad certificate"
        version, request = "tlsv1 alert protocol version", "http request"
        for problem, why, said, shown in (
            (unknown, Missed.UNTRUSTING, unknown, "it does not trust our certificate ({})"),
            (bad, Missed.UNTRUSTING, bad, "it does not trust our certificate ({})"),
            (version, Missed.REFUSED_HANDSHAKE, version, "it refused the TLS handshake ({})"),
            (request, Missed.OTHER_TLS, request, "it does not speak TLS as we do ({})"),
            (Error([]), Missed.LEFT_HANDSHAKE, "", LEFT),
            (ConnectionLost(), Missed.LEFT_HANDSHAKE, "", LEFT),
            (
                ConnectionAborted(),
                Missed.UNFINISHED_HANDSHAKE,
                "",
                "it did not finish the TLS handshake",
            ),
        ):
            if isinstance(problem, str):
                problem = Error([("SSL routines", "", problem)])
            self.assertEqual(why_a_caller_left(Failure(problem)), (why, said), problem)
            for others, more in ((0, ""), (3, " (3 more calls before it did too)")):
                self.assertEqual(
                    words(CallCameToNothing("them", why, said, others)),
                    f"a call from them came to nothing: {shown.format(said)}{more}",
                )


LEFT = (
    "it left in the TLS handshake or right after it:"
    " is our certificate for the name that it calls?"
)


class Wording(SynchronousTestCase):
    """What is said of certificates that are not good."""

    def test_refusals(self) -> None:
        """Each says what is wrong, and that nothing was sent."""
        better = (
            "call it by a name that its certificate has, or have its owner get one for this name"
        )
        for why, names, shown in (
            (CallRefusal.WRONG_NAME, "bob.example", f"is not for bob.example: {better}"),
            (CallRefusal.WRONG_NAME, "", f"is not for that name: {better}"),
            (CallRefusal.REVOKED, "", "was revoked"),
            (CallRefusal.NOT_GOOD, "", "is not good"),
        ):
            self.assertEqual(
                words(CallGivenUp("them", why, names, True)),
                "the one who answers at them cannot be trusted: its certificate"
                f" {shown}; nothing was sent",
            )
