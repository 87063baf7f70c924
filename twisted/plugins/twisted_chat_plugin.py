"""The commands `twistd udpchat` and `twistd tcpchat`."""

from twisted.application.service import ServiceMaker

udpchat = ServiceMaker(
    "UDP chat: the room server",
    "twisted_chat.server.service",
    "A room server, which introduces people who then chat directly over UDP",
    "udpchat",
)

tcpchat = ServiceMaker(
    "TCP chat",
    "twisted_chat.tcp.service",
    "Chat between two people over one TCP connection",
    "tcpchat",
)
