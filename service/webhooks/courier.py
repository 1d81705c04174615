"""Carries what is due to its receivers, each by itself: a slow one delays nobody else."""

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
import structlog
from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_random_exponential

from config.webhooks import WebhookRoute, WebhookSettings
from service.clock import Clock
from service.store.deliveries import Delivery
from service.store.letter_box import LetterBox
from service.webhooks.envelope import headers_of
from service.webhooks.safe_post import PostError, SafePost
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_LOOK_S = 0.5


async def carry(settings: WebhookSettings, letters: LetterBox, clock: Clock) -> None:
    """Carry until cancelled. No proxy and no other habit of the environment is taken over."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        post = SafePost(allow_private=settings.allow_private, answer_s=settings.answer_s, client=client)
        await Courier(settings, letters, post, clock).run()


class Courier:
    """Any number of nodes may run one: a delivery is taken by one of them, and again when that one does not end it."""

    def __init__(self, settings: WebhookSettings, letters: LetterBox, post: SafePost, clock: Clock) -> None:
        self._settings, self._letters, self._post, self._clock = settings, letters, post, clock
        self._under_way: dict[str, set[asyncio.Task[None]]] = {route.name: set() for route in settings.routes}
        self._wait = wait_random_exponential(
            multiplier=settings.first_back_off_s, max=settings.longest_back_off_s, min=settings.first_back_off_s / 2
        )
        self.outcomes: Counter[str] = Counter({"delivered": 0, "failed": 0, "dead": 0})

    async def run(self) -> None:
        """Until cancelled; what is under way then is tried again later."""
        try:
            while self._under_way:
                for route in self._settings.routes:
                    await self.look(route)
                await asyncio.sleep(_LOOK_S)
            await asyncio.Event().wait()
        finally:
            for task in [task for tasks in self._under_way.values() for task in tasks]:
                task.cancel()

    async def look(self, route: WebhookRoute) -> None:
        """Take as much of what is due for a route as it has room for."""
        tasks = self._under_way[route.name]
        room = self._settings.at_once - len(tasks)
        if room <= 0:
            return
        again_at = self._clock.now_at() + timedelta(
            seconds=2 * self._settings.answer_s + 10
        )  # should this node die meanwhile
        try:
            due = await self._letters.take_due(route.name, room, again_at)
        except StoreUnavailableError:
            return
        for delivery in due:
            task = asyncio.create_task(self._carry(route, delivery))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _carry(self, route: WebhookRoute, delivery: Delivery) -> None:
        body = delivery.body.encode()
        secret = None if route.secret is None else route.secret.get_secret_value()
        headers = headers_of(delivery.event_id, body, secret, int(self._clock.now_at().timestamp()))
        try:
            try:
                await self._post.post(route.url, body, headers)
            except PostError as error:
                await self._failed(delivery, error)
            else:
                self.outcomes["delivered"] += 1
                await self._letters.delivered(delivery.delivery_id)
        except StoreUnavailableError:
            _log.warning("how a web hook went could not be written; it will be tried again", route=route.name)

    async def _failed(self, delivery: Delivery, error: PostError) -> None:
        attempts = delivery.attempts + 1
        dead = error.for_good or attempts >= self._settings.attempts
        self.outcomes["dead" if dead else "failed"] += 1
        due_at = None if dead else self._clock.now_at() + timedelta(seconds=self._back_off_s(attempts))
        if dead:
            _log.warning("a web hook is given up", route=delivery.route, reason=str(error), attempts=attempts)
        await self._letters.failed(delivery.delivery_id, attempts, str(error), due_at)

    def _back_off_s(self, attempts: int) -> float:
        state = RetryCallState(Retrying(), None, (), {})
        state.attempt_number = attempts
        return self._wait(state)
