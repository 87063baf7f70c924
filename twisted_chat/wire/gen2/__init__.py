"""The language of generation 2: messages as frames on a reliable stream.

What people say is the last argument of its message and may hold anything, line
feeds too. A list has an end: as many entries as there are, and then the bare
verb. Those who have no key, users of generation 1, have `-` for a fingerprint.

Names, addresses and ports of an answer are such as there can be. Of a request
they are whatever was asked for: the server has a refusal for what cannot be.
"""
