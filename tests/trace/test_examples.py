"""The smallest captures of what is easily misread."""

import re

from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import Notes, analyzed, frames
from tests.support.examples import EXAMPLES
from tests.support.tcp_chance import simulated
from tests.support.thorough import THOROUGH


def counts(notes: Notes, who: str) -> tuple[int, int, int]:
    """Bytes that a side sent, sent again, and sent unseen."""
    found = []
    for topic, pattern in (
        ("data", r"sent ([\d,]+) byte"),
        ("retransmissions", r"segments?, ([\d,]+) byte"),
        ("not captured", r"^([\d,]+) byte"),
    ):
        texts = [text for text in notes.texts(topic) if who in text]
        found.append(sum(int(re.findall(pattern, text)[0].replace(",", "")) for text in texts))
    return found[0], found[1], found[2]


class Examples(SynchronousTestCase):
    """Each with its right value."""

    def test_counts(self) -> None:
        """Bytes of each side, in one conversation, and what is said of the whole."""
        for name, example in EXAMPLES.items():
            notes = analyzed(frames(example.packets))
            self.assertEqual(len(notes.summaries), 1, name)
            self.assertEqual(counts(notes, "192.0.2.1:"), example.caller, name)
            self.assertEqual(counts(notes, "192.0.2.2:"), example.called, name)
            if example.said:
                texts = [one.text for found in notes.findings.values() for one in found]
                self.assertIn(example.said, texts, name)

    def test_by_chance(self) -> None:
        """Counts are those that a conversation at random has by itself: with loss, doubled
        packets, others out of order, some that were not captured, and a late beginning."""
        for seed in range(2_000 if THOROUGH else 200):
            conversation = simulated(seed)
            notes = analyzed(frames(conversation.packets))
            self.assertEqual(counts(notes, "192.0.2.1:"), conversation.caller.counts, seed)
            self.assertEqual(counts(notes, "192.0.2.2:"), conversation.called.counts, seed)
