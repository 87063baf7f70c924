"""The page with the ladders."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import (
    SERVER,
    USER,
    Call,
    analyzed,
    chat_over_tcp,
    datagram,
    exchange,
    frames,
)
from tests.support.strategies import some
from twisted_chat.addresses import Address
from twisted_chat.trace import page
from twisted_chat.trace.document import Told
from twisted_chat.trace.report import Purpose

NASTY = b"msg a> </script><script>alert(1)</script>&\"'<!--\xe2\x80\xa8\x1b[2J"


def told(packets: Iterable[Any]) -> list[Told]:
    """Conversations as the page gets them."""
    notes = analyzed(frames(packets))
    return [
        (summary, notes.rows[number], notes.findings.get(number, []))
        for number, summary in notes.summaries.items()
    ]


def drawn(packets: Iterable[Any], title: str = "a capture") -> str:
    """The page of these packets."""
    return page.page(title, "about it", told(packets), 0)


class Parsed(HTMLParser):
    """A page taken apart: elements with their attributes, and texts by element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open, []).append(data)

    def having(self, name: str) -> list[str]:
        """The values of this attribute, in order."""
        return [str(attributes[name]) for _, attributes in self.elements if name in attributes]


class Content(SynchronousTestCase):
    """What stands in a page."""

    def test_packets(self) -> None:
        """Every packet is a button that says all of it, with its purpose."""
        parsed = Parsed(drawn(exchange()))
        self.assertEqual(parsed.having("data-packet"), [str(number) for number in range(1, 12)])
        self.assertEqual(parsed.having("data-purpose"), ["set-up"] * 10 + ["close"])
        labels = [label for label in parsed.having("aria-label") if label.startswith("Packet 1,")]
        self.assertEqual(
            labels,
            [
                (
                    "Packet 1, 33.192000 seconds, 192.168.122.9:36396 to 192.168.122.25:8090:"
                    " registers as debian. set-up, udpchat, 51 bytes"
                )
            ],
        )

    def test_bytes(self) -> None:
        """Layers and bytes of every packet are in the page, and cover the frame."""
        found = json.loads("".join(Parsed(drawn(chat_over_tcp())).texts["script"][:1]))
        self.assertEqual(len(found), 10)
        for frame, packet in zip(found.values(), chat_over_tcp(), strict=True):
            self.assertEqual(frame["bytes"], bytes(packet).hex())
            ends = [0, *(end for _, _, end, *_ in frame["layers"])]
            self.assertEqual([start for _, start, *_ in frame["layers"]], ends[:-1])

    def test_filters(self) -> None:
        """There is a box for every purpose, and a choice for every conversation."""
        parsed = Parsed(drawn([*exchange(), *chat_over_tcp()]))
        values = parsed.having("value")
        self.assertEqual(values[: len(Purpose)], [purpose.value for purpose in Purpose])
        self.assertEqual(values[len(Purpose) :], ["", "talk-1", "talk-2"])
        self.assertTrue({"talk-1", "talk-2"} <= set(parsed.having("id")))

    def test_time(self) -> None:
        """A pause is a wider step, the longer the wider."""
        classes = Parsed(drawn(exchange())).having("class")
        steps = [re.search(r"g(\d)", one) for one in classes if one.startswith("packet ")]
        self.assertEqual([int(step[1]) for step in steps if step][:5], [0, 0, 4, 0, 3])

    def test_many_hosts(self) -> None:
        """Beyond a number of hosts all others share a line."""
        people: list[Address] = [("10.0.0.1", 4000 + number) for number in range(20)]
        text = drawn([datagram(1, one, SERVER, b"ul") for one in people])
        self.assertIn("<li>9 more</li>", text)
        classes = {one.split()[2] for one in Parsed(text).having("class") if "packet " in one}
        self.assertLessEqual(classes, {f"a{line}" for line in range(page.LINES + 1)})

    def test_many_packets(self) -> None:
        """Beyond a number of packets the page says that it has not all."""
        self.patch(page, "MAX_PACKETS", 5)
        text = drawn([*exchange(), *chat_over_tcp()])
        self.assertEqual(len(Parsed(text).having("data-packet")), 5)
        self.assertIn("The first 5 of them are in this page.", text)
        self.assertIn("The first 0 of them are in this page.", text)

    def test_many_conversations(self) -> None:
        """Of more conversations than fit the rest is counted."""
        self.patch(page, "MAX_CONVERSATIONS", 2)
        calls = [Call(start=number) for number in range(5)]
        for number, call in enumerate(calls):
            call.A = (call.A[0], 40_000 + number)
            call.handshake()
        text = drawn(packet for call in calls for packet in call.packets)
        self.assertEqual(text.count('<section class="talk"'), 2)
        self.assertIn("and 3 more conversations, which chat-analyze prints", text)

    def test_many_findings(self) -> None:
        """Beyond a number of findings it says where the rest is."""
        self.patch(page, "MAX_FINDINGS", 2)
        self.assertIn("which chat-analyze prints", drawn(exchange()))


class Safety(SynchronousTestCase):
    """A page from a stranger's capture does nothing but show it."""

    def test_policy(self) -> None:
        """The policy allows nothing but the style and the script that are there, by digest."""
        text = drawn(exchange())
        (policy,) = (one for one in Parsed(text).having("content") if "default-src" in one)
        self.assertTrue(policy.startswith("default-src 'none';"), policy)
        for element, directive in (("style", "style-src"), ("script", "script-src")):
            (inside,) = re.findall(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            self.assertIn(f"{directive} 'sha256-{digest}'", policy)
        self.assertNotIn("unsafe", policy)

    def test_self_contained(self) -> None:
        """Nothing is loaded from anywhere, and nothing needs what the policy forbids."""
        parsed = Parsed(drawn(exchange()))
        for attribute in ("src", "href", "style", "onclick", "action"):
            self.assertEqual(parsed.having(attribute), [], attribute)
        self.assertNotIn("url(", drawn(exchange()))

    def test_nasty(self) -> None:
        """Markup in a message, a name or the file's name stays text."""
        plain = drawn([datagram(1, USER, SERVER, b"hi ann")])
        nasty = drawn(
            [datagram(1, USER, SERVER, b"hi " + NASTY), datagram(2, USER, SERVER, NASTY)],
            NASTY.decode(),
        )
        self.assertEqual(
            [tag for tag, _ in Parsed(nasty).elements].count("script"),
            [tag for tag, _ in Parsed(plain).elements].count("script"),
        )
        self.assertNotIn("<script>alert", nasty)
        self.assertNotIn("\x1b", nasty)
        self.assertNotIn("\u2028", nasty)

    @some
    @given(st.text(max_size=60), st.binary(max_size=60))
    def test_any_text(self, title: str, payload: bytes) -> None:
        """Whatever a title or a payload is, the page has the same elements."""
        parsed = Parsed(drawn([datagram(1, USER, SERVER, payload)], title))
        tags = [tag for tag, _ in parsed.elements]
        self.assertEqual(tags.count("script"), 3)
        self.assertEqual(tags.count("button"), 2)
        frame = json.loads(parsed.texts["script"][0])["1"]
        self.assertTrue(frame["bytes"].endswith(payload.hex()))
