"""The page in a real browser: headless Chromium, driven through selenium."""

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar

from selenium.webdriver.common.keys import Keys

from tests.end_to_end.processes import PATIENCE, ProcessTestCase
from tests.support.captures import SERVER, USER, Call, chat_over_tcp, datagram, exchange, write
from tests.support.links_seen import link
from tests.trace.test_page import NASTY
from twisted_chat.trace import pcapng

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PROFILE = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
DESKTOP, PHONE = (1200, 900), (390, 844)
SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""A directory to put a picture of every test's page into, for people to look at."""
FRAME, ANSWER = 1 / 60, 0.5
"""Seconds of processor time in which a thousand packets scroll on, and a filter answers."""


_running: list[Any] = []


def browser(profile: Path) -> Any:
    """The one browser of all tests here; it ends with the process."""
    if not _running:
        # Only the process that opens the browser needs it, and it takes a quarter of a second.
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(BROWSER)
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        _running.append(webdriver.Chrome(options=options, service=Service(DRIVER)))
        atexit.register(_running[0].quit)
    return _running[0]


class PageTestCase(ProcessTestCase):
    """Has a page open in a browser."""

    colours: ClassVar[str] = "light"

    def setUp(self) -> None:
        super().setUp()
        if BROWSER is None or DRIVER is None:
            self.skipTest("chromium and chromium-driver are not installed")
        self.home = self.directory()
        self.browser = browser(Path(PROFILE.name))
        self.addCleanup(self._picture)
        self.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": self.colours}]},
        )

    def _picture(self) -> None:
        if SCREENSHOTS:
            self.browser.save_screenshot(str(Path(SCREENSHOTS) / f"{self.id()}.png"))
        self.browser.get("about:blank")
        self.browser.get_log("browser")

    def draw(self, packets: list[Any], size: tuple[int, int] = DESKTOP) -> None:
        """Open the page that chat-analyze makes of these packets."""
        capture, target = write(self.home / "chat.pcap", packets), self.home / "chat.html"
        program = self.start("chat-analyze", capture, "--html", target)
        self.assertEqual((program.wait(), program.said), (0, ""))
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE},
        )
        self.browser.get(target.as_uri())

    def assert_quiet(self) -> None:
        """The browser has nothing to complain of: no error, nothing that the policy forbade."""
        self.assertEqual(self.browser.get_log("browser"), [])

    def find(self, selector: str) -> list[Any]:
        """The elements that are shown."""
        found: list[Any] = self.script(
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter((element) => element.checkVisibility())",
            selector,
        )
        return found

    def script(self, text: str, *values: Any) -> Any:
        return self.browser.execute_script(text, *values)


class Reading(PageTestCase):
    """What a person does with a page."""

    def test_packet(self) -> None:
        """A click shows the layers and bytes of a packet; Escape puts them away again."""
        self.draw([*exchange(), *chat_over_tcp()])
        third = self.find("[data-packet='3']")[0]
        third.click()
        text = self.find("#packet")[0].text
        for part in (
            "Packet 3",
            "asks for the rooms",
            "Ethernet, 14 bytes (link)",
            "UDP, 8 bytes (transport)",
            "source port\n36396",
            "payload, 2 bytes (application)",
            "0000  72 6c",
            "purpose: set-up; layer: application",
        ):
            self.assertIn(part, text)
        self.assertEqual(third.get_attribute("aria-current"), "true")
        self.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
        self.assertEqual(self.find("#packet"), [])
        self.assert_quiet()

    def test_keyboard(self) -> None:
        """The keyboard is enough: Tab and Enter open a packet, the arrows go to others."""
        self.draw(exchange())
        self.script("document.querySelector('[data-packet]').focus()")
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.assertIn("Packet 1\n", self.find("#packet")[0].text)
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        self.assertIn("Packet 2\n", self.find("#packet")[0].text)
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_UP, Keys.ARROW_UP)
        self.assertIn("Packet 1\n", self.find("#packet")[0].text)
        self.find("#close")[0].click()
        self.assertEqual(self.script("return document.activeElement.dataset.packet"), "1")

    def test_filters(self) -> None:
        """Boxes choose purposes, the list a conversation, and it is said how many are left."""
        self.draw([*exchange(), *chat_over_tcp()])
        self.assertEqual(len(self.find(".packet")), 21)
        self.find("input[value='set-up']")[0].click()
        self.assertEqual(len(self.find(".packet")), 21 - 13)
        self.assertEqual(self.find("#shown")[0].text, "8 of 21 packets")
        self.script(
            "which.value = 'talk-2'; which.dispatchEvent(new Event('change', {bubbles: true}))"
        )
        self.assertEqual(self.find("#shown")[0].text, "7 of 21 packets")
        self.assertEqual(len(self.find("h2")), 1)
        self.find("input[value='set-up']")[0].click()
        self.assertEqual(len(self.find(".packet")), 10)
        self.assert_quiet()

    def test_thousand(self) -> None:
        """A thousand packets scroll within a frame, and only what is seen is laid out."""
        call = Call().handshake()
        for number in range(500):
            call.send("a", "PA", b"line %d\n" % number).send("b", "A")
        self.draw(call.packets)
        self.browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        before = self.busy()
        self.script(
            "for (let turn = 0; turn < 10; turn += 1) {"
            " document.querySelector(\"input[value='data']\").click();"
            " document.body.getBoundingClientRect(); }"
        )
        self.assertLess((self.busy() - before) / 10, ANSWER)
        before = self.busy()
        self.script(
            "for (let y = 0; y < 30000; y += 1500) {"
            " scrollTo(0, y); document.body.getBoundingClientRect(); }"
        )
        self.assertLess((self.busy() - before) / 20, FRAME)
        visibility = "return getComputedStyle(document.querySelector('.ladder > li'))"
        self.assertEqual(self.script(f"{visibility}.contentVisibility"), "auto")

    def busy(self) -> float:
        """Seconds of processor time that the page has taken."""
        metrics = self.browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        found: dict[str, float] = {metric["name"]: metric["value"] for metric in metrics}
        return found["TaskDuration"]

    def test_nasty(self) -> None:
        """Markup from a stranger stays text, in the ladder and among the bytes."""
        self.draw([datagram(1, USER, SERVER, b"hi " + NASTY), datagram(2, USER, SERVER, NASTY)])
        self.find("[data-packet='2']")[0].click()
        self.assertIn("</script><script>alert(1)", self.find("[data-packet='2']")[0].text)
        self.assertIn("</script>", self.find("#packet")[0].text.replace("\n", ""))
        self.assert_quiet()


