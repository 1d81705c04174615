"""Alive, ready, metrics, and errors nobody foresaw."""

from tests.fakes.desk import FakeCalls
from tests.web.rest import Desk, open_desk
from web.sources import CallView


async def test_alive(desk: Desk) -> None:
    assert (await desk.client.get("/healthz")).json() == {"alive": True}


async def test_ready_names_every_part(desk: Desk) -> None:
    answer = await desk.client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["parts"][0] == {"name": "store", "ready": True, "why": ""}


async def test_not_ready_is_503_and_says_why(desk: Desk) -> None:
    desk.health.ready = False

    answer = await desk.client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"][1] == {"name": "model", "ready": False, "why": "not loaded"}


async def test_metrics_are_prometheus_text(desk: Desk) -> None:
    answer = await desk.client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == "earshot_calls_live 1\n"


async def test_an_unknown_path_and_a_wrong_method_are_problems(desk: Desk) -> None:
    unknown = await desk.client.get("/api/v1/nothing")
    wrong = await desk.client.delete("/api/v1/calls")

    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method-not-allowed")


async def test_text_that_is_no_json_is_a_problem(desk: Desk) -> None:
    answer = await desk.client.post("/api/v1/calls", content="{", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/validation")


class BrokenCalls(FakeCalls):
    async def get(self, call_id: str) -> CallView:
        raise RuntimeError("+861012345678")


async def test_a_failure_of_ours_is_a_problem_that_tells_nothing() -> None:
    async with open_desk(calls=BrokenCalls()) as desk:
        answer = await desk.client.get("/api/v1/calls/call-1")

    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "+86" not in answer.text
