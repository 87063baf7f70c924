"""What is said in tests of the store."""

from twisted_chat.store.records import ArrivedRecord, HeardRecord, Owed, SaidRecord, TalkKey

BOB, CAROL, EVE = "b" * 64, "c" * 64, "e" * 64
HERE = "192.0.2.1:8090"
LAB = TalkKey(HERE, "lab", "", "Lab")
WITH_BOB = TalkKey("", "", BOB, "bob")


def heard(text: str, number: int, talk: TalkKey = LAB, *, time: int = 1_000) -> HeardRecord:
    """Bob says something."""
    return HeardRecord(talk, BOB, "bob", time, text, 7, number)


def said(text: str, number: int, talk: TalkKey = LAB, *, to: str = BOB) -> SaidRecord:
    """We say something that is owed to somebody."""
    return SaidRecord(talk, 2_000, text, "alice", (Owed(to, "bob", 5, number, 0),))


def arrived(number: int) -> ArrivedRecord:
    """Bob has all of it up to this number."""
    return ArrivedRecord(BOB, 5, number)
