"""What QUIC may cost, and how long it may take."""

ALPN = "udpchat/2"
VERSION = b"\x00\x00\x00\x01"
"""QUIC version 1 (RFC 9000), as a long header carries it."""
SMALLEST_INITIAL = 1200
"""Bytes of a datagram that opens a connection (RFC 9000, 14.1)."""
LARGEST_DATAGRAM = 1500
"""Bytes that a port must be able to receive."""
ID_BYTES = 8
"""Of the connection ids that we give out."""
LARGEST_ID = 20
"""Bytes of anybody's connection id (RFC 9000, 17.2)."""

MAX_DATA = 256 * 1024
"""Bytes that a peer may have sent on all its streams and we have not read."""
MAX_STREAM_DATA = 64 * 1024
"""The same for one stream; a frame is read as it arrives, so it may be longer."""
UNSENT = 256 * 1024
"""Bytes that may wait for a peer that does not read; with more the link is closed."""

LINKS = 10_000
"""Connections of one port, dialled and accepted."""
HANDSHAKES = 1_000
"""Connections of one port whose keys are not proven yet."""
HANDSHAKES_OF_A_SITE = 32
"""The same, of those that one site has asked for."""
ACTIVE_IDS = 2
"""Connection ids that the other end may give us at a time: one, and one to move with."""

IDLE_TIMEOUT = 60.0
"""Seconds without a sign of life after which a link is lost."""
KEEPALIVE = 15.0
"""Seconds without a sign of life after which the dialling side asks for one.
It keeps the way through NATs open for both, and tells the other where we are."""
ANSWER_TIME = 10.0
"""Seconds that the dialling side waits for a sign of life when it has sent something
that wants one; then the link is lost to it, and it can make another. QUIC repeats
itself meanwhile: where three of ten datagrams are lost, six times on a quick network."""
HANDSHAKE_TIME = 10.0
"""Seconds until both keys must be proven: three lost flights, at the first
retransmission of RFC 9002 (1 s, 2 s, 4 s)."""
TOKEN_LIFE = 20.0
"""Seconds that an address counts as validated."""
TOKEN_SKEW = 5.0
"""Seconds that the clocks of servers that share a secret may differ by."""
PARTING = 0.5
"""Seconds that what was said before the end of a link has to go out."""
REASON = 200
"""Characters of why a link ended, that the other end may tell us."""
