"""What a journal has kept comes into the address book, before anybody is here."""

from twisted_chat.directory.directory import Directory, NameKept, RoomCreated
from twisted_chat.directory.rules import read_rules
from twisted_chat.server.expiry import Expiry
from twisted_chat.server.journal.records import KeptRecords


def restore(kept: KeptRecords, directory: Directory, expiry: Expiry, now: float) -> None:
    """Take in these names and rooms, which expire as they would have."""
    for name, ago in kept.names:
        directory.apply(NameKept(name.casefolded, name.fingerprint, name.site), now - ago)
        expiry.name_kept(now - ago)
    for room in kept.rooms:
        rules = read_rules(room.rules)
        change = RoomCreated(room.name, room.casefolded, room.owner, room.site, rules)
        directory.apply(change, now)
        expiry.room_empty(now)
