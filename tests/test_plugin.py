"""What twistd finds."""

import signal

from twisted.application.service import IServiceMaker
from twisted.plugin import getPlugins
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server import service as udp
from twisted_chat.tcp import service as tcp


class PluginTests(SynchronousTestCase):
    """The two commands of twistd."""

    def setUp(self) -> None:
        self.addCleanup(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT))
        self.makers = {maker.tapname: maker for maker in getPlugins(IServiceMaker)}

    def test_found(self) -> None:
        """twistd finds both chats, each with a description for its list of commands."""
        for name in ("udpchat", "tcpchat"):
            self.assertIn("chat", self.makers[name].description.lower())

    def test_loaded(self) -> None:
        """Each plugin leads to the options and the assembly of its own program."""
        for name, module in (("udpchat", udp), ("tcpchat", tcp)):
            self.assertIs(self.makers[name].options, module.Options)
            self.assertIs(self.makers[name].makeService, module.makeService)
