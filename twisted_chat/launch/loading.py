"""What a program does while it is loaded, before anything of it runs."""

import gc
import signal
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SELDOM = ("asyncio", "bz2", "http.cookiejar", "lzma", "qh3", "ssl", "urwid")
"""What others import of which hardly anything is needed: Twisted cookies, for those who look for
them in its `compat`; urwid all its widgets, where its display is wanted, and qh3 HTTP/3 and its
own loops, where its connection is; shutil what it could unpack. Twisted's Deferreds want three
names of asyncio, which has loops, and qh3 two numbers of ssl, as it has TLS of its own."""
NEVER = ("_hashlib",)
"""What others do without where it is not: hashlib and hmac without OpenSSL's hashes, which are
twice as quick as Python's own with a word and no quicker with a name, and take 3 MiB."""
HOMES = {
    "asyncio": {"AbstractEventLoop": "events", "Future": "futures", "iscoroutine": "coroutines"}
}
"""Modules in which a package has what it is asked for, where its other modules need not be loaded
for that; where they have it no more, the package is loaded."""
NUMBERS = {"ssl": {"CERT_NONE": 0, "CERT_REQUIRED": 2}}
"""What modules say that need not be loaded for that: OpenSSL's SSL_VERIFY_NONE, and the number by
which Python says SSL_VERIFY_PEER with SSL_VERIFY_FAIL_IF_NO_PEER_CERT (library reference, ssl)."""


class _WaitingModule(ModuleType):
    """A module that is loaded when something of it is wanted that is no module of its own."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if name.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(name)
        if name in (numbers := NUMBERS.get(self.__name__, {})):
            return numbers[name]
        home = HOMES.get(self.__name__, {}).get(name)
        if home is not None:
            with suppress(ImportError, AttributeError):
                return getattr(import_module(f"{self.__name__}.{home}"), name)
        elif spec.submodule_search_locations is not None:
            with suppress(ModuleNotFoundError):
                return import_module(f"{self.__name__}.{name}")
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec.loader.exec_module(self)
        return getattr(self, name)


def when_wanted(*names: str) -> None:
    """Load these when something of them is wanted, and no sooner."""
    for name in names:
        spec = find_spec(name)
        if spec is not None and name not in sys.modules:
            module = _WaitingModule(name)
            module.__spec__, module.__loader__ = spec, spec.loader
            module.__file__ = spec.origin
            if spec.submodule_search_locations is not None:
                module.__path__ = spec.submodule_search_locations
            sys.modules[name] = module


def without(*names: str) -> None:
    """Let those who look for these, and are not loaded yet, do as if they were not there."""
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def look_for_no_circles() -> None:
    """Look for no garbage in circles while there is hardly any: what is loaded stays, and to look
    through it again and again was a seventh of a start."""
    gc.disable()


def look_for_circles() -> None:
    """Do so from now on, and not in what is here already."""
    gc.freeze()
    gc.enable()


def end_at_once() -> None:
    """Let Ctrl-C end us at once and without a word, until somebody takes care of it: as an
    exception it would come anywhere in what is being imported, whose pages it would show."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def raise_again() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, for what has to clear up behind itself."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
