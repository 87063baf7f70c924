"""What a program needs to speak generation 2."""

import os
from collections.abc import Callable

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.identity.room_messages import Signer
from twisted_chat.peer.gen2.known_keys import Memory
from twisted_chat.peer.gen2.reception import HEAR_RATE


class Credentials(Struct, frozen=True):
    """What is needed to speak generation 2.

    `fingerprint` is that of our own key, `memory` what is known of the keys of others. `epoch`
    is a number that is larger than any used before, `since_1970` how many seconds later than
    `now` the time of day is, `server_key` the only fingerprint that the server may have, and
    `here` where our own datagrams leave from; empty and None if that is not known. `draw`
    gives so many random bytes, `instance` tells which program this is; with `relays` we take
    what a server carries; `signer` signs what we say in rooms, which is not signed without one.
    """

    fingerprint: str
    memory: Memory
    epoch: int
    since_1970: float = 0.0
    server_key: str = ""
    here: Address | None = None
    hear_rate: float = HEAR_RATE
    draw: Callable[[int], bytes] = os.urandom
    instance: str = ""
    relays: bool = True
    signer: Signer | None = None