class Light(PageTestCase):
    """By day."""

    def test_colours(self) -> None:
        """Each purpose has its own colour, that can be read on its background."""
        self.draw([*exchange(), *chat_over_tcp()])
        self.assert_readable()

    def assert_readable(self) -> None:
        """Texts have a contrast of 4.5 to 1 at least (WCAG 2.2, 1.4.3)."""
        colours = self.script(
            "const css = getComputedStyle(document.documentElement);"
            "return ['--back', '--panel', '--text', '--faint', '--set-up', '--data',"
            " '--keepalive', '--recovery', '--close', '--unknown']"
            ".map((name) => css.getPropertyValue(name).trim())"
        )
        back, panel, *texts = [_luminance(colour) for colour in colours]
        for ground in (back, panel):
            for colour in texts:
                light, dark = max(ground, colour), min(ground, colour)
                self.assertGreater((light + 0.05) / (dark + 0.05), 4.5, colours)
        self.assertEqual(len(set(colours[4:])), 6)


class Dark(Light):
    """The same in the dark."""

    colours: ClassVar[str] = "dark"

    def test_dark(self) -> None:
        """The background is dark."""
        self.draw(chat_over_tcp())
        back = self.script(
            "return getComputedStyle(document.documentElement).getPropertyValue('--back').trim()"
        )
        self.assertLess(_luminance(back), 0.05)


class Phone(PageTestCase):
    """On a phone."""

    def test_width(self) -> None:
        """Nothing is wider than the screen, also with a packet open, and boxes can be hit."""
        ann, bob = ("192.168.122.101", 40001), ("192.168.122.102", 40002)
        said = [
            (ann, SERVER, b"hi ann"),
            (SERVER, ann, b"hi ann"),
            (bob, SERVER, b"hi bob"),
            (SERVER, bob, b"hi bob"),
            (ann, bob, b"msg ann> hello, how do you do on your small screen today?\n"),
            (bob, ann, b"msg bob> well\n"),
        ]
        self.draw([datagram(n, *one) for n, one in enumerate(said)], PHONE)
        self.find("[data-packet='5']")[0].click()
        packet, panel = self.find("[data-packet='5']")[0], self.find("#packet")[0]
        bottom = self.script("return arguments[0].getBoundingClientRect().bottom", packet)
        self.assertLess(bottom, self.script("return arguments[0].offsetTop", panel))
        for line in self.find("#packet pre"):
            self.assertLessEqual(
                *self.script("const e = arguments[0]; return [e.scrollWidth, e.clientWidth]", line)
            )
        width, window = self.script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.assertEqual(window, PHONE[0])
        self.assertLessEqual(width, window)
        for selector in (".packet", "label", "#close", "select"):
            for element in self.find(selector):
                self.assertGreaterEqual(element.size["height"], 24, selector)
        self.assert_quiet()

    def test_first_screen(self) -> None:
        """The ladder is on the first screen, and the choices and findings are folded."""
        self.draw([*exchange(), *chat_over_tcp()], PHONE)
        place = "return arguments[0].getBoundingClientRect()"
        self.assertLess(self.script(f"{place}.top", self.find(".packet")[0]), PHONE[1] / 3)
        self.assertLess(self.script(f"{place}.bottom", self.find(".packet")[5]), PHONE[1])
        self.assertEqual(self.find(".findings"), [])
        self.assertEqual(self.find("fieldset"), [])


