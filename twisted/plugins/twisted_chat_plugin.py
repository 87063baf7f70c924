"""The commands `twistd udpchat` and `twistd tcpchat`."""

from twisted_chat.launch.plugin import ChatMaker

udpchat = ChatMaker(
    "UDP chat: the room server",
    "twisted_chat.server.service",
    "A room server, which introduces people who then chat directly over UDP",
    "udpchat",
)

tcpchat = ChatMaker(
    "TCP chat",
    "twisted_chat.tcp.service",
    "Chat between two people over one TCP connection",
    "tcpchat",
)
