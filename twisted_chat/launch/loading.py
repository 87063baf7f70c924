"""What a program does while it is loaded, before anything of it runs."""

import gc
import signal
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SELDOM = ("bz2", "http.cookiejar", "lzma", "qh3", "urwid")
"""What others import of which hardly anything is needed: Twisted cookies, for those who look for
them in its `compat`; urwid all its widgets, where its display is wanted, and qh3 HTTP/3 and its
own loops, where its connection is; shutil what it could unpack. Together these are 105 modules
and 8 MiB."""


class _WaitingModule(ModuleType):
    """A module that is loaded when something of it is wanted that is no module of its own."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if name.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(name)
        if spec.submodule_search_locations is not None:
            try:
                return import_module(f"{self.__name__}.{name}")
            except ModuleNotFoundError:
                pass
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