class Labels(PageTestCase):
    """Where texts stand in a ladder."""

    def test_between(self) -> None:
        """Long ones stay between the lines of their arrow, on any screen."""
        ann, bob = ("192.168.122.101", 40001), ("192.168.122.102", 40002)
        text = b"msg ann> " + b"a long text " * 20
        said = [
            (ann, SERVER, b"hi ann"),
            (SERVER, ann, b"hi ann"),
            (bob, SERVER, b"hi bob"),
            (ann, bob, text),
            (bob, ann, text),
            (bob, SERVER, b"hi " + b"x" * 300),
        ]
        for size in (DESKTOP, PHONE):
            self.draw([datagram(n, *one) for n, one in enumerate(said)], size)
            boxes = self.script(
                "const sides = (box) => [box.left, box.right];"
                "const box = (element) => sides(element.getBoundingClientRect());"
                "return [...document.querySelectorAll('.lane')]"
                ".map((lane) => [...lane.children].map(box))"
            )
            self.assertEqual(len(boxes), 6)
            for (left, right), (begins, ends) in boxes:
                self.assertGreaterEqual(left, begins - 1, size)
                self.assertLessEqual(right, ends + 1, size)
                self.assertGreater(ends - begins, 60)

    def test_order(self) -> None:
        """The ladder comes first, and what is said of the whole is behind it, folded."""
        self.draw(exchange())
        self.assertEqual(self.find(".findings"), [])
        self.find(".talk summary")[0].click()
        (findings,) = self.find(".findings")
        self.assertIn("registers as debian: answered", findings.text)
        ladder = self.find(".ladder")[0]
        self.assertGreater(findings.location["y"], ladder.location["y"])


class OwnQuic(PageTestCase):
    """QUIC of one's own."""

    def test_opened(self) -> None:
        """A packet shows what is where in it, what that is for, and what it was when opened."""
        frames, keys = link()
        capture, target = self.home / "link.pcapng", self.home / "link.html"
        blocks = [pcapng.packet(one.at, one.data, "", inbound=True) for one in frames]
        head = pcapng.section("x") + pcapng.interface("x") + pcapng.secrets(keys.encode())
        capture.write_bytes(head + b"".join(blocks))
        program = self.start("chat-analyze", capture, "--html", target)
        self.assertEqual((program.wait(), program.said), (0, ""))
        self.browser.get(target.as_uri())
        self.find("[data-packet='1']")[0].click()
        text = self.find("#packet")[0].text
        for part in (
            "destination connection id",
            "whom the packet is for",
            "Opened: Initial packet 0, 1156 bytes",
            "transport\nCRYPTO: 900 bytes of TLS from 0 on",
        ):
            self.assertIn(part, text)
        self.assert_quiet()


class Spoken(PageTestCase):
    """To a screen reader."""

    def spoken(self) -> list[tuple[str, str]]:
        """What is read out now: roles and names."""
        tree = self.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [
            (node.get("role", {}).get("value"), node.get("name", {}).get("value", ""))
            for node in tree
            if not node.get("ignored")
        ]

    def test_tree(self) -> None:
        """Landmarks, lists, headings and names: everything has a role, and says what it is."""
        self.draw(exchange())
        # The browser makes the tree when it comes to it, a moment after the page.
        deadline = time.monotonic() + PATIENCE
        nodes, buttons = list[tuple[str, str]](), list[str]()
        while not buttons and time.monotonic() < deadline:
            nodes = self.spoken()
            buttons = [
                name for role, name in nodes if role == "button" and name.startswith("Packet")
            ]
        self.assertEqual(len(buttons), 11)
        self.assertIn("192.168.122.9:36396 to 192.168.122.25:8090: asks for the rooms", buttons[2])
        boxes = [name for role, name in nodes if role == "checkbox"]
        self.assertEqual(boxes, ["set-up", "data", "keepalive", "recovery", "close", "unknown"])
        roles = {role for role, _ in nodes}
        self.assertTrue(
            {"main", "list", "listitem", "heading", "form", "combobox"} <= roles, roles
        )
        names = [
            name for role, name in nodes if role in ("button", "checkbox", "combobox", "form")
        ]
        self.assertNotIn("", names)


def _luminance(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    pairs = (
        [digit * 2 for digit in digits]
        if len(digits) == 3
        else [digits[i : i + 2] for i in (0, 2, 4)]
    )
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
