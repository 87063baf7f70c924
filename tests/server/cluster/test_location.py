"""Where the log of a cluster is said to be."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import UsageMistake
from twisted_chat.server.cluster.location import read_location


class LocationTests(SynchronousTestCase):
    """`nats://...`"""

    def test_right(self) -> None:
        """One server or several, with a name of the stream or the usual one, and who logs in,
        which is not shown."""
        for text, urls, shown, replicas in (
            ("nats://one", ("nats://one",), "nats://one/udpchat", 1),
            ("nats://one:4222/chat", ("nats://one:4222",), "nats://one:4222/chat", 1),
            (
                "tls://me:secret@a:1,b:2,[::1]:3/x",
                ("tls://me:secret@a:1", "tls://me:secret@b:2", "tls://me:secret@[::1]:3"),
                "nats://a:1,b:2,[::1]:3/x",
                3,
            ),
        ):
            found = read_location(text)
            self.assertEqual((found.urls, str(found), found.replicas), (urls, shown, replicas))
            self.assertNotIn("secret", f"{found!r}{found}")

    def test_wrong(self) -> None:
        """What is none is refused, and it is said how one looks."""
        for text in ("nats://", "nats://a,,b", "nats://a:x", "nats://a:99999", "nats://a/b.c"):
            self.assertRaises(UsageMistake, read_location, text)
