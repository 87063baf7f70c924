"""Make the recordings anew: `python -m tests.chats`."""

from tests.chats.plays import PLAYS
from tests.chats.test_chats import RECORDINGS, played

for name in PLAYS:
    (RECORDINGS / f"{name}.txt").write_text(played(name))
