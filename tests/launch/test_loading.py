"""What is loaded when it is wanted, and no sooner."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import TestCase

from twisted_chat.launch import loading

NAME = "a_package_for_tests"
PROGRAM = """
import sys
from twisted_chat.launch import loading
loading.when_wanted(*loading.SELDOM)
loading.without(*loading.NEVER)
import twisted_chat.launch.udpchat, twisted_chat.peer.service
import twisted_chat.terminal.screen.udp_face, twisted_chat.net.quic_connection
from twisted_chat.identity.keys import Identity
from twisted_chat.net.quic_library import configuration
configuration(Identity.generate(), dialled=False, keylog=None)
seldom = ("urwid.widget", "urllib.request", "qh3.asyncio", "asyncio.base_events", "_lzma",
          "_bz2", "_ssl", "twisted.internet.asyncioreactor")
loaded = [one for one in seldom if one in sys.modules]
assert not loaded, loaded
import asyncio, bz2, hashlib, hmac, qh3, ssl, urwid
from http import cookiejar
assert urwid.Text("hello").text == "hello" and "urwid.widget" in sys.modules
assert cookiejar.CookieJar and urwid.display.raw.Screen
assert hashlib.sha256(b"").hexdigest().startswith("e3b0")
assert hmac.new(b"k", b"", hashlib.sha256).digest() == hmac.digest(b"k", b"", "sha256")
assert (ssl.CERT_NONE, ssl.CERT_REQUIRED) == (0, 2) and "_ssl" not in sys.modules
assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
async def two(): return await asyncio.sleep(0, 2)
assert asyncio.run(two()) == 2 and issubclass(asyncio.Task, asyncio.Future)
assert qh3.connect and qh3.tls and bz2.compress(b"")
"""

LOADED = """
import gc, sys, types
from twisted_chat.launch import start
program = sys.modules["twisted_chat.trace.analyze"] = types.ModuleType("analyze")
program.main = lambda: sys.exit(print(gc.isenabled(), gc.get_freeze_count() > 1_000))
start.{}()
"""


def printed(program: str) -> str:
    """What a program prints that ends well and complains of nothing."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


class Circles(TestCase):
    """Garbage in circles while a program is loaded."""

    def test_loading(self) -> None:
        """It is looked for once what a program needs is here, and not in that."""
        self.assertEqual(printed(LOADED.format("chat_analyze")), "True True\n")
        loads_more = LOADED.replace("trace.analyze", "launch.tcpchat").format("tcpchat")
        self.assertEqual(printed(loads_more), "False False\n")


class Waiting(TestCase):
    """A package with a module in it."""

    def setUp(self) -> None:
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        folder = Path(directory.name)
        (folder / NAME).mkdir(parents=True)
        (folder / NAME / "__init__.py").write_text("whole = True\nfrom . import part\n")
        (folder / NAME / "part.py").write_text("small = 1\n")
        sys.path.insert(0, str(folder))
        self.addCleanup(sys.path.remove, sys.path[0])
        for name in (NAME, f"{NAME}.part"):
            self.addCleanup(sys.modules.pop, name, None)
        loading.when_wanted(NAME, "a_package_that_is_not_there")

    def test_modules(self) -> None:
        """A module of a package is loaded without the rest, which is when it is wanted."""
        part = import_module(f"{NAME}.part")
        package = import_module(NAME)
        self.assertEqual((part.small, "whole" in vars(package)), (1, False))
        self.assertIs(package.part, part)
        self.assertFalse(hasattr(package, "__version__"))
        self.assertNotIn("whole", vars(package))
        self.assertTrue(package.whole)
        self.assertIs(package.part, part)

    def test_nothing(self) -> None:
        """What is not there is not, before it is loaded and after."""
        package = import_module(NAME)
        for _ in range(2):
            self.assertFalse(hasattr(package, "nothing"))
        self.assertTrue(vars(package)["whole"])
        self.assertNotIn("a_package_that_is_not_there", sys.modules)

    def test_loaded(self) -> None:
        """What is loaded stays as it is."""
        loading.when_wanted("sys", "subprocess")
        self.assertIs(sys.modules["subprocess"], subprocess)

    def test_programs(self) -> None:
        """A peer on the screen loads none of what is seldom needed; whoever wants it has it."""
        self.assertEqual(printed(PROGRAM), "")
