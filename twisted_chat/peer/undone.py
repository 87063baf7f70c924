"""What was typed and not done: a script is told of it by its exit status."""

from collections.abc import Iterable

from twisted_chat.peer.commands import QUIT, Order, Say
from twisted_chat.peer.effects import Typed
from twisted_chat.peer.events.server import NotDone


def left_over(lines: Iterable[Typed]) -> NotDone | None:
    """What is to be told of typed lines that are not done any more. None if they
    would have said and done nothing."""
    texts = [one.text for one in lines if isinstance(one, Say) and one.text.strip()]
    orders = sum(isinstance(one, Order) and one != QUIT for one in lines)
    if not texts and not orders:
        return None
    return NotDone(len(texts), texts[0] if texts else "", orders)
