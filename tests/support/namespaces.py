"""Network namespaces of Linux: hosts and routers of a test, on networks of their own.

Nothing of them is seen by, or in the way of, the machine that they are on. Each has the
number of its process in its name, so that what a killed one has left behind is found.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

PLACE = Path("/run/netns")
"""Where `ip netns` has them."""
PREFIX = "udpchat"
_NUMBERS = count()
_OWNED = re.compile(rf"{PREFIX}-(\d+)-")


class NoNamespaces(Exception):
    """There can be none here; says why."""


class Namespaces:
    """Namespaces, by short names, until they are closed. Raises NoNamespaces where there
    can be none."""

    def __init__(self) -> None:
        if os.geteuid() != 0:
            raise NoNamespaces("namespaces need root")
        for program in ("ip", "iptables", "ip6tables"):
            if shutil.which(program) is None:
                raise NoNamespaces(f"{program} is not installed")
        sweep()
        self._prefix = f"{PREFIX}-{os.getpid()}-{next(_NUMBERS)}"
        self._names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, name: str) -> str:
        """One more, whose loopback is up; its full name."""
        full = self.full(name)
        run("ip", "netns", "add", full)
        self._names.append(full)
        self.ip(name, "link set lo up")
        return full

    def full(self, name: str) -> str:
        """What `ip netns` calls it."""
        return f"{self._prefix}-{name}"

    def inside(self, name: str) -> list[str]:
        """What a command begins with that is to run there."""
        return ["ip", "netns", "exec", self.full(name)]

    def ip(self, name: str, *commands: str) -> None:
        """Let `ip` do these there."""
        run("ip", "-n", self.full(name), "-batch", "-", given="\n".join(commands) + "\n")

    def cable(self, one: str, its: str, other: str, others: str) -> None:
        """A cable between two, each end an interface by this name, and up."""
        ends = (its, "netns", self.full(one), "type", "veth", "peer", others)
        run("ip", "link", "add", *ends, "netns", self.full(other))
        self.ip(one, f"link set {its} up")
        self.ip(other, f"link set {others} up")

    def rules(self, name: str, rules: Iterable[str], *, six: bool = False) -> None:
        """Give the firewall there these rules, `TABLE: words of iptables`, one by one."""
        tables: dict[str, list[str]] = {}
        for rule in rules:
            table, _, words = rule.partition(": ")
            tables.setdefault(table, []).append(words)
        given = "".join(
            f"*{table}\n" + "\n".join(words) + "\nCOMMIT\n" for table, words in tables.items()
        )
        program = "ip6tables-restore" if six else "iptables-restore"
        run(*self.inside(name), program, "--noflush", "--wait", given=given)

    def set(self, name: str, **values: object) -> None:
        """Set what sysctl can there; two underscores stand for a dot."""
        words = [f"{key.replace('__', '.')}={value}" for key, value in values.items()]
        run(*self.inside(name), "sysctl", "-qw", *words)

    def close(self) -> None:
        """Let there be none of them."""
        names, self._names = self._names, []
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def sweep() -> None:
    """Remove what processes have left behind that are no more."""
    for path in PLACE.glob(f"{PREFIX}-*"):
        owner = _OWNED.match(path.name)
        if owner is not None and not Path(f"/proc/{owner[1]}").exists():
            subprocess.run(["ip", "netns", "delete", path.name], check=False, capture_output=True)


def run(*words: str, given: str | None = None) -> str:
    """What a command says. Raises NoNamespaces where it cannot do that here."""
    done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        does_not = f"{' '.join(words)} does not work here: {done.stderr.strip()}"
        raise NoNamespaces(f"{does_not}\n{given}" if given else does_not)
    return done.stdout
