"""The socket at which operators are served."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.testing import MemoryReactor, StringTransport
from twisted.trial.unittest import SynchronousTestCase

from tests.support.log import lines_of_ours
from twisted_chat.server.operators.control import LONGEST, Control, ControlService
from twisted_chat.startup import CannotStart


class ControlTests(SynchronousTestCase):
    """One operator."""

    def setUp(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.reply: dict[str, Any] = {"ok": True}
        self.control = Control(self.operate)
        self.transport = StringTransport()
        self.control.makeConnection(self.transport)
        self.lines = lines_of_ours(self)

    def operate(self, order: dict[str, Any]) -> dict[str, Any]:
        """What a server does."""
        self.orders.append(order)
        return self.reply

    def say(self, data: bytes) -> list[Any]:
        """The operator says this. Returns the replies."""
        self.transport.clear()
        self.control.dataReceived(data)
        return [json.loads(line) for line in self.transport.value().splitlines()]

    def test_orders(self) -> None:
        """Each line is an order, however it arrives, and gets one line."""
        self.assertEqual(self.say(b'{"do": "status"}\n{"do": '), [{"ok": True}])
        self.assertEqual(self.say(b'"users"}\n'), [{"ok": True}])
        self.assertEqual(self.orders, [{"do": "status"}, {"do": "users"}])

    def test_log(self) -> None:
        """What changes something is in the log, done or not; what only looks is not."""
        self.say(b'{"do": "kick", "name": "bob\\n"}\n{"do": "who", "name": "bob"}\n')
        self.reply = {"ok": False, "why": "there is no user bob"}
        self.say(b'{"do": "kick", "name": "bob"}\n')
        self.assertEqual(
            self.lines,
            [
                'operator: {"do": "kick", "name": "bob\\n"}: done',
                'operator: {"do": "kick", "name": "bob"}: not done: there is no user bob',
            ],
        )

    def test_nonsense(self) -> None:
        """What is no order is told what would be one, and does nothing."""
        for line in (
            b"status\n",
            b"[1]\n",
            b"7\n",
            b"\xff\n",
            b"[" * 4000 + b"\n",
            b"\n",
            b"{}\n",
            b'{"do": []}\n',
        ):
            (reply,) = self.say(line)
            self.assertEqual((reply["ok"], '{"do": "status"}' in reply["why"]), (False, True))
        self.assertEqual(self.orders, [])

    def test_too_long(self) -> None:
        """A line without end is not read on."""
        (reply,) = self.say(b"x" * (LONGEST + 1))
        self.assertFalse(reply["ok"])
        self.assertTrue(self.transport.disconnecting)

    def test_service(self) -> None:
        """The socket is its owner's alone; one that cannot be is one line."""
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        reactor = MemoryReactor()
        path = Path(temporary.name) / "control.sock"
        service = ControlService(path, self.operate, reactor, wanted=True)
        service.privilegedStartService()
        ((address, _, _, mode, _),) = reactor.unixServers
        self.assertEqual((address, mode), (str(path), 0o600))

        def refuse(*_: Any, **__: Any) -> None:
            raise OSError(98, "Address already in use")

        self.patch(reactor, "listenUNIX", refuse)
        with self.assertRaises(CannotStart) as caught:
            ControlService(path, self.operate, reactor, wanted=True).privilegedStartService()
        self.assertEqual(
            str(caught.exception),
            f"unix:{path} is in use: choose another, or end what uses it",
        )
        ControlService(path, self.operate, reactor, wanted=False).privilegedStartService()
        self.assertEqual(
            self.lines,
            [
                (
                    "no udpchat ctl for me, give a --control:"
                    f" unix:{path} is in use: choose another, or end what uses it"
                )
            ],
        )
