"""Hosts of a test on a network of its own: namespaces of Linux, joined by a bridge."""

from collections.abc import Iterable

from twisted.trial.unittest import SkipTest, TestCase

from tests.support.namespaces import Namespaces, NoNamespaces


def namespaces(case: TestCase) -> Namespaces:
    """Namespaces until the test ends. Raises SkipTest where there can be none."""
    try:
        spaces = Namespaces()
    except NoNamespaces as problem:
        raise SkipTest(str(problem)) from None
    case.addCleanup(spaces.close)
    return spaces


class Network:
    """Hosts with addresses, and a switch between them, until the test ends. Raises
    SkipTest where there can be none."""

    def __init__(self, case: TestCase, *hosts: str) -> None:
        self._spaces = namespaces(case)
        self.addresses = {host: f"10.99.0.{number}" for number, host in enumerate(hosts, 1)}
        try:
            self._spaces.add("switch")
            self._spaces.ip("switch", "link add bridge type bridge", "link set bridge up")
            for host, address in self.addresses.items():
                self._spaces.add(host)
                self._spaces.cable(host, "eth0", "switch", host)
                self._spaces.ip("switch", f"link set {host} master bridge")
                self._spaces.ip(host, f"addr add {address}/24 dev eth0")
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None

    def inside(self, host: str) -> list[str]:
        """What a command begins with that is to run on a host."""
        return self._spaces.inside(host)

    def add_address(self, host: str, address: str) -> None:
        """Let a host have one more address, besides that from which it sends by itself."""
        self._spaces.ip(host, f"addr add {address}/24 dev eth0")

    def rules(self, host: str, rules: Iterable[str]) -> None:
        """Give the firewall of a host these rules, `TABLE: words of iptables`."""
        self._spaces.rules(host, rules)

    def lose(self, probability: float) -> None:
        """Lose so many of the datagrams to each host from now on, at random."""
        for host in self.addresses:
            chance = f"-m statistic --mode random --probability {probability}"
            self._spaces.rules(host, [f"filter: -A INPUT -p udp {chance} -j DROP"])
