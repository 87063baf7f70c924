"""What QUIC may cost, and how long it may take."""

BOUND_ALPN, ALPN = ALPNS = "udpchat/2.1", "udpchat/2"
"""The languages of links (RFC 7301), the better one first, and both."""
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
"""Bytes that a peer may have sent on all its streams and we have not read. A port can grant
less, and then a stream a quarter of it too."""
MAX_STREAM_DATA = 64 * 1024
"""The same for one stream; a frame is read as it arrives, so it may be longer."""
UNREAD = 2_048
"""Events of a connection that is not read, some 100 bytes each besides its data: one that goes on
after that is ended. An honest one causes an event for each answer to a question, and for what it
says between two of them."""
UNSENT = 256 * 1024
"""Bytes that may wait for a peer that does not read; with more the link is closed."""

LINKS = 10_000
"""Connections of one port, dialled and accepted."""
HANDSHAKES = 1_000
"""Accepted connections of one port whose keys are not proven yet, of sites that have
proven none: with one more the oldest goes."""
HANDSHAKES_OF_THE_PROVEN = 500
"""The same, of sites over which a key was proven."""
HANDSHAKES_OF_A_SITE = 32
"""The same, of one site."""
PROVEN_SITES = 10_000
"""Sites that are remembered for having proven a key, the latest."""
NEW_LINKS, NEW_LINKS_AT_ONCE = 10.0, 128
"""Connections a second that are accepted from one site, and at once after a pause: all
users that a site may have, and the links that they have lost."""
RETRIES, RETRIES_AT_ONCE = 200.0, 400
"""Retry packets a second to one site, and at once: anybody can ask for one in the name
of a site, and who fills this keeps that site from making new links."""
ANSWERS, ANSWERS_AT_ONCE = 10.0, 50
"""Version Negotiation packets and resets a second to one site, and at once."""
SITES = 10_000
"""Sites of which these rates are kept, in each of two generations."""
ACTIVE_IDS = 2
"""Connection ids that the other end may give us at a time: one, and one to move with."""

MOVES = 3
"""Changes of address that a connection of the library survives: it keeps four paths,
and forgets none. After the last one the accepting side ends the link, so that another
one takes its place."""
MOVED_OUT = 1.0
"""Seconds from the last move to that end: so long it may take until the path is validated."""
RETURNED = 1.0
"""Seconds of silence from where the other end is after which something from where it
was before means that it is back there, and is not late."""
UNPROVEN_FACTOR = 3
"""Bytes that an accepted connection sends for each one that it has received, until
the handshake proves the address (RFC 9000, 8.1): a token can be used more than once."""
ELSEWHERE_FACTOR = 3
"""Datagrams that go to an address at which the other end may be, for each that came from
there: with the bytes, which the library counts, all that somebody there can be sent who
never asked (RFC 9000, 9.3.1)."""
SMALL = 100
"""Bytes of a datagram that holds no more than acknowledgements and answers to frames."""
UNASKED = 8
"""So small datagrams that are written in one go besides one for each that came: none is
needed but what was said, an acknowledgement and the validation of a path."""
MOST_IDS = 32
"""Connection ids of the other end that are used on one link, one after the other: those who
move need one for each of MOVES."""
LEAST_LONG_HEADER = 0x80
"""The first byte of a packet of a handshake, or above (RFC 9000, 17.2)."""

IDLE_TIMEOUT = 40.0
"""Seconds without a sign of life after which a link is lost whatever else is due:
longer than either side takes to find out by asking."""
KEEPALIVE, KEEPALIVE_LONGEST, KEEPALIVE_STEP = 15.0, 25.0, 2.5
"""Seconds after an answer from the other end after which a side asks for another: at first,
at last, and how many more after each answer to a question after silence. It keeps the way
through NATs open for both, and tells the other where we are."""
KEEPALIVE_SHORT = 8.0
"""The same where a NAT on the way is known to have forgotten a link that was silent."""
KEEPALIVE_WATCH = 12.0
"""The same, all the time, on a link that is to find out about our own network: to a server."""
ASK_BACK = 16.0
"""The same, all the time, of the accepting side where that is a server."""
PATIENCE = 26.0
"""Seconds from an answer before which the accepting side gives no link up: the one who has dialled
from elsewhere by now asks within them, and the link goes on."""
ASK_EVERY = 1.0
"""Seconds between two questions as long as there is no answer, and from an answer to
the next question, however much is said."""
ASK_SOONEST, ASK_IN_DOUBT = 0.2, 0.5
"""The first of these where the round trip is short, before a link is in doubt and then. Of the
23 that fit into ANSWER_TIME all are lost one time in 30,000 where each way loses four of ten."""
OVERDUE = 0.4
"""Seconds that a question may be without an answer before it is asked over another link whether
it is our own network, where the round trip is short."""
VALID_FOR, VALID = 10.0, 1_000
"""Seconds for which an address is known to be validated that has not opened a link since, and how
many such ones are known, the latest."""
DOUBT = 1.0
"""Seconds that a question may be without an answer, where the round trip is short; then
another way may be looked for, and the link stays."""
SLEPT = 5.0
"""Seconds that something is done too late from which on the program has slept: the network
may be another one by now."""
LAPSE = 30.0
"""Seconds within which a link that was in doubt after silence is there again, or another in
its place: then it was a NAT that forgot, and not the other side that was away."""
LAPSED = 1_000
"""Other ends of which that is known, the latest."""
ANSWER_TIME = 10.0
"""Seconds that a question may be without an answer; then the link is lost, and the
side that has dialled can make another."""
LONGEST_OF_TLS = 16 * 1024
"""Bytes that are kept of a message of TLS of which the rest has not come."""
HANDSHAKE_TIME = 10.0
"""Seconds until both keys must be proven: three lost flights, at the first
retransmission of RFC 9002 (1 s, 2 s, 4 s)."""
TOKEN_LIFE = 20.0
"""Seconds that an address counts as validated."""
TOKEN_SKEW = 5.0
"""Seconds that the clocks of servers that share a secret may differ by."""
NO_APPLICATION_PROTOCOL = 0x178
"""The error of a handshake in which no language was agreed on (RFC 9001, 8.1)."""
PARTING = 0.5
"""Seconds that what was said before the end of a link has to go out."""
REASON = 200
"""Characters of why a link ended, that the other end may tell us."""
