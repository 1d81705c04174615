"""The rules over REST."""

from tests.web.rest import Desk


async def test_the_rules_in_force(desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/rules")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["version"], body["folder"], body["refused"]) == ("abc", "/etc/rules", None)
    (pack,) = body["packs"]
    assert pack["language"] == "en"
    push = next(rule for rule in pack["rules"] if rule["id"] == "en.sales.third_push")
    assert (push["file"], push["severity"], push["when"]["count"]) == (
        "sales.yaml",
        "major",
        {"at_least": 3, "within_s": 900.0},
    )
    assert push["line"] > 1
    assert push["title"]["en"] == "Pushed a sale a third time"
    offer = next(rule for rule in pack["rules"] if rule["id"] == "en.sales.offer")
    assert (offer["severity"], offer["when"]) == (None, None)


async def test_of_one_language(desk: Desk) -> None:
    assert (await desk.client.get("/api/v1/rules?language=ko")).json()["packs"] == []
    assert (await desk.client.get("/api/v1/rules?language=fr")).status_code == 422


async def test_read_again(desk: Desk) -> None:
    answer = await desk.client.post("/api/v1/rules/reload")
    assert (answer.status_code, answer.json()["version"]) == (200, "new")


async def test_an_edit_that_is_refused_says_every_fault(desk: Desk) -> None:
    desk.rules.bad = ("en/sales.yaml, line 4: leg: is missing; add it", "en/wait.yaml, line 1: is not YAML")
    answer = await desk.client.post("/api/v1/rules/reload")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/rules-refused"
    assert [fault["detail"] for fault in answer.json()["errors"]] == list(desk.rules.bad)
    refused = (await desk.client.get("/api/v1/rules")).json()["refused"]
    assert refused == {"at": "2026-11-25T08:00:00Z", "faults": list(desk.rules.bad)}
