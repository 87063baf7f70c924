"""Hosts of a test on a network of its own: namespaces of Linux, joined by a bridge.

Nothing of it is seen by, or in the way of, the machine that it runs on.
"""

import os
import shutil
import subprocess
from itertools import count

from twisted.trial.unittest import SkipTest, TestCase

_NUMBERS = count()


class Network:
    """Hosts with addresses, and a switch between them, until the test ends. Raises
    SkipTest where there can be none."""

    def __init__(self, case: TestCase, *hosts: str) -> None:
        if os.geteuid() != 0:
            raise SkipTest("namespaces need root")
        for program in ("ip", "iptables"):
            if shutil.which(program) is None:
                raise SkipTest(f"{program} is not installed")
        self._case = case
        self._prefix = f"udpchat-{os.getpid()}-{next(_NUMBERS)}"
        self.addresses = {host: f"10.99.0.{number}" for number, host in enumerate(hosts, 1)}
        switch = self._namespace("switch")
        self._run("ip", "-n", switch, "link", "add", "bridge", "type", "bridge")
        self._run("ip", "-n", switch, "link", "set", "bridge", "up")
        for host, address in self.addresses.items():
            inside = self._namespace(host)
            ends = ("eth0", "netns", inside, "type", "veth", "peer", host, "netns", switch)
            self._run("ip", "link", "add", *ends)
            self._run("ip", "-n", switch, "link", "set", host, "master", "bridge", "up")
            self._run("ip", "-n", inside, "address", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                self._run("ip", "-n", inside, "link", "set", device, "up")

    def inside(self, host: str) -> list[str]:
        """What a command begins with that is to run on a host."""
        return ["ip", "netns", "exec", self._name(host)]

    def add_address(self, host: str, address: str) -> None:
        """Let a host have one more address, besides that from which it sends by itself."""
        inside = self._name(host)
        self._run("ip", "-n", inside, "address", "add", f"{address}/24", "dev", "eth0")

    def lose(self, probability: float) -> None:
        """Lose so many of the datagrams to each host from now on, at random."""
        for host in self.addresses:
            chance = ("-m", "statistic", "--mode", "random", "--probability", str(probability))
            rule = ("-A", "INPUT", "-p", "udp", *chance, "-j", "DROP")
            self._run(*self.inside(host), "iptables", "-w", *rule)

    def _name(self, host: str) -> str:
        return f"{self._prefix}-{host}"

    def _namespace(self, host: str) -> str:
        name = self._name(host)
        self._run("ip", "netns", "add", name)
        self._case.addCleanup(subprocess.run, ["ip", "netns", "delete", name], check=True)
        return name

    def _run(self, *words: str) -> None:
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise SkipTest(f"{' '.join(words)} does not work here: {done.stderr.strip()}")
