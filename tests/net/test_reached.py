"""Who is answered from which address of ours."""

import socket

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.reached import REMEMBERED, Reached, read, said

ALICE, BOB = ("192.0.2.1", 1000), ("192.0.2.2", 1000)
HERE, THERE = "198.51.100.1", "198.51.100.2"


class Memory(SynchronousTestCase):
    """What is remembered of others."""

    def test_usual(self) -> None:
        """Of those who asked at the usual address, or within this machine, nothing is kept,
        and they are answered from there."""
        reached = Reached(answers=True, usual=(HERE, "2001:db8::1"))
        six, loopback = ("2001:db8::2", 1000), ("127.0.0.5", 1000)
        usual = [(ALICE, HERE), (BOB, None), (six, "2001:db8::1"), (loopback, "127.0.0.1")]
        reached.heard(usual)
        self.assertFalse(reached.wanted)
        self.assertEqual(
            [reached.usually(one) for one, _ in usual], [HERE, HERE, "2001:db8::1", None]
        )
        self.assertEqual(reached.at(loopback), "127.0.0.1")
        reached.heard([(ALICE, THERE), (loopback, "127.0.0.2")])
        self.assertTrue(reached.wanted)
        self.assertEqual((reached.write(ALICE), reached.write(BOB)), (THERE, None))
        self.assertEqual((reached.at(ALICE), reached.at(loopback)), (THERE, "127.0.0.2"))
        reached.heard(usual)
        self.assertFalse(reached.wanted)
        self.assertIsNone(reached.write(ALICE))

    def test_bound(self) -> None:
        """So many are remembered and no more, and those that are heard again longest."""
        reached = Reached(answers=True)
        for number in range(3 * REMEMBERED):
            reached.heard([((HERE, number), HERE)])
            if number % 1000 == 0:
                reached.heard([(ALICE, THERE)])
        self.assertEqual(reached.at(ALICE), THERE)
        self.assertIsNone(reached.at((HERE, 0)))
        self.assertLessEqual(len(reached._newer) + len(reached._older), 2 * REMEMBERED)

    def test_called(self) -> None:
        """Who was written to first stays as it is; who was heard first is answered."""
        reached = Reached(answers=False)
        self.assertIsNone(reached.write(ALICE))
        reached.heard([(ALICE, HERE), (BOB, HERE)])
        self.assertEqual((reached.write(ALICE), reached.write(BOB)), (None, HERE))
        reached.heard([(ALICE, None), (BOB, THERE)])
        reached.heard([(ALICE, HERE)])
        self.assertEqual((reached.write(ALICE), reached.write(BOB)), (None, THERE))
        reached.forget(BOB)
        self.assertIsNone(reached.at(BOB))


class Messages(SynchronousTestCase):
    """What stands in a control message."""

    def test_inverse(self) -> None:
        """What is said is what is read, in both families, with zones."""
        for local, family in (
            ("192.0.2.1", socket.AF_INET),
            ("192.0.2.1", socket.AF_INET6),
            ("2001:db8::1", socket.AF_INET6),
            ("fe80::1%3", socket.AF_INET6),
        ):
            self.assertEqual(read([said(local, family)]), local)

    def test_nothing_to_send_from(self) -> None:
        """Neither a group nor nothing is an address to send from."""
        for local in ("ff02::1", "::"):
            self.assertIsNone(read([said(local, socket.AF_INET6)]))
        self.assertIsNone(read([said("0.0.0.0", socket.AF_INET)]))
        self.assertIsNone(read([(socket.SOL_SOCKET, 29, b"another")]))
        self.assertIsNone(read([]))
