"""What both chats tell a person of."""

from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def one_for_each_word(kind: type[T]) -> type[T]:
    """A frozen dataclass of which every word makes one. Nobody may change it either, but that is
    left to the type checker: what refuses it while the program runs takes four times as long to
    make."""
    return dataclass(slots=True, unsafe_hash=True)(kind)


class Event:
    """Something that a person can learn. Its texts are what was sent: a face makes
    them safe to show."""

    __slots__: tuple[str, ...] = ()
    NAME: ClassVar[str] = ""
    """What programs know it by, where that is not the name of its class in snake case."""
