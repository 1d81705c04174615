"""From a stored change to a receiver that can trust it; failures are tried again, then listed, then sent again."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from pydantic import SecretStr

from alerts.alert import AlertState, Severity
from config.settings import Settings
from config.webhooks import WebhookRoute, WebhookSettings
from service.clock import SystemClock
from service.store.letter_box import LetterBox
from service.store.store import Store
from service.webhooks.courier import Courier
from service.webhooks.envelope import is_wanted
from service.webhooks.outbox import Outbox
from service.webhooks.safe_post import SafePost
from tests.service.store.examples import QUICK, an_alert, claimed
from tests.service.webhooks.receiver import receiving
from web.sources import AlertChange

_SECRET = base64.b64encode(b"a key of thirty-two bytes, or so").decode()


def settings_of(*routes: WebhookRoute, attempts: int = 3) -> WebhookSettings:
    return WebhookSettings(
        routes=routes,
        allow_private=True,
        answer_s=0.5,
        attempts=attempts,
        first_back_off_s=0.01,
        longest_back_off_s=0.02,
    )


@asynccontextmanager
async def carried(folder: Path, settings: WebhookSettings) -> AsyncIterator[tuple[Store, LetterBox, Courier]]:
    """A store whose changes are carried to the routes."""
    clock = SystemClock()
    store = Store(Settings(data_dir=folder, store=QUICK, webhooks=settings), clock, outbox=Outbox(settings.routes))
    await store.open()
    writing = asyncio.create_task(store.run(lambda change, after: None))
    async with httpx.AsyncClient(trust_env=False) as client:
        post = SafePost(allow_private=settings.allow_private, answer_s=settings.answer_s, client=client)
        letters = LetterBox(store, clock)
        courier = Courier(settings, letters, post, clock)
        carrying = asyncio.create_task(courier.run())
        try:
            yield store, letters, courier
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
            await store.close()
            await writing


async def test_a_receiver_can_check_what_it_gets(tmp_path: Path) -> None:
    async with receiving() as receiver:
        route = WebhookRoute(name="crm", url=receiver.url, secret=SecretStr(f"whsec_{_SECRET}"))
        async with carried(tmp_path, settings_of(route)) as (store, _, courier):
            store.save_alert(an_alert())
            await receiver.heard(1)
            headers, body = receiver.posted[0]
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            digest = hmac.new(base64.b64decode(_SECRET), signed, hashlib.sha256).digest()
            assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
            assert headers["content-type"].startswith("application/cloudevents+json")
            event = json.loads(body)
            assert (event["specversion"], event["id"], event["subject"]) == ("1.0", "A1.1", "A1")
            assert event["data"]["kind"] == "dead_air"
            assert {"source", "type", "time"} <= event.keys()
            await claimed(store)
            await receiver.heard(2)
            assert json.loads(receiver.posted[1][1])["data"]["state"] == "acknowledged"
            async with asyncio.timeout(5):
                while courier.outcomes["delivered"] < 2:  # noqa: ASYNC110  # what is waited for has no event
                    await asyncio.sleep(0.01)


async def test_a_route_is_told_only_what_it_wants() -> None:
    alert = an_alert()
    url = "http://crm.example/"
    assert is_wanted(WebhookRoute(name="all", url=url), alert)
    assert is_wanted(WebhookRoute(name="east", url=url, teams=("east",), kinds=("dead_air",)), alert)
    for other in (
        WebhookRoute(name="a", url=url, kinds=("phrase",)),
        WebhookRoute(name="b", url=url, states=("resolved",)),
        WebhookRoute(name="c", url=url, min_severity="critical"),
        WebhookRoute(name="d", url=url, teams=("west",)),
        WebhookRoute(name="e", url=url, queues=("sales",)),
    ):
        assert not is_wanted(other, alert)
    assert is_wanted(
        WebhookRoute(name="c", url=url, min_severity="critical"), replace(alert, severity=Severity.CRITICAL)
    )


async def test_advice_to_an_agent_is_an_event_of_its_own_told_once(tmp_path: Path) -> None:
    async with receiving() as desk, receiving() as crm:
        routes = (
            WebhookRoute(name="desk", url=desk.url, events=("agent_messages",), min_severity="critical"),
            WebhookRoute(name="crm", url=crm.url),
        )
        async with carried(tmp_path, settings_of(*routes)) as (store, _, _):
            alert = replace(an_alert(), severity=Severity.MINOR)
            store.save_alert(replace(alert, state=AlertState.PROVISIONAL))
            store.save_alert(replace(alert, version=2))
            store.save_alert(replace(alert, version=3, count=2))
            store.save_alert(replace(an_alert("A2"), severity=Severity.MINOR))
            store.save_alert(an_alert("A3"))
            await desk.heard(2)
            await crm.heard(5)
            events = sorted((json.loads(body) for _, body in desk.posted), key=lambda event: str(event["id"]))
            assert [(event["id"], event["type"], event["subject"]) for event in events] == [
                ("A1.advice", "earshot.agent.message", "1007"),
                ("A2.advice", "earshot.agent.message", "1007"),
            ]
            said = events[0]["data"]
            assert (said["type"], said["call_id"], said["text"]) == (
                "agent_message",
                "call-1",
                "Say that you are still there.",
            )
            assert {json.loads(body)["type"] for _, body in crm.posted} == {"earshot.alert.changed"}


async def test_agents_are_advised_only_where_the_desk_does_so_and_in_the_routes_places() -> None:
    change = AlertChange(1, replace(an_alert(), severity=Severity.MINOR))
    route = WebhookRoute(name="desk", url="http://crm.example/", events=("agent_messages",))
    assert [letter.event_id for letter in Outbox((route,))(change, None)] == ["A1.advice"]
    assert Outbox((route,), advise_agents=False)(change, None) == []
    assert Outbox((route.model_copy(update={"teams": ("west",)}),))(change, None) == []


async def test_failures_are_tried_again_with_the_same_id(tmp_path: Path) -> None:
    async with receiving() as receiver:
        receiver.answers += [b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"] * 2
        async with carried(tmp_path, settings_of(WebhookRoute(name="crm", url=receiver.url))) as (store, _, courier):
            store.save_alert(an_alert())
            await receiver.heard(3)
            assert {headers["webhook-id"] for headers, _ in receiver.posted} == {"A1.1"}
            assert courier.outcomes["failed"] == 2


async def test_dead_letters_are_listed_and_sent_again(tmp_path: Path) -> None:
    async with receiving() as receiver:
        receiver.answers += [b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"] * 2
        route = WebhookRoute(name="crm", url=receiver.url)
        async with carried(tmp_path, settings_of(route, attempts=2)) as (store, letters, _):
            store.save_alert(an_alert())
            await receiver.heard(2)
            async with asyncio.timeout(5):
                while not (found := await letters.dead(None, 10, None)):  # noqa: ASYNC110  # it has no event
                    await asyncio.sleep(0.01)
            assert [(each.route, each.event_id, each.attempts, each.failure) for each in found] == [
                ("crm", "A1.1", 2, "HTTP 500")
            ]
            assert await letters.replay(None, "other") == 0
            assert await letters.replay(found[0].delivery_id, None) == 1
            await receiver.heard(3)
            async with asyncio.timeout(5):
                while await letters.dead(None, 10, None):  # noqa: ASYNC110  # it has no event
                    await asyncio.sleep(0.01)


async def test_a_slow_receiver_delays_nobody_else(tmp_path: Path) -> None:
    async with receiving() as slow, receiving() as quick:

        async def never(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(5)

        slow.manners = never
        routes = (WebhookRoute(name="slow", url=slow.url), WebhookRoute(name="quick", url=quick.url))
        async with carried(tmp_path, settings_of(*routes)) as (store, _, _):
            for number in range(30):
                store.save_alert(an_alert(f"A{number}"))
            await quick.heard(30)
            assert len(slow.posted) < 30


async def test_what_was_not_sent_before_a_stop_is_sent_after_it(tmp_path: Path) -> None:
    async with receiving() as receiver:
        route = WebhookRoute(name="crm", url=receiver.url)
        store = Store(Settings(data_dir=tmp_path), SystemClock(), outbox=Outbox((route,)))
        await store.open()
        writing = asyncio.create_task(store.run(lambda change, after: None))
        store.save_alert(an_alert())
        await store.written()
        await store.close()
        await writing
        async with carried(tmp_path, settings_of(route)):
            await receiver.heard(1)
