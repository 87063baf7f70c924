"""An internet in network namespaces: a core, a server, and sites of each kind of network.

Its addresses are those for tests of networks (RFC 2544, RFC 5180), which are as good as
any on the internet; within a home all have the same, as at home.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from tests.paths.kinds import Kind, Together
from tests.support.namespaces import Namespaces, run

CORE = "core"
SERVER = "server"
SERVER_HOST, SERVER_HOST_SIX = "198.18.0.2", "2001:2::2"
ESTABLISHED = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
_PORTS = {2: "20000:29999", 3: "30000:39999"}
"""Of which ports hosts behind one router take theirs: a router that turns back what is for
its own outside address has to know whose a port is."""

_FLUSH = """
import socket, struct
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as one:
    one.send(struct.pack("=IHHIIBBH", 20, 0x102, 5, 1, 0, 0, 0, 0))
    error, = struct.unpack("=i", one.recv(64)[16:20])
raise SystemExit(error)
"""
"""Has the kernel forget all connections (NETLINK_NETFILTER, IPCTNL_MSG_CT_DELETE), as
`conntrack -F` does, which few machines have."""


@dataclass(frozen=True)
class Site:
    """Where people are: `number` is its place in the internet, `hosts` are the namespaces
    of people, `routers` those before them, the outermost last. With `six` they have addresses
    of IPv6 alone."""

    number: int
    hosts: tuple[str, ...]
    routers: tuple[str, ...]
    six: bool = False

    @property
    def outside(self) -> str:
        """Its IPv4 address as others see it."""
        return f"198.18.{self.number}.2"

    @property
    def link(self) -> str:
        """The interface of the core that leads there."""
        return f"site{self.number}"


class Testbed:
    """The internet of a test. Raises NoNamespaces where there can be none."""

    __test__ = False  # It is no test, whatever pytest thinks of its name.

    def __init__(self, namespaces: Namespaces) -> None:
        self.spaces = namespaces
        namespaces.add(CORE)
        self._forwards(CORE)
        self._sites = 0
        namespaces.add(SERVER)
        self._attach(0, SERVER, "eth0")
        namespaces.ip(
            SERVER,
            "addr add 198.18.0.2/24 dev eth0",
            "route add default via 198.18.0.1",
            "addr add 2001:2::2/64 dev eth0 nodad",
            "route add default via 2001:2::1",
        )

    # --- Sites

    def site(self, kind: Kind) -> Site:
        """A site with one host."""
        number = self._next()
        host = f"host{number}"
        match kind:
            case Kind.PUBLIC:
                self.spaces.add(host)
                self._attach(number, host, "eth0")
                self._outside_address(number, host, "eth0")
                return Site(number, (host,), ())
            case Kind.SIX:
                return self._firewall(number, host)
            case Kind.CARRIER:
                carrier = self._carrier(number, "")
                home = self._home(f"home{number}", (host,), f"100.64.{number}.2/10", carrier)
                self._masquerade(home)
                return Site(number, (host,), (home, carrier))
        router = self._router(number, (host,))
        if kind in (Kind.CONE, Kind.ADDRESS):
            self.spaces.rules(router, _to_host(kind))
        else:
            self._masquerade(
                router,
                symmetric=kind is Kind.SYMMETRIC,
                answers=kind is Kind.ANSWERING,
                only=SERVER_HOST if kind is Kind.SERVER_ONLY else "",
            )
        return Site(number, (host,), (router,))

    def together(self, kind: Together) -> Site:
        """A site with two hosts."""
        number = self._next()
        hosts = (f"host{number}a", f"host{number}b")
        if kind in (Together.HAIRPIN, Together.NO_HAIRPIN, Together.SYMMETRIC):
            router = self._router(number, hosts)
            self._masquerade(router, symmetric=kind is Together.SYMMETRIC)
            if kind is Together.HAIRPIN:
                self.spaces.rules(router, _turns_back(number, "lan", "192.168.1"))
            return Site(number, hosts, (router,))
        carrier = self._carrier(number, "symmetric" if kind is Together.CARRIER_SYMMETRIC else "")
        homes = []
        for at, host in zip((2, 3), hosts, strict=True):
            home = self._home(f"home{number}{at}", (host,), f"100.64.{number}.{at}/10", carrier)
            self.spaces.set(host, net__ipv4__ip_local_port_range=_PORTS[at].replace(":", " "))
            self._masquerade(home)
            homes.append(home)
        if kind is Together.CARRIER_HAIRPIN:
            self.spaces.rules(carrier, _turns_back(number, "lan", f"100.64.{number}"))
        return Site(number, hosts, (*homes, carrier))

    def _next(self) -> int:
        self._sites += 1
        return self._sites

    # --- What is counted, and what goes wrong

    def served(self, site: Site) -> int:
        """Datagrams that went from a site to the server so far."""
        many = 0
        for program in ("iptables", "ip6tables"):
            rules = run(*self.spaces.inside(CORE), program, "-w", "-nvxL", "FORWARD")
            for line in rules.splitlines():
                if re.search(rf"\s{site.link}\s+{SERVER}\s", line):
                    many += int(line.split()[0])
        return many

    def forget_mappings(self, site: Site) -> None:
        """What a router does that is started anew: nobody's port is known any more."""
        for router in site.routers:
            run(*self.spaces.inside(router), sys.executable, "-c", _FLUSH)

    def take_other_ports(self, site: Site) -> None:
        """Forget, and give everybody another outside port than before."""
        router = site.routers[-1]
        for words in (
            "-F POSTROUTING",
            "-A POSTROUTING -o wan -p udp -j MASQUERADE --to-ports 50000-59999",
        ):
            self.spaces.rules(router, [f"nat: {words}"])
        self.forget_mappings(site)

    def get_another_address(self, site: Site) -> None:
        """Give the outermost router of a site another address, and forget."""
        router, number = site.routers[-1], site.number
        self.spaces.ip(
            router,
            f"addr del 198.18.{number}.2/24 dev wan",
            f"addr add 198.18.{number}.77/24 dev wan",
            f"route replace default via 198.18.{number}.1",
        )
        self.forget_mappings(site)

    def renumber_host(self, site: Site) -> None:
        """Give the host at a home another address there."""
        self.spaces.ip(
            site.hosts[0],
            "addr del 192.168.1.2/24 dev eth0",
            "addr add 192.168.1.77/24 dev eth0",
            "route replace default via 192.168.1.1",
        )

    def change_network(self, site: Site, to: Site) -> None:
        """Take the host at a home to another home."""
        host, router = site.hosts[0], to.routers[0]
        self.spaces.ip(host, "link del eth0")
        self.spaces.cable(host, "eth0", router, "guest")
        self.spaces.ip(router, "link set guest master lan")
        self.spaces.ip(
            host, "addr add 192.168.1.88/24 dev eth0", "route add default via 192.168.1.1"
        )

    def forget_after(self, site: Site, seconds: int) -> None:
        """Have the routers of a site forget what is silent for so long."""
        for router in site.routers:
            self.spaces.set(
                router,
                net__netfilter__nf_conntrack_udp_timeout=seconds,
                net__netfilter__nf_conntrack_udp_timeout_stream=seconds,
            )

    def narrow(self, site: Site, size: int, *, told: bool) -> None:
        """Let no packet of IPv4 through that is larger, both ways; where it is not `told`,
        nobody learns of it (ICMP)."""
        outermost = site.routers[-1] if site.routers else site.hosts[0]
        device = "wan" if site.routers else "eth0"
        for name, interface in ((CORE, site.link), (outermost, device)):
            self.spaces.ip(name, f"link set {interface} mtu {size}")
            if not told:
                drop = "filter: -I OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"
                self.spaces.rules(name, [drop])

    # --- Parts

    def _forwards(self, name: str) -> None:
        self.spaces.set(
            name,
            net__ipv4__ip_forward=1,
            net__ipv6__conf__all__forwarding=1,
        )

    def _attach(self, number: int, name: str, its: str) -> None:
        """Lead a cable from the core to the outermost of a site."""
        link = f"site{number}" if number else SERVER
        self.spaces.cable(name, its, CORE, link)
        self.spaces.ip(
            CORE,
            f"addr add 198.18.{number}.1/24 dev {link}",
            f"addr add 2001:2:0:{number:x}::1/64 dev {link} nodad",
        )
        if number:
            for six in (False, True):
                counts = (f"filter: -A FORWARD -i {link} -o {SERVER}",)
                self.spaces.rules(CORE, counts, six=six)

    def _outside_address(self, number: int, name: str, interface: str) -> None:
        self.spaces.ip(
            name,
            f"addr add 198.18.{number}.2/24 dev {interface}",
            f"route add default via 198.18.{number}.1",
            f"addr add 2001:2:0:{number:x}::2/64 dev {interface} nodad",
            f"route add default via 2001:2:0:{number:x}::1",
        )

    def _router(self, number: int, hosts: tuple[str, ...]) -> str:
        """A router of a home that is on the internet itself, for IPv4."""
        name = f"router{number}"
        self.spaces.add(name)
        self._attach(number, name, "wan")
        self.spaces.ip(
            name,
            f"addr add 198.18.{number}.2/24 dev wan",
            f"route add default via 198.18.{number}.1",
        )
        self._lan(name, hosts)
        return name

    def _home(self, name: str, hosts: tuple[str, ...], address: str, carrier: str) -> str:
        """A router of a home that is in the network of a carrier."""
        self.spaces.add(name)
        self.spaces.cable(name, "wan", carrier, name)
        self.spaces.ip(carrier, f"link set {name} master lan")
        self.spaces.ip(name, f"addr add {address} dev wan", "route add default via 100.64.0.1")
        self._lan(name, hosts)
        return name

    def _carrier(self, number: int, symmetric: str) -> str:
        """The router of a carrier, to whose customers it leads by `lan`."""
        name = f"carrier{number}"
        self.spaces.add(name)
        self._attach(number, name, "wan")
        self._forwards(name)
        self.spaces.ip(
            name,
            f"addr add 198.18.{number}.2/24 dev wan",
            f"route add default via 198.18.{number}.1",
            "link add lan type bridge",
            "link set lan up",
            "addr add 100.64.0.1/10 dev lan",
        )
        self._masquerade(name, symmetric=bool(symmetric))
        return name

    def _lan(self, router: str, hosts: tuple[str, ...]) -> None:
        """A network within a home, and its hosts."""
        self._forwards(router)
        self.spaces.ip(
            router,
            "link add lan type bridge",
            "link set lan up",
            "addr add 192.168.1.1/24 dev lan",
        )
        for at, host in enumerate(hosts, 2):
            self.spaces.add(host)
            self.spaces.cable(host, "eth0", router, f"to{at}")
            self.spaces.ip(router, f"link set to{at} master lan")
            self.spaces.ip(
                host, f"addr add 192.168.1.{at}/24 dev eth0", "route add default via 192.168.1.1"
            )
            if len(hosts) > 1:
                ports = _PORTS[at].replace(":", " ")
                self.spaces.set(host, net__ipv4__ip_local_port_range=ports)

    def _masquerade(
        self, router: str, *, symmetric: bool = False, answers: bool = False, only: str = ""
    ) -> None:
        """Let those inside out, and what answers them in."""
        out = f"-d {only} " if only else ""
        asked = "" if answers else f"filter: -A INPUT -i wan -p udp {ESTABLISHED}"
        unasked = "" if answers else "filter: -A INPUT -i wan -p udp -j DROP"
        self.spaces.rules(
            router,
            filter(
                None,
                (
                    "nat: -A POSTROUTING -o wan -j MASQUERADE"
                    + (" --random-fully" if symmetric else ""),
                    "filter: -A FORWARD -i lan -o lan -j ACCEPT",
                    f"filter: -A FORWARD -i lan -o wan {out}-j ACCEPT",
                    f"filter: -A FORWARD -i wan -o lan {ESTABLISHED}",
                    "filter: -A FORWARD -j DROP",
                    asked,
                    unasked,
                ),
            ),
        )

    def _firewall(self, number: int, host: str) -> Site:
        """A host with an address of IPv6 alone, behind a firewall that keeps state."""
        name = f"router{number}"
        outside, inside = f"2001:2:0:{number:x}", f"2001:2:1:{number:x}"
        for one in (name, host):
            self.spaces.add(one)
        self._attach(number, name, "wan")
        self._forwards(name)
        self.spaces.cable(host, "eth0", name, "lan")
        self.spaces.ip(
            name,
            f"addr add {outside}::2/64 dev wan nodad",
            f"route add default via {outside}::1",
            f"addr add {inside}::1/64 dev lan nodad",
        )
        self.spaces.ip(CORE, f"route add {inside}::/64 via {outside}::2")
        self.spaces.ip(
            host, f"addr add {inside}::2/64 dev eth0 nodad", f"route add default via {inside}::1"
        )
        rules = (
            "filter: -A FORWARD -i lan -o wan -j ACCEPT",
            f"filter: -A FORWARD -i wan -o lan {ESTABLISHED}",
            "filter: -A FORWARD -j DROP",
        )
        self.spaces.rules(name, rules, six=True)
        return Site(number, (host,), (name,), six=True)


def _to_host(kind: Kind) -> Iterable[str]:
    """A router that leads whatever comes to its one host, or what comes from those to whom
    the host has written."""
    yield "nat: -A POSTROUTING -o wan -j MASQUERADE"
    yield "nat: -A PREROUTING -i wan -p udp -j DNAT --to-destination 192.168.1.2"
    if kind is Kind.ADDRESS:
        written = "-m recent --name written"
        yield f"filter: -A FORWARD -i lan -o wan {written} --rdest --set -j ACCEPT"
        yield f"filter: -A FORWARD -i wan -o lan {written} --rsource --rcheck -j ACCEPT"
        yield "filter: -A FORWARD -j DROP"


def _turns_back(number: int, lan: str, inside: str) -> Iterable[str]:
    """A router by whose outside address its hosts reach each other (RFC 4787, 6)."""
    outside = f"198.18.{number}.2"
    for at, ports in _PORTS.items():
        yield (
            f"nat: -A PREROUTING -i {lan} -d {outside} -p udp --dport {ports}"
            f" -j DNAT --to-destination {inside}.{at}"
        )
    yield (
        f"nat: -A POSTROUTING -o {lan} -p udp -m conntrack --ctstate DNAT"
        f" -j SNAT --to-source {outside}"
    )
