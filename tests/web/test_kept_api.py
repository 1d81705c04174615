"""Clips and dead web hooks over REST."""

from tests.fakes.desk import NOON, an_alert
from tests.web.rest import Desk, bad_fields
from web.sources import DeadLetter


def _letter(number: int, route: str = "crm") -> DeadLetter:
    return DeadLetter(number, route, f"a{number}.1", 10, "HTTP 500", NOON, {"id": f"a{number}.1"})


async def test_a_clip_comes_as_it_was_frozen_or_decoded(desk: Desk) -> None:
    desk.alerts.store(an_alert())
    desk.clips.kept["a1"] = b"fLaC bytes"
    flac = await desk.client.get("/api/v1/alerts/a1/clip.flac")
    assert (flac.status_code, flac.headers["content-type"], flac.content) == (200, "audio/flac", b"fLaC bytes")
    wav = await desk.client.get("/api/v1/alerts/a1/clip.wav")
    assert (wav.headers["content-type"], wav.content) == ("audio/wav", b"wav of fLaC bytes")


async def test_an_alert_without_a_clip_says_so(desk: Desk) -> None:
    desk.alerts.store(an_alert())
    for name in ("clip.flac", "clip.wav"):
        answer = await desk.client.get(f"/api/v1/alerts/a1/{name}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-clip")


async def test_dead_letters_come_page_by_page(desk: Desk) -> None:
    desk.letters.kept = [_letter(1), _letter(2, "erp"), _letter(3)]
    first = (await desk.client.get("/api/v1/webhooks/dead?limit=2")).json()
    assert [each["delivery_id"] for each in first["deliveries"]] == [3, 2]
    rest = (await desk.client.get(f"/api/v1/webhooks/dead?limit=2&cursor={first['next_cursor']}")).json()
    assert [each["event"] for each in rest["deliveries"]] == [{"id": "a1.1"}]
    assert rest["next_cursor"] is None
    of_route = (await desk.client.get("/api/v1/webhooks/dead?route=erp")).json()
    assert [each["delivery_id"] for each in of_route["deliveries"]] == [2]


async def test_dead_letters_are_sent_again(desk: Desk) -> None:
    desk.letters.kept = [_letter(1), _letter(2, "erp"), _letter(3)]
    one = await desk.client.post("/api/v1/webhooks/dead/1/replay")
    assert (one.status_code, one.json()) == (202, {"replayed": 1})
    assert (await desk.client.post("/api/v1/webhooks/dead/1/replay")).status_code == 404
    assert (await desk.client.post("/api/v1/webhooks/dead/replay?route=crm")).json() == {"replayed": 1}
    assert bad_fields(await desk.client.get("/api/v1/webhooks/dead?route=a%20b")) == {"query.route"}
