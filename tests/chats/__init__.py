"""Whole chats, recorded: what each person sees, and what goes over the wire between whom.

The recordings stand beside this module, one file for each chat. A change of
the program that is to change nothing for people or programs leaves them as
they are; one that is to change something shows there what it changes. They are
made anew by `python -m tests.chats`.
"""
