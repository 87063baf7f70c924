"""What a monitoring system reads: Prometheus' text format, and whether all is well.

The figures are those that the server has anyway: a request costs it nothing more. None
of them is of one user, room or address.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.web.http import NOT_ALLOWED
from twisted.web.pages import notFound
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site

from twisted_chat.server.operators.control import LocalService

LOOPBACK = "127.0.0.1"

Figures = Callable[[], dict[str, Any]]
"""What `RoomServer.figures` gives."""


class RoomServerCollector(Collector):
    """Asks the server for its figures when somebody wants to know."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def describe(self) -> Iterator[Any]:
        """Nothing: a registry would ask for all figures to find out their names."""
        yield from ()

    def collect(self) -> Iterator[Any]:
        found = self._figures()
        users = GaugeMetricFamily(
            "udpchat_users", "Users who are registered", labels=["generation"]
        )
        with_key = found["with_key"]
        users.add_metric(["1"], found["users"] - with_key)
        users.add_metric(["2"], with_key)
        yield users
        for name, text in (
            ("rooms", "Rooms"),
            ("links", "Links of generation 2"),
            ("resting", "Users of generation 2 whose links rest"),
            ("kept_names", "Names kept for the keys of those who are gone"),
            ("bans", "Bans"),
            ("draining", "Whether nobody else may come"),
            ("journal_failing", "Whether names and rooms cannot be written now"),
            ("servers", "Servers that share names and rooms, as far as this one knows"),
            ("owed", "Names and rooms that the other servers are to be told of"),
        ):
            if name in found:
                yield GaugeMetricFamily(f"udpchat_{name}", text, value=float(found[name]))
        for name, text, label in (
            ("dropped", "What was not answered", "reason"),
            ("changes", "What has happened to users and rooms", "change"),
        ):
            counted = CounterMetricFamily(f"udpchat_{name}", text, labels=[label])
            for what, many in found[name].items():
                counted.add_metric([what], many)
            yield counted


class _Root(Resource):
    def getChild(self, path: bytes, request: Request) -> IResource:
        return notFound()


class _Shown(Resource):
    """Something to be looked at, and nothing else: of other methods the library makes a page, with
    the URI in it, and of a body for HEAD a line of the log."""

    isLeaf = True

    def render(self, request: Request) -> bytes:
        if request.method in (b"GET", b"HEAD"):
            body = self.shown(request)
            return body if request.method == b"GET" else b""
        request.setHeader(b"allow", b"GET, HEAD")
        request.setResponseCode(NOT_ALLOWED)
        return b""

    def shown(self, request: Request) -> bytes:
        """The body of an answer, of which the head is set."""
        raise NotImplementedError


class _Metrics(_Shown):
    """The figures, read where the server runs: the resource of the library reads in a thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()
        self._registry = registry

    def shown(self, request: Request) -> bytes:
        request.setHeader(b"content-type", CONTENT_TYPE_LATEST.encode())
        return generate_latest(self._registry)


class _Word(_Shown):
    """One word, and whether it is a good one."""

    def __init__(self, word: Callable[[], tuple[bool, str]]) -> None:
        super().__init__()
        self._word = word

    def shown(self, request: Request) -> bytes:
        good, word = self._word()
        request.setResponseCode(200 if good else 503)
        request.setHeader(b"content-type", b"text/plain; charset=utf-8")
        return f"{word}\n".encode()


class _Look(Request):
    """A request. What somebody sends with one is dropped: the library would put it into a file, as
    long as it comes, and look for a form in it."""

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        """Drop it."""


class _Quiet(Site):
    """One that writes no line about each look."""

    noisy = False
    displayTracebacks = False
    requestFactory = _Look

    def log(self, request: Any) -> None:
        """Nothing."""


def ready(found: dict[str, Any]) -> tuple[bool, str]:
    """Whether newcomers are served, and in a word why not."""
    if found["draining"]:
        return False, "draining"
    if found["journal_failing"]:
        return False, "names and rooms cannot be written"
    return True, "ready"


def site(figures: Figures) -> Site:
    """`/metrics`, `/health` and `/ready`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RoomServerCollector(figures))
    ProcessCollector(registry=registry)
    root = _Root()
    root.putChild(b"metrics", _Metrics(registry))
    root.putChild(b"health", _Word(lambda: (True, "ok")))
    root.putChild(b"ready", _Word(lambda: ready(figures())))
    return _Quiet(root)


def metrics_service(port: int, figures: Figures, reactor: Any) -> LocalService:
    """Serves this machine at this TCP port."""
    endpoint = TCP4ServerEndpoint(reactor, port, interface=LOOPBACK)
    return LocalService(endpoint, f"TCP port {port}", site(figures))
