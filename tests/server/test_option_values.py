"""What the options of a room server can be."""

import os
from collections.abc import Callable
from typing import Any

from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.names import LONGEST_NAME
from twisted_chat.server.option_values import (
    COUNT,
    NONE,
    RATE,
    SECONDS,
    control,
    datagram,
    generation,
    name_length,
    second_port,
    share,
)


class Values(SynchronousTestCase):
    """The largest and the smallest, and what is beyond."""

    def refused(self, read: Callable[[str], Any], text: str) -> str:
        """What is said of a value that cannot be."""
        return str(self.assertRaises(usage.UsageError, read, text))

    def test_numbers(self) -> None:
        """Each number has its limits, which are among those that can be."""
        for read, smallest, below in (
            (SECONDS, "0.1", "0.09"),
            (COUNT, "1", "0"),
            (RATE, "0", "-1"),
        ):
            self.assertEqual(read(smallest), float(smallest))
            self.assertIn(f"{smallest} or more", self.refused(read, below))
        for limited, least, most in (
            (datagram, 64, 65_507),
            (name_length, 1, LONGEST_NAME),
        ):
            for value in (least, most):
                self.assertEqual(limited(str(value)), value)
            self.assertIn(f"{least} or more", self.refused(limited, str(least - 1)))
            self.assertIn(f"{most} or less", self.refused(limited, str(most + 1)))

    def test_share(self) -> None:
        """A share is a number from 0 to 1, both among them."""
        self.assertEqual([share(text) for text in ("0", "0.25", "1")], [0, 0.25, 1])
        self.assertIn("from 0 to 1", self.refused(share, "1.01"))

    def test_generation(self) -> None:
        """There are two generations."""
        self.assertEqual([generation("1"), generation("2")], [1, 2])
        for text in ("0", "3", "", "one"):
            self.assertIn("give 1 or 2", self.refused(generation, text))

    def test_places(self) -> None:
        """Operators are served at a socket, or at none; the second port is one, or none."""
        self.assertEqual(control(NONE), NONE)
        self.assertEqual(control("here"), os.path.abspath("here"))
        self.assertIn("none", self.refused(control, ""))
        self.assertEqual((second_port("8091"), second_port(NONE)), (8091, None))
        self.assertIn("65535", self.refused(second_port, "65536"))
