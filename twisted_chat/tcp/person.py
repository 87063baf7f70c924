"""Assembly of TCP chat at a terminal: `tcpchat`."""

from typing import Any

from twisted.internet.endpoints import HostnameEndpoint

from twisted_chat.startup import CannotStart
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.neighbour import Neighbour
from twisted_chat.tcp.options import ChatOptions, recorded
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous
from twisted_chat.terminal.socket import socket_path

LOCALHOST = "127.0.0.1"
"""The address of this machine for itself."""


def person_service(
    options: ChatOptions, reactor: Any, *, interactive: bool
) -> tuple[Rendezvous, TcpChat]:
    """A chat for one conversation; its terminal is still to be opened."""
    conversation = Conversation(once=True, hold=True, whom=options.whom, interactive=interactive)
    chat = TcpChat(conversation, reactor, options.is_called)
    rendezvous = Rendezvous(
        chat, **recorded(options, reactor), neighbour=_neighbour(options, reactor)
    )
    return rendezvous, chat


def _neighbour(options: ChatOptions, reactor: Any) -> Neighbour | None:
    """Who else of the same person may have the port; nobody has a place of their own choice."""
    port = options["port"]
    if options["listen"] or not port:
        return None
    try:
        path = socket_path("tcpchat", port).with_suffix(".lock")
    except CannotStart:
        return None
    return Neighbour(path, HostnameEndpoint(reactor, LOCALHOST, port))
