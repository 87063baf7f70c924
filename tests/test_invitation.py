"""Lines with which somebody gets in."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import hosts, many, names, ports
from twisted_chat.errors import UsageMistake
from twisted_chat.invitation import Invitation, is_invitation, read_invitation

KEY = "0123456789abcdef" * 2
LINK = "udpchat://chat.example.org:8090/lab?key=0029117767352435271900291177673524352719"


class InvitationTests(SynchronousTestCase):
    """Reading and writing."""

    def test_short(self) -> None:
        """A link fits into a line of a mail, and has the digits that people are shown."""
        invitation = Invitation("chat.example.org", 8090, "lab", KEY)
        self.assertEqual(str(invitation), LINK)
        self.assertLess(len(LINK), 82)
        self.assertEqual(read_invitation(LINK), invitation)
        self.assertEqual(str(Invitation("h", 1)), "udpchat://h:1/")

    @many
    @given(
        st.one_of(hosts, st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,20})", fullmatch=True)),
        ports,
        st.one_of(st.just(""), names, st.sampled_from(["Д+&#", "a/b?c", "%41", "アリス"])),
        st.sampled_from(["", KEY]),
    )
    def test_inverse(self, host: str, port: int, room: str, key: str) -> None:
        """What is written is read as the same, in printable ASCII."""
        link = Invitation(host, port, room, key)
        text = str(link)
        self.assertTrue(text.isascii() and text.isprintable() and " " not in text)
        if room != "Д+&#":  # Of no one script: nobody can have it.
            self.assertEqual(read_invitation(text), link)

    def test_understood(self) -> None:
        """What may be left out, and what is written otherwise."""
        for text, expected in (
            ("udpchat://h", Invitation("h")),
            ("UDPCHAT://h:9/", Invitation("h", 9)),
            ("udpchat://[::1]:9/lab", Invitation("::1", 9, "lab")),
            (f"udpchat://h/l%C3%A4b?key={KEY * 2}", Invitation("h", 8090, "läb", KEY * 2)),
        ):
            self.assertTrue(is_invitation(text))
            self.assertEqual(read_invitation(text), expected)

    def test_refused(self) -> None:
        """What is no link is a UsageMistake of one line."""
        for text, part in (
            ("udpchat:", "no link"),
            ("udpchat:lab", "no link"),
            ("udpchat://", "no link"),
            ("udpchat://me@h", "no link"),
            ("udpchat://h:0", "out of range"),
            ("udpchat://h:http", "not a port"),
            ("udpchat://h/a b", "names no room"),
            ("udpchat://h/%1b", "names no room"),
            ("udpchat://h/lab?key=1", "not a fingerprint"),
            (f"udpchat://h/lab?key={KEY * 2}&key={KEY * 2}", "one key"),
            ("udpchat://h/lab?name=x", "one key"),
            ("udpchat://h/lab#x", "no link"),
            ("http://h/lab", "no link"),
            ("udpchat://[::1/lab", "no link"),
        ):
            with self.assertRaises(UsageMistake, msg=text) as caught:
                read_invitation(text)
            self.assertIn(part, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))
