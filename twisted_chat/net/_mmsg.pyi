from twisted_chat.addresses import Address

def receive(
    fd: int,
    count: int,
    size: int,
    reached: list[tuple[Address, str | None]] | None,
    every: bool,
    usual: bytes | None,
    /,
) -> list[tuple[bytes, Address]]: ...
def send(
    fd: int,
    family: int,
    datagrams: list[tuple[bytes, Address | None] | tuple[bytes, Address | None, str]],
    start: int,
    usual: bytes | None,
    /,
) -> int: ...
