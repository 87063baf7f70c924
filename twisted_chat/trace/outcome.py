"""How a TCP connection went: what its segments say only together."""

from collections.abc import Iterator

from twisted_chat.trace.connection import Connection, Moment
from twisted_chat.trace.direction import Direction
from twisted_chat.trace.report import Finding, at, count, duration


def outcome(connection: Connection) -> Iterator[Finding]:
    """Everything there is to say of a connection, from its beginning to its end."""
    caller, called = connection.caller, connection.called
    if connection.rebuilt:
        yield Finding(
            "recording",
            "made by --trace: the data alone, without handshake, acknowledgements and close",
        )
    else:
        yield _opening(connection)
    for side in (caller, called):
        yield from _sent(side)
    if connection.rebuilt:
        return
    for side, other in ((caller, called), (called, caller)):
        yield from _unanswered(side, other)
    yield _closing(connection)


def _opening(connection: Connection) -> Finding:
    opened, answered, done = connection.opened, connection.answered, connection.established
    if opened is None:
        return Finding("handshake", "not in the capture")
    if connection.refused:
        return Finding("handshake", "refused", _numbers(opened))
    if answered is None and connection.called.origin is not None:
        return Finding("handshake", "the SYN, ACK is not in the capture", _numbers(opened))
    if answered is None:
        return Finding("handshake", "the SYN never got an answer", _numbers(opened))
    if done is None:
        return Finding("handshake", "the SYN, ACK never got an answer", _numbers(opened, answered))
    if answered.at < opened.at:
        told = "three-way, its answer captured before the SYN"
        return Finding("handshake", told, _numbers(opened, answered, done))
    whole, first, second = (
        duration(later.at - earlier.at)
        for earlier, later in ((opened, done), (opened, answered), (answered, done))
    )
    return Finding(
        "handshake",
        f"three-way, round trip {whole}: {first} to the SYN, ACK and {second} to the ACK",
        _numbers(opened, answered, done),
        done.at - opened.at,
    )


def _sent(side: Direction) -> Iterator[Finding]:
    who = at(side.address)
    yield Finding(
        "data", f"{who} sent {count(side.data, 'byte')} in {count(side.segments, 'segment')}"
    )
    if side.repeats:
        text = f"{who} repeated {count(side.repeats, 'segment')}, {count(side.resent, 'byte')}"
        yield Finding("retransmissions", text, tuple(side.cited))
    for number, topic, text in (
        (side.overtaken, "out of order", f"{count(side.overtaken, 'segment')} of {who}"),
        (side.duplicates, "duplicate ACKs", f"{side.duplicates:,} of {who}"),
        (side.stalls, "zero window", f"{who} could take nothing {count(side.stalls, 'time')}"),
        (side.unseen, "not captured", f"{count(side.unseen, 'byte')} of {who}"),
    ):
        if number:
            yield Finding(topic, text)


def _unanswered(side: Direction, other: Direction) -> Iterator[Finding]:
    who, confirmed = at(side.address), other.acknowledged or 0
    left = (side.next if side.fin is None else side.fin) - confirmed
    if side.data and left > 0:
        text = f"the last {count(min(left, side.data), 'byte')} of {who} were never acknowledged"
        yield Finding("unanswered", text)
    if side.fin is not None and confirmed <= side.fin:
        text = f"the FIN of {who} was never acknowledged"
        yield Finding("unanswered", text, (side.fin_number,))


def _closing(connection: Connection) -> Finding:
    closed = [side for side in (connection.caller, connection.called) if side.fin is not None]
    closed.sort(key=lambda side: (side.fin_at, side.fin_number))
    numbers = [side.fin_number for side in closed]
    words, took = [], None
    if closed:
        words.append(f"begun by {at(closed[0].address)}")
        if len(closed) == 2:
            took = closed[1].fin_at - closed[0].fin_at
            words.append(f"half-closed for {duration(took)}")
        else:
            words.append("half-closed to the end")
        if late := closed[0].data_after_fin:
            words.append(f"in which {count(late, 'byte')} came")
    if connection.reset is not None:
        who, moment = connection.reset
        words.append(f"reset by {at(who)}")
        numbers.append(moment.number)
    elif len(closed) == 2:
        words.insert(0, "orderly")
    return Finding("close", ", ".join(words) or "not in the capture", tuple(numbers), took)


def _numbers(*moments: Moment) -> tuple[int, ...]:
    return tuple(moment.number for moment in moments)
