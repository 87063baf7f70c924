"""How long the first answer of a server is waited for."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import ServerAwaited
from twisted_chat.peer.patience import NOTICE, SCRIPT, Patience
from twisted_chat.peer.whereabouts import Whereabouts

SERVER = ("192.0.2.1", 8090)


class Waiting(SynchronousTestCase):
    """A person waits, and a script."""

    def make(self, *, patient: bool) -> tuple[Patience, Effects]:
        """The patience of one that has begun to wait."""
        effects = Effects()
        made = Patience(Whereabouts(SERVER), effects, patient=patient)
        made.begin(1.0)
        return made, effects

    def test_told_once(self) -> None:
        """That it is waited for is told once, when that has taken a while."""
        patience, effects = self.make(patient=True)
        self.assertEqual(patience.wake, 1.0 + NOTICE)
        self.assertFalse(patience.tick(patience.wake - 0.1))
        self.assertEqual(effects.take(), [])
        patience.answered = True
        self.assertFalse(patience.tick(patience.wake))
        patience.tell()
        self.assertEqual(effects.take(), [ServerAwaited("192.0.2.1:8090", True, True)])
        patience.begin(50.0)
        self.assertEqual(patience.wake, NEVER)

    def test_script(self) -> None:
        """A script does not wait for ever."""
        patience, _ = self.make(patient=False)
        self.assertFalse(patience.tick(1.0 + NOTICE))
        self.assertEqual(patience.wake, 1.0 + SCRIPT)
        self.assertTrue(patience.tick(1.0 + SCRIPT))

    def test_over(self) -> None:
        """Once the server has answered nothing more is told, nor given up."""
        patience, effects = self.make(patient=False)
        patience.over()
        self.assertEqual(patience.wake, NEVER)
        self.assertFalse(patience.tick(100.0))
        patience.tell()
        self.assertEqual(effects.take(), [])
