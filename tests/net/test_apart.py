"""Work in a thread of its own."""

from threading import Thread, current_thread, main_thread

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from twisted_chat.net.apart import apart


class Threads(TestCase):
    """For which nobody waits."""

    def test_apart(self) -> "Deferred[Thread]":
        """It is done in another thread, which ends with the program, and told of in ours."""

        def done(thread: Thread) -> Thread:
            self.assertIsNot(thread, main_thread())
            self.assertTrue(thread.daemon)
            self.assertIs(current_thread(), main_thread())
            return thread

        return apart(reactor, current_thread).addCallback(done)
