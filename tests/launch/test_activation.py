"""Sockets that a service manager hands over."""

import os
import socket
from pathlib import Path

from twisted.python.systemd import ListenFDs
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.activation import handed_over
from twisted_chat.startup import CannotStart


class HandedOver(SynchronousTestCase):
    """A daemon that is started with open descriptors."""

    def hand_over(self, first: int, many: int = 1) -> socket.socket | None:
        """What it finds, with so many of them from this one on."""
        return handed_over(ListenFDs(range(first, first + many)))

    def test_udp(self) -> None:
        """A socket of UDP is taken as it is, and no program that we start gets it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
            bound.bind(("127.0.0.1", 0))
            at = bound.getsockname()
            number = os.dup(bound.fileno())
        os.set_inheritable(number, True)
        found = self.hand_over(number)
        assert found is not None
        self.addCleanup(found.close)
        self.assertEqual(found.getsockname(), at)
        self.assertFalse(os.get_inheritable(number))

    def test_none(self) -> None:
        """Without them there is none, as in this process."""
        self.assertIsNone(handed_over())

    def test_something_else(self) -> None:
        """A socket of TCP, a file and two sockets are refused in one line, and left open."""
        with socket.socket() as other, Path(os.devnull).open() as file:
            for first, many, why in (
                (other.fileno(), 1, "is not of UDP: have one ListenDatagram"),
                (file.fileno(), 1, "is no socket: "),
                (other.fileno(), 2, "2 sockets: have one ListenDatagram"),
            ):
                problem = self.assertRaises(CannotStart, self.hand_over, first, many)
                self.assertIn(why, str(problem))
            other.getsockname()
