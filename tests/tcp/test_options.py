"""Endpoint strings that cannot be read."""

import tempfile
from pathlib import Path

from twisted.internet.testing import MemoryReactorClock
from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.options import client_endpoint, server_endpoint


class Mistakes(SynchronousTestCase):
    """What people are told about them."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()

    def assert_told(self, told: str, *parts: str) -> None:
        for part in parts:
            self.assertIn(part, told)
        for word in ("__init__", "_parse", "argument", "literal", "[(", "Errno", "()"):
            self.assertNotIn(word, told)

    def test_calling(self) -> None:
        """Each is a place to reach, told in words without any of the program's own."""
        for description, reason in (
            ("tls:127.0.0.1", "tls: takes other parts, or more of them"),
            ("tcp:a", "tcp: takes other parts"),
            ("unix", "unix: takes other parts"),
            ("tls:a:8090:colour=red", "tls: takes other parts"),
            ("tls:a:b", "there is a word where a number has to be"),
            ("tls:a:8090:trustRoots=/no/such", "its directory cannot be read"),
            ("nosuch:1:2", "there is no 'nosuch'"),
            ("tls:a:8090:trustRoots=/:certificate=/no/such", "/no/such: No such file"),
            (":9900", "there is no ''"),
        ):
            with self.assertRaises(usage.UsageError) as caught:
                client_endpoint(self.reactor, description)
            told = str(caught.exception)
            self.assert_told(told, f"{description!r} is not a place to call ({reason}", "tls:HOST")

    def test_key_among_the_trusted(self) -> None:
        """A key beside its certificate, which is trusted with all else in its directory."""
        with tempfile.TemporaryDirectory() as place:
            Path(place, "key.pem").write_text("no certificate")
            with self.assertRaises(usage.UsageError) as caught:
                client_endpoint(self.reactor, f"tls:a:8090:trustRoots={place}")
        self.assertIn("has a file *.pem that is not a certificate", str(caught.exception))

    def test_listening(self) -> None:
        """So is each place to listen at, with an example of its kind."""
        for description, reason, right in (
            ("tcp:abc", "there is a word where a number has to be", "tcp:8090"),
            ("tcp:8090:colour=red", "tcp: takes other parts", "tcp:8090"),
            ("unix", "unix: takes other parts", "unix:chat.sock"),
            ("unix:a:mode=9z", "there is a word where a number has to be", "unix:chat.sock"),
            ("ssl:8090:privateKey=/no/such", "/no/such: No such file", "certKey=cert.pem"),
            (
                "ssl:8090:privateKey=/etc/passwd",
                "its privateKey or certKey is not a file",
                "certKey=cert.pem",
            ),
            ("ssl:8090:privateKey=/", "/: Is a directory", "certKey=cert.pem"),
            ("systemd:domain=INET", "systemd: cannot be read like this", "tcp:8090"),
        ):
            with self.assertRaises(usage.UsageError) as caught:
                server_endpoint(self.reactor, description)
            told = str(caught.exception)
            self.assert_told(told, f"{description!r} is not a place to listen at ({reason}", right)
