"""Where the log of a cluster is: `nats://HOST[:PORT][,HOST[:PORT]...][/NAME]`."""

import re
from urllib.parse import urlsplit

from msgspec import Struct

from twisted_chat.errors import UsageMistake

SCHEMES = ("nats://", "tls://")
STREAM = "udpchat"
REPLICAS = 3
"""NATS servers that keep what is written, where so many are named."""
_STREAM = re.compile(r"[A-Za-z0-9_-]{1,64}")


class LogLocation(Struct, frozen=True):
    """The NATS servers, and the name of the stream; who logs in is in the URLs alone."""

    urls: tuple[str, ...]
    stream: str

    @property
    def replicas(self) -> int:
        return REPLICAS if len(self.urls) >= REPLICAS else 1

    def __repr__(self) -> str:
        return f"LogLocation(stream={self.stream!r})"

    def __str__(self) -> str:
        hosts = ",".join(url.rpartition("//")[2].rpartition("@")[2] for url in self.urls)
        return f"nats://{hosts}/{self.stream}"


def read_location(text: str) -> LogLocation:
    """Read what is given with `--journal`. Raises UsageMistake."""
    scheme, _, rest = text.partition("://")
    hosts, slash, stream = rest.partition("/")
    login, at, hosts = hosts.rpartition("@")
    urls = tuple(f"{scheme}://{login}{at}{host}" for host in hosts.split(","))
    if slash and not _STREAM.fullmatch(stream):
        raise UsageMistake(f"{stream!r} is no name of a stream: give letters and digits")
    for url in urls:
        try:
            right = urlsplit(url).hostname and urlsplit(url).port != 0
        except ValueError:
            right = False
        if not right:
            raise UsageMistake("give the log of a cluster as nats://HOST:PORT/NAME")
    return LogLocation(urls, stream or STREAM)
