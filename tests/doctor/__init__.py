"""Tests of what is found about one's network."""
