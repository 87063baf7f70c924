"""Tests of the conversations that a person is in."""
