"""What is left of links that have ended: nothing, and nobody has to look for it."""

import gc

from qh3.quic.connection import QuicConnection
from qh3.quic.tls_bridge import QuicTlsBridge
from qh3.tls import Context

from tests.support.quic import CALLED, KEYS, End, QuicCase, Raw
from tests.support.thorough import THOROUGH
from twisted_chat.net.quic_bounds import HANDSHAKE_TIME, IDLE_TIMEOUT
from twisted_chat.net.quic_connection import LinkConnection

LINKS = 5_000 if THOROUGH else 200
EACH = 20
"""Links of one caller, who is replaced then."""


class Ended(QuicCase):
    """Links that were opened and closed while nothing looks for cycles."""

    def setUp(self) -> None:
        super().setUp()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        self.before = self.there()

    def there(self) -> int:
        """Connections, and halves of them, that exist."""
        kinds = (LinkConnection, QuicConnection, QuicTlsBridge, Context)
        return sum(isinstance(one, kinds) for one in gc.get_objects())

    def nothing_left(self) -> None:
        """Of none of the connections that were made."""
        self.assertEqual((len(self.called.port), len(self.caller.port)), (0, 0))
        self.assertEqual(self.there() - self.before, 0)

    def test_closed(self) -> None:
        """Thousands of links leave no connection behind, at either end."""
        for number in range(LINKS):
            if not number % EACH:
                self.later(5)
                self.caller.transport.stopListening()
                self.network.sent.clear()
                self.network.delivered.clear()
                at = (f"10.1.{number // EACH // 250}.{1 + number // EACH % 250}", 5001)
                self.caller = End(self.network, KEYS[0], at)
            self.link()
            self.caller.hang_up()
            self.caller.heard.links.clear()
        self.later(5)
        self.assertEqual(len(self.called.heard.links), LINKS)
        self.called.heard.links.clear()
        self.caller.transport.stopListening()
        self.later(2)
        self.nothing_left()

    def test_lost(self) -> None:
        """Nor do those that end in silence, and those whose keys are never proven."""
        self.link()
        raw = Raw(self.network, KEYS[2], ("10.0.9.9", 1))
        raw.dial(CALLED)
        self.later(1)
        self.assertEqual(len(self.called.port), 2)
        raw.deaf, raw.quic = True, None
        self.network.loses = lambda datagram: True
        self.later(HANDSHAKE_TIME + 2 * IDLE_TIMEOUT)
        self.nothing_left()

    def test_failed(self) -> None:
        """Nor do those in which the library fails, and dials that come to nothing."""

        def panic(*anything: object) -> None:
            raise BaseException("a panic")

        self.link()
        (connection,) = self.called.port._links._all
        connection._quic.receive_datagram = panic  # type: ignore
        del connection
        self.caller.say(b"word")
        nobody = End(self.network, KEYS[2], ("10.0.7.7", 7))
        nobody.transport.kill()
        self.caller.dial(nobody)
        self.later(HANDSHAKE_TIME + 2 * IDLE_TIMEOUT)
        self.nothing_left()
