"""Which host is our own router."""

import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.gateway_host import gateway_host

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
LAN = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
FAR = "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
NEAR = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
DOWN = "eth1\t00000000\t0103A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n"


class Routes(SynchronousTestCase):
    """As proc(5) has them, on a machine of this byte order (little-endian ones)."""

    def directory(self) -> Path:
        """An empty one, which is gone with the test."""
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return Path(made.name)

    def host(self, *lines: str) -> str:
        """The router by these routes."""
        path = self.directory() / "route"
        path.write_text(HEAD + "".join(lines))
        return gateway_host(path)

    def test_smallest_metric(self) -> None:
        """Of two default routes the one that is taken."""
        self.assertEqual(self.host(LAN, FAR, NEAR, DOWN), "192.168.1.1")
        self.assertEqual(self.host(FAR), "192.168.2.1")

    def test_none(self) -> None:
        """No default route, nothing that is up, cut lines, or another system: none."""
        self.assertEqual(self.host(LAN), "")
        self.assertEqual(self.host(DOWN, "eth0\t00000000\n"), "")
        self.assertEqual(gateway_host(self.directory() / "none"), "")
