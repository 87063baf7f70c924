"""What people are told of their network."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.doctor.findings import (
    Diagnosis,
    Examined,
    Filtering,
    Mapping,
    PortMapper,
    Prospect,
    Response,
)
from twisted_chat.doctor.wording import worded

HOME = Examined(
    "203.0.112.9:8090",
    Response.ANSWERED,
    "192.168.1.2",
    "198.18.1.2:4000",
    Mapping.ONE_PORT,
    "198.18.1.2:4000",
    Filtering.ANSWERS_ALONE,
    30.5,
    20,
    1,
    1472,
    1500,
    True,
)


def diagnosed(*reached: Examined, mapper: PortMapper = PortMapper.SILENT) -> list[str]:
    """The lines about these."""
    gateway = "" if mapper is PortMapper.NO_GATEWAY else "192.168.1.1"
    found = Diagnosis(
        "chat.example:8090", reached, ("IPv4",), gateway, mapper, "", Prospect.PROBING
    )
    return worded(found)


class Lines(SynchronousTestCase):
    """Whole answers, and each of the words that may be in them."""

    def test_home(self) -> None:
        """As most people see it."""
        told = """\
> IPv4, 203.0.112.9:8090: UDP arrives; you write from 192.168.1.2, and are seen at 198.18.1.2:4000
>   your router gives you one port for everybody
>   it lets in nothing but what answers
>   30.5 ms there and back, 1 of 20 lost
>   datagrams of 1,472 bytes come through whole (an MTU of 1,500 or more)
> this machine has addresses of IPv4 beyond its own network
> your router is 192.168.1.1: it does not answer when it is asked to lead a port to you\
 (PCP, NAT-PMP)
> in short: others reach you directly, as far as one server can tell, but those whose router\
 gives another port for everybody: with them it goes over the server, which cannot read it; a UDP\
 port forwarded to you (udpchat HOST --port PORT) would do
"""
        self.assertEqual(diagnosed(HOME), told.splitlines())

    def test_narrow(self) -> None:
        """A path below what every link needs is named, and whether it carries one all the same."""
        (said,) = [one for one in diagnosed(replace(HOME, largest=972, mtu=1000)) if "972" in one]
        self.assertIn("those of 1,200 bytes, which every link needs, are cut on the way", said)
        lines = diagnosed(replace(HOME, largest=972, mtu=1000, carries=False))
        self.assertTrue(any("do not come through" in line for line in lines))
        six = replace(HOME, server="[2001:db9::1]:8090", largest=1232, mtu=1280)
        self.assertFalse(any("cut" in line for line in diagnosed(six)))

    def test_all_words(self) -> None:
        """Every value has words, in which nothing is left to be filled in."""
        for outcome in Response:
            self.assertTrue(diagnosed(replace(HOME, outcome=outcome))[0].startswith("> IPv4, 203"))
        told = set()
        for mapping in Mapping:
            for filtering in Filtering:
                lines = diagnosed(replace(HOME, mapping=mapping, filtering=filtering))
                self.assertFalse(any("{" in line for line in lines))
                told.add((lines[1], lines[2]))
        self.assertEqual(len(told), len(Mapping) * len(Filtering))
        for mapper in PortMapper:
            diagnosed(HOME, mapper=mapper)
        for prospect in Prospect:
            found = Diagnosis("", (HOME,), (), "", PortMapper.NO_GATEWAY, "", prospect)
            self.assertIn("> in short: ", worded(found)[-1])

    def test_private_server(self) -> None:
        """Of a server in a private network it is said that this is no judgement of another."""
        lines = diagnosed(replace(HOME, server="192.168.1.9:8090"))
        self.assertIn("private", lines[-1])
        silent = replace(HOME, server="192.168.1.9:8090", outcome=Response.SILENT)
        self.assertNotIn("private", diagnosed(silent)[-1])

    def test_nothing_back(self) -> None:
        """Where nothing came back no time is said, and no size."""
        none = replace(HOME, milliseconds=None, lost=20, largest=None, mtu=None, carries=None)
        lines = diagnosed(none)
        self.assertIn(">   none of 20 small datagrams came back", lines)
