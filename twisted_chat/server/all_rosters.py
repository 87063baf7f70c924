"""What the registry needs of those who tell members about their rooms, one for each generation."""

from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Room, User
from twisted_chat.wire.gen2.answers import Leaving


class Roster(Protocol):
    """Tells the members of one generation about those of both. Every change has
    been made when it is told. `wake` is when `tick` is due."""

    @property
    def wake(self) -> float: ...

    def came(self, room: Room, newcomer: User, now: float) -> None:
        """This user has just come into this room, and is told who is there."""

    def moved(self, room: Room, user: User, before: Address, now: float) -> None:
        """This member was at the address `before`, and is told who is there."""

    def went(self, room: Room, user: User, now: float) -> None:
        """This user has just gone from this room."""

    def renew(self, room: Room, user: User) -> None:
        """Tell this member who is there, from the beginning."""

    def put_out(self, room: Room | None, user: User, how: Leaving) -> None:
        """Tell this user how it is in this room no longer, or that it was in none."""

    def emptied(self, room: Room) -> None:
        """All are put out of this room, or told who is there: tell them nothing else."""

    def departs(self, user: User, *, expired: bool) -> None:
        """This user is about to be forgotten: send it nothing that has not been sent.
        In generation 1 those who have expired are told so."""

    def tick(self, now: float) -> None:
        """Do what has become due."""


class AllRosters:
    """Those of all generations, as one."""

    def __init__(self, rosters: tuple[Roster, ...]) -> None:
        self._all = rosters

    @property
    def wake(self) -> float:
        return min(roster.wake for roster in self._all)

    def came(self, room: Room, newcomer: User, now: float) -> None:
        for roster in self._all:
            roster.came(room, newcomer, now)

    def moved(self, room: Room, user: User, before: Address, now: float) -> None:
        for roster in self._all:
            roster.moved(room, user, before, now)

    def went(self, room: Room, user: User, now: float) -> None:
        for roster in self._all:
            roster.went(room, user, now)

    def renew(self, room: Room, user: User) -> None:
        for roster in self._all:
            roster.renew(room, user)

    def put_out(self, room: Room | None, user: User, how: Leaving) -> None:
        for roster in self._all:
            roster.put_out(room, user, how)

    def emptied(self, room: Room) -> None:
        for roster in self._all:
            roster.emptied(room)

    def departs(self, user: User, *, expired: bool) -> None:
        for roster in self._all:
            roster.departs(user, expired=expired)

    def tick(self, now: float) -> None:
        for roster in self._all:
            roster.tick(now)
