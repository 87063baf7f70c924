"""What twistd is told of our programs."""

from typing import Any

from twisted.application.service import ServiceMaker

from twisted_chat.launch import loading


class ChatMaker(ServiceMaker):
    """A service whose options are loaded when they are asked for; Ctrl-C meanwhile ends
    twistd without a word."""

    @property
    def options(self) -> Any:
        loading.end_at_once()
        return super().options
