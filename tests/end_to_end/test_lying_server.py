"""A whole program at a server that would have it flood somebody: what gets there, as it is counted
on the way."""

import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from twisted.trial.unittest import SkipTest, TestCase

from tests.paths.kinds import Kind
from tests.paths.meeting import PORT, STARTING, start_in
from tests.paths.testbed import CORE, SERVER, SERVER_HOST, Site, Testbed
from tests.support.namespaces import Namespaces, NoNamespaces, run
from tests.support.thorough import slow
from twisted_chat.peer.gen2.paths.beats import ALSO

SECONDS = 10.0
"""For which the program is there. One of before these bounds sent 6.3 MB in them."""
HEADERS = 28
"""Bytes of the headers of IPv4 and UDP, which are counted too; of IPv6 20 more."""
PROBE = 52
"""Bytes of one; a beat has fewer."""


@dataclass(frozen=True)
class Sent:
    """Datagrams that went somewhere, and their bytes, with headers."""

    datagrams: int
    size: int


class Flood(TestCase):
    """Somebody who has nothing to do with it, at a host of their own."""

    def sent(self, lie: str) -> tuple[Sent, Sent]:
        """What goes to that one's network over IPv4, and over IPv6."""
        try:
            with Namespaces() as spaces:
                bed = Testbed(spaces)
                user, victim = bed.site(Kind.PUBLIC), bed.site(Kind.PUBLIC)
                for six in (False, True):
                    rule = f"filter: -I FORWARD -i {user.link} -o {victim.link}"
                    spaces.rules(CORE, [rule], six=six)
                return self.told(bed, user, victim, lie)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None

    def told(self, bed: Testbed, user: Site, victim: Site, lie: str) -> tuple[Sent, Sent]:
        """Let somebody come into a room of such a server."""
        six = f"2001:2:0:{victim.number:x}::2"
        words = ("-m", "tests.support.lying_server", str(PORT), victim.outside, six, lie)
        inside = bed.spaces.inside(SERVER)
        with (
            tempfile.TemporaryDirectory() as home,
            subprocess.Popen(
                [*inside, sys.executable, *words], stdout=subprocess.PIPE, text=True
            ) as server,
        ):
            try:
                assert server.stdout is not None
                self.assertEqual(server.stdout.readline(), "ready\n")
                options = (SERVER_HOST, PORT, "--name", "alice")
                alice = start_in(bed, user.hosts[0], Path(home), *options, terminal=True)
                try:
                    alice.expect("> you are alice", STARTING)
                    began = time.monotonic()
                    alice.type_lines("$roomjoin lab")
                    alice.expect("> you are in lab", STARTING)
                    time.sleep(SECONDS)
                    found = self.counted(bed, user, victim)
                    self.seconds = time.monotonic() - began
                    return found
                finally:
                    alice.close()
            finally:
                server.terminate()

    def counted(self, bed: Testbed, user: Site, victim: Site) -> tuple[Sent, Sent]:
        """What the core has carried from the one to the other, over both families."""
        found = []
        for program in ("iptables", "ip6tables"):
            rules = run(*bed.spaces.inside(CORE), program, "-w", "-nvxL", "FORWARD")
            (line,) = (
                one
                for one in rules.splitlines()
                if re.search(rf"\s{user.link}\s+{victim.link}\s", one)
            )
            found.append(Sent(*map(int, line.split()[:2])))
        return found[0], found[1]

    def assert_probes(self, sent: Sent, headers: int, a_second: int) -> None:
        """So many probes a second at most, and nothing that is larger."""
        self.assertGreater(sent.datagrams, 0)
        self.assertLessEqual(sent.datagrams, a_second * (self.seconds + 1))
        self.assertLessEqual(sent.size, sent.datagrams * (PROBE + headers))

    @slow
    def test_probes(self) -> None:
        """A crowd at one address, of whom each is introduced again and again: 20 probes in a
        second go there, over each family, some beats, and no QUIC."""
        four, six = self.sent("probes")
        self.assert_probes(four, HEADERS, 20)
        self.assert_probes(six, HEADERS + 20, 20)

    @slow
    def test_hosts(self) -> None:
        """A crowd at very many addresses: 100 probes in a second go out in all."""
        four, six = self.sent("hosts")
        self.assert_probes(four, HEADERS, 100)
        self.assertLessEqual(
            four.datagrams + six.datagrams, 100 * (self.seconds + 1) + len(ALSO) + 1
        )

    @slow
    def test_dials(self) -> None:
        """A crowd that is introduced to nobody, as by a server of before: two at a time are
        dialled, which is three kilobytes a second in the beginning, when it is most."""
        four, six = self.sent("dials")
        self.assertGreater(four.datagrams, 0)
        self.assertLessEqual(four.size, 3_000 * (self.seconds + 1))
        self.assertEqual(six.datagrams, 0)
