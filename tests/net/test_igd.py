"""A port led to us in UPnP: what is asked for and given back, and by the real library."""

import subprocess
import sys
from threading import Thread
from typing import Any

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support.gateways import OUTSIDE
from tests.support.igds import GROUP, FakeSpeaker
from tests.support.namespaces import Namespaces, NoNamespaces
from twisted_chat.net.igd import LIBRARY, OTHERS, SECONDS, SMALLEST_PORT, Igd, Led, has_library

HOST, OWN, PORT = "192.168.1.1", "192.168.1.2", 8091
TAKEN, FOR_EVER = "ConflictInMappingEntry", "OnlyPermanentLeasesSupported"
WITHIN = """
from twisted_chat.net.igd import Igd
igd = Igd("127.0.0.1", "127.0.0.1", 8091)
print(igd.lead())
igd.give_back()
print(igd.lead(), Igd("127.0.0.9", "127.0.0.1", 8091).lead())
"""
"""What is done with the real library, beside a gateway at 127.0.0.1."""


class Asking(SynchronousTestCase):
    """One gateway."""

    def igd(self, *refuses: str, host: str = HOST, outside: str = OUTSIDE[0]) -> Igd:
        self.speaker = FakeSpeaker(host, *refuses, outside=outside)
        return Igd(HOST, OWN, PORT, lambda: self.speaker)

    def test_led(self) -> None:
        """Our own port is asked for, for an hour, again when we say so, and given back."""
        igd = self.igd()
        for _ in range(2):
            self.assertEqual(igd.lead(), Led((OUTSIDE[0], PORT), SECONDS))
        self.assertEqual(self.speaker.led, {PORT: (OWN, PORT, SECONDS)})
        self.assertEqual(self.speaker.asked, [(PORT, SECONDS)] * 2)
        igd.give_back()
        igd.give_back()
        self.assertEqual(self.speaker.led, {})

    def test_nothing_after(self) -> None:
        """What was given back is not asked for again, as by one who was on the way with it."""
        igd = self.igd()
        igd.give_back()
        self.assertIs(igd.lead(), None)
        self.assertEqual(self.speaker.asked, [])

    def test_another_port(self) -> None:
        """Where somebody has that port others are asked for, a few."""
        igd = self.igd(TAKEN)
        led = igd.lead()
        assert led is not None
        self.assertNotEqual(led.outside[1], PORT)
        self.assertGreaterEqual(led.outside[1], SMALLEST_PORT)
        self.assertEqual(igd.lead(), led)
        igd.give_back()
        self.assertEqual(self.speaker.led, {})
        igd = self.igd(*[TAKEN] * 100)
        self.assertIs(igd.lead(), None)
        self.assertEqual(len(self.speaker.asked), 1 + OTHERS)

    def test_for_ever(self) -> None:
        """A gateway that knows no times leads it until it is given back."""
        igd = self.igd(FOR_EVER)
        self.assertEqual(igd.lead(), Led((OUTSIDE[0], PORT), SECONDS))
        self.assertEqual(self.speaker.led, {PORT: (OWN, PORT, 0)})
        igd.give_back()
        self.assertEqual(self.speaker.led, {})
        self.assertIs(self.igd(FOR_EVER, FOR_EVER).lead(), None)

    def test_none(self) -> None:
        """There is none, it is another machine, it does not want to, or has no address."""
        self.assertIs(self.igd(host="").lead(), None)
        self.assertIs(self.igd(host="192.168.1.9").lead(), None)
        self.assertEqual(self.speaker.asked, [])
        self.assertIs(self.igd("ActionNotAuthorized").lead(), None)
        self.assertIs(self.igd(outside="nowhere").lead(), None)
        self.assertEqual(self.speaker.asked, [])

    def test_again(self) -> None:
        """One that was lost is looked for anew, and asked for the same port."""
        igd = self.igd(TAKEN)
        led = igd.lead()
        self.speaker.refuses.append("no")
        self.assertIs(igd.lead(), None)
        self.assertEqual(igd.lead(), led)

    def test_at_once(self) -> None:
        """What is given back while it is being asked for is given back when that is done."""
        igd = self.igd()
        ask = self.speaker.addportmapping
        giving = Thread(target=igd.give_back)

        def meanwhile(*entry: Any) -> bool:
            giving.start()
            giving.join(0.05)
            self.assertTrue(giving.is_alive())
            return ask(*entry)

        self.speaker.addportmapping = meanwhile  # type: ignore[method-assign, assignment]
        self.assertIsNot(igd.lead(), None)
        giving.join()
        self.assertEqual(self.speaker.led, {})


class Library(SynchronousTestCase):
    """The real one, and a gateway in a network of their own."""

    def test_real(self) -> None:
        """It finds the gateway, has it lead our port, and gives it back; one that is elsewhere
        than our router is asked for nothing."""
        if not has_library():
            raise SkipTest(f"{LIBRARY} is not installed")
        try:
            with Namespaces() as spaces:
                spaces.add("home")
                spaces.ip("home", f"route add {GROUP}/32 dev lo src 127.0.0.1")
                inside = spaces.inside("home")
                words = (sys.executable, "-m", "tests.support.igds", "127.0.0.1", OUTSIDE[0])
                with subprocess.Popen(
                    [*inside, *words], stdout=subprocess.PIPE, text=True
                ) as gateway:
                    try:
                        assert gateway.stdout is not None
                        self.assertEqual(gateway.stdout.readline(), "ready\n")
                        said = subprocess.run(
                            [*inside, sys.executable, "-c", WITHIN],
                            capture_output=True,
                            text=True,
                            check=True,
                        ).stdout
                    finally:
                        gateway.kill()
                    heard = gateway.stdout.read()
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None
        self.assertEqual(said, f"{Led((OUTSIDE[0], PORT), SECONDS)}\nNone None\n")
        self.assertEqual(heard, f"led {PORT} to 127.0.0.1:{PORT}\ngiven back\n")
