"""Who is not let in."""

import math

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import UsageMistake
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.server.operators import bans
from twisted_chat.server.operators.bans import Ban, BanKind, Bans, read_target

A, B = "a" * 64, "b" * 64
KEY, ADDRESS, NAME = BanKind.KEY, BanKind.ADDRESS, BanKind.NAME


class BanTests(SynchronousTestCase):
    """Bans of each kind."""

    def setUp(self) -> None:
        self.bans = Bans()

    def finds(self, *, key: str = "", host: str = "203.0.113.9", name: str = "x") -> bool:
        """Whether somebody is kept out."""
        return self.bans.found(key, host, name, 100.0) is not None

    def test_key(self) -> None:
        """A key, in full or as it is spoken, wherever it is and whatever it is called."""
        self.bans.add(Ban(KEY, read_target(KEY, A)))
        self.bans.add(Ban(KEY, read_target(KEY, spoken(B))))
        self.assertTrue(self.finds(key=A) and self.finds(key=B))
        self.assertFalse(self.finds(key="c" * 64) or self.finds())

    def test_address(self) -> None:
        """A range of addresses, of one too, with or without a key; mapped ones are what they
        are, and a zone is none of it."""
        for text in ("192.0.2.77/24", "2001:db8:1::/48", "198.51.100.1"):
            self.bans.add(Ban(ADDRESS, read_target(ADDRESS, text)))
        for host in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8:1::5%eth0", "198.51.100.1"):
            self.assertTrue(self.finds(host=host), host)
        for host in ("192.0.3.1", "2001:db8:2::5", "198.51.100.2"):
            self.assertFalse(self.finds(host=host), host)

    def test_name(self) -> None:
        """A name in any case, or a pattern."""
        for text in ("Mallory", "TROLL*"):
            self.bans.add(Ban(NAME, read_target(NAME, text)))
        for name in ("mallory", "troll", "troll99"):
            self.assertTrue(self.finds(name=name), name)
        self.assertFalse(self.finds(name="a troll") or self.finds(name="mallory2"))

    def test_end(self) -> None:
        """A ban that is over keeps nobody out, and is no longer there."""
        for kind, what in ((KEY, A), (ADDRESS, "203.0.113.9/32"), (NAME, "x")):
            self.bans.add(Ban(kind, what, 100.0))
        self.assertFalse(self.finds(key=A))
        self.assertEqual(list(self.bans.read(100.0)), [])
        self.assertEqual(len(self.bans), 0)
        self.bans.add(Ban(KEY, A, 100.1))
        self.assertTrue(self.finds(key=A))

    def test_lifted(self) -> None:
        """A ban that is lifted is no longer there; the latest of the same counts."""
        self.bans.add(Ban(KEY, A, math.inf, "one"))
        self.bans.add(Ban(KEY, A, math.inf, "two"))
        self.assertEqual([ban.reason for ban in self.bans.read(0.0)], ["two"])
        self.assertTrue(self.bans.lift(KEY, A))
        self.assertFalse(self.bans.lift(KEY, A) or self.finds(key=A))

    def test_bound(self) -> None:
        """There are so many and no more; one of the same may be in place of it."""
        self.patch(bans, "PATTERNS", 1)
        self.bans.add(Ban(NAME, "x"))
        self.assertRaises(UsageMistake, self.bans.add, Ban(NAME, "y"))
        self.bans.add(Ban(NAME, "x", 1.0))
        self.bans.add(Ban(ADDRESS, "192.0.2.0/24"))

    def test_mistakes(self) -> None:
        """What is no key, no range or no name is one line."""
        for kind, text in ((KEY, "12"), (ADDRESS, "here"), (NAME, " "), (NAME, "no name at all")):
            self.assertRaises(UsageMistake, read_target, kind, text)
