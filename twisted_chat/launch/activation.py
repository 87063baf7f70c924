"""The socket that the service manager has opened for a daemon (sd_listen_fds(3))."""

import os
import socket

from twisted.internet.endpoints import _SystemdParser
from twisted.python.systemd import ListenFDs

from twisted_chat.startup import CannotStart

INHERITED: ListenFDs = _SystemdParser._sddaemon
"""What Twisted found in the environment when it was imported, and took out of it, for its
endpoints of streams; it has none for datagrams."""
_INTERNET = (socket.AF_INET, socket.AF_INET6)


def handed_over(inherited: ListenFDs = INHERITED) -> socket.socket | None:
    """The UDP socket that we were started with; None where there is none. Raises CannotStart
    where it is something else, or more than one."""
    numbers = inherited.inheritedDescriptors()
    if not numbers:
        return None
    if len(numbers) > 1:
        raise CannotStart(
            f"the service manager hands over {len(numbers)} sockets: have one ListenDatagram"
        )
    try:
        found = socket.socket(fileno=numbers[0])
    except OSError as problem:
        raise CannotStart(f"what is handed over is no socket: {problem.strerror}") from None
    if found.type is not socket.SOCK_DGRAM or found.family not in _INTERNET:
        found.detach()
        raise CannotStart("the socket handed over is not of UDP: have one ListenDatagram")
    os.set_inheritable(found.fileno(), False)
    return found
