"""Assembly of TCP chat at a terminal: `tcpchat`."""

from typing import Any

from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.options import ChatOptions, recorded
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous


def person_service(
    options: ChatOptions, reactor: Any, *, interactive: bool
) -> tuple[Rendezvous, TcpChat]:
    """A chat for one conversation; its terminal is still to be opened."""
    chat = TcpChat(Conversation(once=True, hold=True, interactive=interactive), reactor)
    return Rendezvous(chat, **recorded(options, reactor)), chat
