"""The bus over Redis: a stream for stored changes, Pub/Sub for what is only fresh, keys with a time limit for leases.

Nothing here is the only copy of anything: Redis may stop, forget or come back at any moment.
"""

import asyncio
import json
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.nodes import BusSettings
from service.bus.bus import Answer, BusStatus, Ears, NoAnswerError
from service.bus.interest import Interest
from service.bus.leases import Leases
from service.bus.on_the_wire import Fields, change_fields, change_of, named, unnamed
from service.bus.redis_address import RedisAddress, closed, failure_name
from web.sources import AlertChange

_log = structlog.get_logger(__name__)
_BEAT_S = 1.0
_AGAIN_S = 0.5  # after a failure the next try comes this soon: recovery is a matter of seconds
_AT_ONCE = 200
_CLOSE_S = 2.0
_QUIET_S = 10.0  # every connection hears something each second or five: one that is quiet longer is dead
_ERRORS = (RedisError, OSError, TimeoutError)


class RedisBus:
    """Fills `Bus`. All methods belong to the event loop's thread."""

    def __init__(self, settings: BusSettings, address: RedisAddress, node_id: str) -> None:
        self.node_id = node_id
        self._settings, self._prefix = settings, settings.prefix
        self._sender, self._reader, self._ear = address.client(), address.client(_QUIET_S), address.client(_QUIET_S)
        self._leases = Leases(self._sender, settings.prefix, node_id, settings.lease_s)
        self._interest = Interest(node_id, 3 * _BEAT_S, time.monotonic)
        self._changes: deque[Fields] = deque(maxlen=settings.queue)
        self._news: deque[tuple[str, bytes]] = deque(maxlen=settings.queue)
        self._something = asyncio.Event()
        self._topics: frozenset[str] = frozenset()
        self._topics_changed = asyncio.Event()
        self._held: frozenset[str] = frozenset()
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._failing: str | None = None
        self._failures = self._dropped = 0
        self._ears: Ears | None = None
        self._closing = False

    # --- what the node says ------------------------------------------------------------------------------------

    def announce(self, change: AlertChange, after: int) -> None:
        """A change is stored: it goes on the stream. One that finds no room is found in the store by the others."""
        self._dropped += len(self._changes) == self._settings.queue
        self._changes.append(change_fields(self.node_id, change, after))
        self._something.set()

    def is_followed(self, topic: str) -> bool:
        """Whether people on another node follow the topic now."""
        return self._failing is None and self._interest.is_followed(topic)

    def tell(self, topic: str, body: bytes) -> None:
        """News of a topic; without followers elsewhere it costs nothing."""
        if self.is_followed(topic):
            self._publish(self._channel(topic), named(self.node_id, body))

    def follow(self, topics: frozenset[str]) -> None:
        """All topics that people on this node follow from now on."""
        if topics != self._topics:
            self._topics = topics
            self._topics_changed.set()

    def hold(self, call_ids: frozenset[str]) -> None:
        """All calls this node hears."""
        self._held = call_ids

    async def claim(self, call_id: str) -> str:
        """Take the call, or learn who has it. While Redis is away every call is ours: audio is never turned away."""
        try:
            return await self._leases.claim(call_id)
        except _ERRORS as error:
            self._failed(error)
            return self.node_id

    async def owner(self, call_id: str) -> str | None:
        """The node that hears the call now."""
        try:
            return await self._leases.owner(call_id)
        except _ERRORS as error:
            self._failed(error)
            return None

    async def lost(self, call_ids: Sequence[str]) -> list[str]:
        """Those of the calls that no node hears now."""
        if self._failing is not None:
            return []
        try:
            return await self._leases.lost(call_ids)
        except _ERRORS as error:
            self._failed(error)
            return []

    async def forget_changes(self) -> None:
        """Empty the stream. A Redis that is away is emptied by its own bound, `bus.stream_length`."""
        try:
            await self._sender.xtrim(self._stream, maxlen=0, approximate=False)
        except _ERRORS as error:
            self._failed(error)

    async def release(self, call_ids: Sequence[str]) -> None:
        """Give the leases back. Where Redis is away they run out."""
        self._held -= frozenset(call_ids)
        try:
            await self._leases.give_back(call_ids)
        except _ERRORS as error:
            self._failed(error)

    def others(self) -> frozenset[str]:
        """The other nodes that have been heard of lately."""
        return self._interest.others()

    def post(self, node_id: str, topic: str, body: bytes) -> None:
        """News for one node alone."""
        head = json.dumps({"news": topic}).encode()
        self._publish(f"{self._prefix}node:{node_id}", head + b"\n" + body)

    async def ask(self, node_id: str, question: bytes, within_s: float | None = None) -> bytes:
        """Another node's answer. Raises NoAnswerError."""
        number = uuid.uuid4().hex
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[number] = waiting
        head = json.dumps({"ask": number, "from": self.node_id}).encode()
        try:
            heard_by = await self._sender.publish(f"{self._prefix}node:{node_id}", head + b"\n" + question)
            if not heard_by:
                raise NoAnswerError
            async with asyncio.timeout(within_s if within_s is not None else self._settings.answer_s):
                return await waiting
        except _ERRORS as error:
            raise NoAnswerError from error
        finally:
            del self._asked[number]

    async def offer(self, order_id: str, for_s: float) -> None:
        """A key that lives as long as the order may be taken. Raises NoAnswerError."""
        try:
            await self._sender.set(self._order(order_id), self.node_id, px=round(for_s * 1000), nx=True)
        except _ERRORS as error:
            self._failed(error)
            raise NoAnswerError from error

    async def take(self, order_id: str) -> bool:
        """Whoever deletes the key has the order; of an order that cannot be taken for sure, nobody has it."""
        try:
            return bool(await self._sender.delete(self._order(order_id)))
        except _ERRORS as error:
            self._failed(error)
            return False

    @property
    def status(self) -> BusStatus:
        """For health and metrics."""
        return BusStatus(self._failing, self._failures, self._dropped, len(self._changes) + len(self._news))

    # --- carrying ----------------------------------------------------------------------------------------------

    async def run(self, ears: Ears, answer: Answer) -> None:
        """Carry until cancelled; then the leases are given back, so that others need not wait."""
        self._ears = ears
        parts = (self._send, lambda: self._read_stream(ears), lambda: self._hear(ears, answer), self._beat)
        tasks = [asyncio.create_task(self._again_and_again(part)) for part in parts]
        try:
            failed, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in failed:
                task.result()
        finally:
            self._closing = True
            for task in tasks:
                task.cancel()  # once: a second one would keep the client from giving its connections back
            await asyncio.wait(tasks, timeout=_CLOSE_S)
            await self._close()

    async def _again_and_again(self, part: Callable[[], Coroutine[None, None, None]]) -> None:
        while not self._closing:  # the client may take a cancellation for an end of the connection
            try:
                await part()
            except _ERRORS as error:
                self._failed(error)
                await asyncio.sleep(_AGAIN_S)

    async def _send(self) -> None:
        """What waits goes out together, changes first. What could not be sent stays, up to the bound."""
        while not self._closing:
            self._something.clear()
            if not self._changes and not self._news:
                await self._something.wait()
            changes = [self._changes[number] for number in range(min(len(self._changes), _AT_ONCE))]
            news = [self._news[number] for number in range(min(len(self._news), _AT_ONCE))]
            async with self._sender.pipeline(transaction=False) as pipeline:
                for fields in changes:
                    pipeline.xadd(self._stream, fields, maxlen=self._settings.stream_length, approximate=True)
                for channel, body in news:
                    pipeline.publish(channel, body)
                await pipeline.execute()
            for sent, waiting in ((changes, self._changes), (news, self._news)):
                for each in sent:
                    if waiting and waiting[0] is each:  # else it was dropped meanwhile
                        waiting.popleft()

    async def _read_stream(self, ears: Ears) -> None:
        """Changes of other nodes as they come; what came while this was not reading is looked up in the store."""
        newest: Any = await self._reader.xrevrange(self._stream, count=1)
        last = newest[0][0] if newest else b"0-0"
        ears.reachable(True)  # whoever hears this asks the store for what was missed
        while not self._closing:
            found: Any = await self._reader.xread({self._stream: last}, count=_AT_ONCE, block=5_000)
            for number, fields in found[0][1] if found else ():
                last = number
                if (change := change_of(fields, self.node_id)) is not None:
                    ears.changed(*change)

    async def _hear(self, ears: Ears, answer: Answer) -> None:
        """Fresh news, questions and what others follow."""
        async with self._ear.pubsub() as pubsub:
            own, everybody = f"{self._prefix}node:{self.node_id}", f"{self._prefix}interest"
            await pubsub.subscribe(own, everybody)
            subscribing = asyncio.create_task(self._keep_subscribed(pubsub.subscribe, pubsub.unsubscribe))
            try:
                async for message in pubsub.listen():
                    if message["type"] != "message":
                        continue
                    channel, body = message["channel"].decode(), message["data"]
                    if channel == everybody:
                        self._interest.heard(body)
                    elif channel == own:
                        self._take_post(body, ears, answer)
                    elif (news := unnamed(body, self.node_id)) is not None:
                        ears.told(channel.removeprefix(self._channel("")), news)
            finally:
                subscribing.cancel()
                await asyncio.gather(subscribing, return_exceptions=True)
            raise RedisError("the connection ended")

    async def _keep_subscribed(
        self, subscribe: Callable[..., Awaitable[None]], unsubscribe: Callable[..., Awaitable[None]]
    ) -> None:
        followed: frozenset[str] = frozenset()
        while True:
            self._topics_changed.clear()
            wanted = self._topics
            if fresh := [self._channel(topic) for topic in wanted - followed]:
                await subscribe(*fresh)
            if stale := [self._channel(topic) for topic in followed - wanted]:
                await unsubscribe(*stale)
            if wanted != followed:
                self._publish(f"{self._prefix}interest", self._interest.message(wanted))
            followed = wanted
            await self._topics_changed.wait()

    async def _beat(self) -> None:
        """Leases, and the word what is followed here; as long as this works Redis is there."""
        held: frozenset[str] = frozenset()
        while not self._closing:
            self._interest.forget_silent()
            await self._leases.give_back(held - self._held)
            held = self._held
            await self._leases.renew(held)
            await self._sender.publish(f"{self._prefix}interest", self._interest.message(self._topics))
            self._works()
            await asyncio.sleep(min(_BEAT_S, self._settings.lease_s / 3))

    # --- questions ---------------------------------------------------------------------------------------------

    def _take_post(self, message: bytes, ears: Ears, answer: Answer) -> None:
        head, _, body = message.partition(b"\n")
        try:
            said = json.loads(head)
        except ValueError:
            return
        if "ask" in said:
            task = asyncio.create_task(self._answer(str(said["from"]), str(said["ask"]), body, answer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif "news" in said:
            ears.told(str(said["news"]), body)
        elif (waiting := self._asked.get(str(said.get("answer")))) is not None and not waiting.done():
            if said.get("ok"):
                waiting.set_result(body)
            else:
                waiting.set_exception(NoAnswerError())

    async def _answer(self, asker: str, number: str, question: bytes, answer: Answer) -> None:
        try:
            body, ok = await answer(question), True
        except Exception as error:  # noqa: BLE001  # the asker is told that it failed, the log which way
            _log.warning("a question of another node could not be answered", error=type(error).__name__)
            body, ok = b"", False
        head = json.dumps({"answer": number, "ok": ok}).encode()
        self._publish(f"{self._prefix}node:{asker}", head + b"\n" + body)

    # --- inside ------------------------------------------------------------------------------------------------

    @property
    def _stream(self) -> str:
        return f"{self._prefix}changes"

    def _order(self, order_id: str) -> str:
        return f"{self._prefix}order:{order_id}"

    def _channel(self, topic: str) -> str:
        return f"{self._prefix}topic:{topic}"

    def _publish(self, channel: str, body: bytes) -> None:
        self._dropped += len(self._news) == self._settings.queue
        self._news.append((channel, body))
        self._something.set()

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failing is None:
            self._failing = failure_name(error)
            _log.warning("Redis does not answer: calls and consoles of this node go on alone", failure=self._failing)
            if self._ears is not None:
                self._ears.reachable(False)

    def _works(self) -> None:
        if self._failing is not None:
            self._failing = None
            _log.info("Redis answers again")
            if self._ears is not None:
                self._ears.reachable(True)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self._leases.give_back(self._held)
        except _ERRORS:
            _log.info("Redis was gone before the leases were given back")
        for client in (self._sender, self._reader, self._ear):
            await _close_soon(client)


async def _close_soon(client: Redis) -> None:
    try:
        async with asyncio.timeout(1):
            await closed(client)
    except _ERRORS:
        _log.info("Redis was gone before its connection was closed")
