"""The log of a cluster in NATS JetStream, read and written in a thread of its own.

The library is for asyncio. A thread leaves the rest of the server the reactor that it has:
what one waits for takes 0.1 ms longer than with a reactor of asyncio, and what comes in numbers
as long (0.2 ms each).

One stream holds the last entry of each subject. Where anything is doubtful, a gap, silence, an
answer that does not come, the connection is given up, and the log is read on over
another from the entry after the last.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.errors import NotFoundError

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.entries import FREED, SERVER, NoEntry, read_subject, subject
from twisted_chat.server.cluster.event_queue import EventQueue
from twisted_chat.server.cluster.events import (
    Acked,
    CasRefused,
    LogDamaged,
    LogEvent,
    LogLost,
    LogReached,
    PublishFailed,
    Tell,
)
from twisted_chat.server.cluster.location import LogLocation
from twisted_chat.server.cluster.log_client import LogClient
from twisted_chat.server.cluster.nats_stream import HEARTBEAT, consumer, place, sequence, stream
from twisted_chat.server.cluster.replica import GONE, Logged, Publish

AGAIN = 0.25
"""Seconds until the next connection is tried."""
CONNECT = 1.5
"""Seconds in which a NATS server has to answer."""
SILENCE = 3.5
"""Seconds without a word after which nothing more is expected over a connection."""
ANSWER = 4.0
"""Seconds in which what is written has to be acknowledged."""
AT_ONCE = 1000
"""Entries that are on their way at once."""
PAUSE = 0.05
"""Seconds until what was refused without a reason, or finds others waiting, is tried again."""
WAITING = 20_000
"""Entries that wait for it, above which the stream is not asked for more."""

_WRONG_LAST, _WRONG_LAST_UNSAID = 10071, 10164
_FINGERPRINT = 64


class _Lost(Exception):
    """This connection is of no use any more."""


class NatsLog:
    """`heard` is given what happens, some at a time, by `in_reactor`, which calls a function
    in the thread of the decisions. `me` is the number of this server."""

    def __init__(
        self,
        location: LogLocation,
        me: str,
        in_reactor: Callable[[Callable[[], None]], None],
        heard: Callable[[list[LogEvent]], None],
    ) -> None:
        self._location = location
        self._me = me
        self._in_reactor = in_reactor
        self._events = EventQueue(in_reactor, heard)
        self._say = self._events.say
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="log", daemon=True)
        self._urls = list(location.urls)
        self._client: Client | None = None
        self._lost: asyncio.Future[None] | None = None
        self._last, self._next, self._created = 0, 1, ""
        self._heard_at = 0.0
        self._under_way: set[asyncio.Task[None]] = set()

    # --- Called in the thread of the decisions

    def start(self) -> None:
        """Read the log from its beginning."""
        self._thread.start()

    def write(self, publishes: list[Publish], tells: list[Tell]) -> None:
        """Write these, if the log is reached, and tell others."""
        self._loop.call_soon_threadsafe(self._write, publishes, tells)

    def stop(self, stopped: Callable[[], None]) -> None:
        """Say that this server is gone, and end. `stopped` is called in the reactor then."""

        async def end() -> None:
            with suppress(Exception):
                await asyncio.wait_for(self._leave(), ANSWER)
            self._loop.stop()
            self._in_reactor(stopped)

        self._loop.call_soon_threadsafe(lambda: self._task(end()))

    # --- In the thread of its own

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task(self._connections())
        self._loop.run_forever()

    def _task(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _connections(self) -> None:
        while True:
            try:
                await self._connection(self._urls[0])
            except (TimeoutError, _Lost, Error, OSError) as why:
                self._say(LogLost(str(why) or "it does not answer"))
            self._urls.append(self._urls.pop(0))
            self._client, client = None, self._client
            if client is not None:
                with suppress(Exception):
                    await asyncio.wait_for(client.close(), CONNECT)
            await asyncio.sleep(AGAIN)

    async def _connection(self, url: str) -> None:
        lost = self._lost = self._loop.create_future()

        async def ended() -> None:
            self._give_up("the connection has ended")

        async def wrong(error: Exception) -> None:
            """What ends a connection is told by `ended`, and a gap is found."""

        client = LogClient(self._location.stream, self._entries, self._absent)
        await asyncio.wait_for(
            client.connect(
                url,
                allow_reconnect=False,
                connect_timeout=CONNECT,  # type: ignore[arg-type]
                error_cb=wrong,
                disconnected_cb=ended,
                closed_cb=ended,
                name=f"udpchat {self._me}",
            ),
            CONNECT,
        )
        self._client = client
        await self._follow(client)
        self._heard_at = self._loop.time()
        while not lost.done():
            await asyncio.wait([lost], timeout=HEARTBEAT)
            if self._loop.time() - self._heard_at > SILENCE:
                self._give_up("the log is silent")
        lost.result()

    def _give_up(self, why: str) -> None:
        if self._lost is not None and not self._lost.done():
            self._lost.set_exception(_Lost(why))
            self._lost.exception()  # It is looked at, if only here.

    async def _follow(self, client: LogClient) -> None:
        """Have the stream, and read it on."""
        name = self._location.stream
        manager = client.jsm(timeout=ANSWER)
        try:
            info = await manager.stream_info(name)
        except NotFoundError:
            info = await manager.add_stream(stream(self._location))
        created = str(info.created or "")
        if self._created not in ("", created) or info.state.last_seq < self._last:
            raise _Lost(f"{self._location} is another log than was read: restart this server")
        self._created, self._next = created, 1
        await client.subscribe(f"{name}-tell.{self._me}", cb=self._told)
        inbox = client.new_inbox()
        taken = await client.subscribe(inbox, cb=self._message)
        client.take(taken._id)
        made = await manager.add_consumer(name, consumer(inbox, self._last + 1))
        if not made.num_pending:
            self._say(LogReached())

    async def _message(self, message: Msg) -> None:
        """What the consumer says that is no entry: a word about the connection."""
        self._heard_at = self._loop.time()
        answer = message.reply or (message.headers or {}).get("Nats-Consumer-Stalled")
        while self._events.waiting > WAITING:  # So that the stream sends no more than is read.
            await asyncio.sleep(PAUSE)
            self._heard_at = self._loop.time()
        if answer and self._client is not None:
            await self._client.publish(answer)

    def _absent(self, absences: Absences, last: bytes) -> None:
        """The consumer sends this of the log."""
        self._came([absences], len(absences.names), last)

    def _entries(self, entries: list[tuple[bytes, bytes, bytes]]) -> None:
        """The same of all else."""
        events: list[LogEvent] = []
        begins = len(self._location.stream) + 1
        for where, reply, data in entries:
            try:
                events.append(Logged(read_subject(where[begins:]), sequence(reply), data))
            except NoEntry as wrong:
                events.append(LogDamaged(str(wrong)))
        self._came(events, len(entries), entries[-1][1])

    def _came(self, events: list[LogEvent], many: int, reply: bytes) -> None:
        """This is what so many entries say, the last of which is acknowledged there."""
        self._heard_at = self._loop.time()
        last, number, pending = place(reply)
        if number != self._next + many - 1:
            self._give_up("something that was written has not come")
            return
        self._next, self._last = number + 1, last
        self._say(*events)
        if not pending:
            self._say(LogReached())

    async def _told(self, message: Msg) -> None:
        fingerprint = message.data[:_FINGERPRINT].decode(errors="replace")
        self._say(Tell(self._me, fingerprint, message.data[_FINGERPRINT:]))

    def _write(self, publishes: list[Publish], tells: list[Tell]) -> None:
        client, name = self._client, self._location.stream
        if client is None:
            for one in publishes:
                self._say(PublishFailed(one.key, one.number))
            return
        at_once = asyncio.Semaphore(AT_ONCE)
        for one in publishes:
            self._task(self._publish(client, one, at_once))
        for tell in tells:
            data = tell.fingerprint.encode() + tell.message
            self._task(_send(client, f"{name}-tell.{tell.server}", data))

    async def _publish(self, client: Client, one: Publish, at_once: asyncio.Semaphore) -> None:
        headers = {}
        if one.expected is not None:
            headers["Nats-Expected-Last-Subject-Sequence"] = str(one.expected)
        if one.ttl:
            headers["Nats-TTL"] = str(one.ttl)
        where = f"{self._location.stream}.{subject(one.key)}"
        try:
            async with at_once:
                answer = await client.request(
                    where, one.data, timeout=ANSWER, headers=headers or None
                )
            found = json.loads(answer.data)
        except (TimeoutError, Error, OSError, ValueError) as why:
            self._say(PublishFailed(one.key, one.number))
            if client is self._client:
                self._give_up(f"nothing can be written: {why or type(why).__name__}")
            return
        error = found.get("error")
        if error is None:
            self._say(Acked(one.key, one.number, int(found["seq"])))
        elif error.get("err_code") == _WRONG_LAST:
            self._say(
                CasRefused(one.key, one.number, int(error["description"].rpartition(" ")[2]))
            )
        elif error.get("err_code") == _WRONG_LAST_UNSAID:
            await asyncio.sleep(PAUSE)
            self._say(PublishFailed(one.key, one.number))
        else:
            self._say(PublishFailed(one.key, one.number))
            if client is self._client:
                self._give_up(f"nothing can be written: {error.get('description')}")

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        gone = f"{self._location.stream}.{subject((SERVER, self._me))}"
        await client.request(gone, FREED, timeout=CONNECT, headers={"Nats-TTL": str(GONE)})
        await client.close()


async def _send(client: Client, where: str, data: bytes) -> None:
    with suppress(Error, OSError):
        await client.publish(where, data)
