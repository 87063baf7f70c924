"""What a monitoring system reads."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.protocol import connectionDone
from twisted.internet.testing import StringTransport
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.operators.metrics import site

FIGURES: dict[str, Any] = {
    "users": 5,
    "with_key": 3,
    "rooms": 2,
    "links": 4,
    "resting": 6,
    "kept_names": 7,
    "bans": 1,
    "draining": False,
    "journal_failing": False,
    "changes": {"registered": 9, "room_gone": 1},
    "dropped": {"not in the language": 11},
}


class MetricsCase(SynchronousTestCase):
    """A request to the port."""

    def setUp(self) -> None:
        self.figures = dict(FIGURES)
        self.asked = 0

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of the answer to a request."""

        def figures() -> dict[str, Any]:
            self.asked += 1
            return self.figures

        transport = self.send(b"GET %s HTTP/1.0\r\n\r\n" % path.encode(), figures)
        head, _, body = transport.value().partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def send(self, data: bytes, figures: Callable[[], dict[str, Any]]) -> StringTransport:
        """Send this to the port. Returns what it has of it."""
        channel = site(figures).buildProtocol(None)
        assert channel is not None
        transport = StringTransport()
        channel.makeConnection(transport)
        channel.dataReceived(data)
        channel.connectionLost(connectionDone)
        return transport


class MetricsTests(MetricsCase):
    """What comes back."""

    def test_metrics(self) -> None:
        """Every figure of the server, asked for once, and those of the process."""
        status, body = self.get("/metrics")
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
        }
        self.assertEqual((status, self.asked), (200, 1))
        expected = {
            ("udpchat_users", "1"): 2,
            ("udpchat_users", "2"): 3,
            ("udpchat_rooms",): 2,
            ("udpchat_links",): 4,
            ("udpchat_resting",): 6,
            ("udpchat_kept_names",): 7,
            ("udpchat_bans",): 1,
            ("udpchat_draining",): 0,
            ("udpchat_journal_failing",): 0,
            ("udpchat_changes_total", "registered"): 9,
            ("udpchat_changes_total", "room_gone"): 1,
            ("udpchat_dropped_total", "not in the language"): 11,
        }
        ours = {name: value for name, value in found.items() if name[0].startswith("udpchat")}
        self.assertEqual(ours, expected)
        self.assertIn(("process_resident_memory_bytes",), found)

    def test_ready(self) -> None:
        """A server is healthy while it answers, and ready while it takes newcomers."""
        self.assertEqual(self.get("/health"), (200, "ok\n"))
        self.assertEqual(self.get("/ready"), (200, "ready\n"))
        self.figures["draining"] = True
        self.assertEqual(self.get("/ready"), (503, "draining\n"))
        self.figures |= {"draining": False, "journal_failing": True}
        self.assertEqual(self.get("/ready"), (503, "names and rooms cannot be written\n"))

    def test_nothing_else(self) -> None:
        """There is nothing else to be had."""
        self.assertEqual(self.get("/users")[0], 404)


class Strangers(MetricsCase):
    """Somebody else on the machine, or a page that a browser there shows."""

    def test_body(self) -> None:
        """What is sent with a request is not kept, in a file or in memory, however much it is."""
        for length in (5, 10**12):
            channel = site(dict).buildProtocol(None)
            assert channel is not None
            channel.makeConnection(StringTransport())
            head = b"POST /metrics HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % length
            channel.dataReceived(head + b"hell")
            (request,) = channel._channel.requests
            self.assertEqual((type(request.content), request.content.tell()), (BytesIO, 0))
            channel.connectionLost(connectionDone)

    def test_form(self) -> None:
        """Nothing that is no form is an error of ours."""
        kinds = b"multipart/form-data", b"application/x-www-form-urlencoded", b"a\x85b"
        for kind in kinds:
            head = b"POST /metrics HTTP/1.1\r\nContent-Length: 5\r\nContent-Type: " + kind
            self.send(head + b"\r\n\r\nhello", dict)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_other_method(self) -> None:
        """It is refused, whatever it is to be done to."""
        for line in (b"POST /metrics", b"FOO \xa8metrics", b"PUT /health"):
            transport = self.send(line + b" HTTP/1.1\r\n\r\n", dict)
            head, _, body = transport.value().partition(b"\r\n\r\n")
            self.assertIn(b"HTTP/1.1 405", head)
            self.assertIn(b"Allow: GET, HEAD", head)
            self.assertEqual(body, b"")
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_head(self) -> None:
        """One who asks for the head alone gets it, and no line of the log."""
        told: list[LogEvent] = []
        observer = cast(ILogObserver, told.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        transport = self.send(b"HEAD /health HTTP/1.1\r\n\r\n", dict)
        head, _, body = transport.value().partition(b"\r\n\r\n")
        self.assertEqual((head[:15], body, told), (b"HTTP/1.1 200 OK", b"", []))


class Dashboard(MetricsCase):
    """The board for Grafana that is in deploy/."""

    def test_shown(self) -> None:
        """Each figure that it shows is there, with the labels it sums by, and none is left out."""
        self.figures |= {"servers": 3, "owed": 0}
        found: dict[str, set[str]] = {}
        for family in text_string_to_metric_families(self.get("/metrics")[1]):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
        board = json.loads((Path(__file__).parents[3] / "deploy" / "grafana.json").read_text())
        shown = set()
        for panel in board["panels"]:
            for target in panel["targets"]:
                (name,) = re.findall(r"(\w+)\{instance", target["expr"])
                self.assertIn(name, found, panel["title"])
                labels = re.findall(r"by \((\w+)\)|\{\{(\w+)\}\}", target["expr"])
                legend = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
                for label in {*filter(None, sum(labels, ())), *legend} - {"instance"}:
                    self.assertIn(label, found[name], panel["title"])
                shown.add(name)
        self.assertEqual({name for name in found if name.startswith("udpchat_")} - shown, set())
