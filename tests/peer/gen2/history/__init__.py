"""Tests of twisted_chat.peer.gen2.history."""
