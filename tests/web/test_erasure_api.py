"""Erasure by REST: exactly one person, and the ledger knows before and after."""

import httpx
import pytest
from fastapi import FastAPI

from web.erasure import Erased, Person
from web.erasure_api import erasure_router
from web.problems import install_problems
from web.trust.sources import Act, Deed
from web.trust.who import Principal

_SHA = "A" * 64


class _Told:
    """Erases nothing and writes nothing down but what it was told."""

    def __init__(self) -> None:
        self.persons: list[Person] = []
        self.deeds: list[Deed] = []

    async def erase(self, person: Person) -> Erased:
        self.persons.append(person)
        return Erased(2, 30, 4, 1)

    async def write(self, who: Principal, deed: Deed) -> None:
        self.deeds.append(deed)


async def _post(told: _Told, body: dict[str, object]) -> httpx.Response:
    app = FastAPI()
    install_problems(app)
    app.include_router(erasure_router(told, told))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.post("/api/v1/erasures", json=body)


@pytest.mark.parametrize(
    ("body", "person"),
    [
        ({"customer_number": "+86138"}, Person(customer_number="+86138")),
        ({"customer_sha256": _SHA}, Person(customer_sha256=_SHA)),
        ({"agent_id": "1007", "why": "left the company"}, Person(agent_id="1007")),
    ],
)
async def test_one_person_is_erased_and_written_down(body: dict[str, object], person: Person) -> None:
    told = _Told()
    answer = await _post(told, body)
    assert answer.json() == {"calls": 2, "rows": 30, "files": 4, "still_running": 1}
    assert told.persons == [person]
    assert [(deed.act, deed.phase) for deed in told.deeds] == [(Act.PRIVACY, "begun"), (Act.PRIVACY, "ended")]
    assert "+86138" not in repr(told.deeds)


@pytest.mark.parametrize(
    "body", [{}, {"customer_number": "1", "agent_id": "2"}, {"customer_sha256": "xyz"}, {"agent": "1007"}]
)
async def test_anything_else_is_refused(body: dict[str, object]) -> None:
    told = _Told()
    assert (await _post(told, body)).status_code == 422
    assert (told.persons, told.deeds) == ([], [])
