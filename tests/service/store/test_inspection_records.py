"""Lists of records in the order in which they are due, alike on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.inspection.records import Improvement
from alerts.inspection.records import Step as Due
from config.closed_loop import ClosedLoopSettings
from config.settings import Settings
from service.inspection.kinds import improvement_records
from service.store.database import database_url, make_engine, migrate
from service.store.inspection_records import Step
from tests.fakes.servers import PostgresServer
from tests.service.store.examples import BEGAN_AT

_CASE = Improvement("case", "1007", "east", "wuhan", "correct", "c1", BEGAN_AT)
_LATER = timedelta(hours=1)
_CASES = {
    "closed-1": (replace(_CASE, step=Due.CLOSED), BEGAN_AT),
    "late": (replace(_CASE, confirmed_at=BEGAN_AT + _LATER), BEGAN_AT + _LATER),
    "closed-2": (replace(_CASE, step=Due.CLOSED), BEGAN_AT + 2 * _LATER),
    "soon": (_CASE, BEGAN_AT + 3 * _LATER),
    "soon-too": (_CASE, BEGAN_AT),
}


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_what_is_due_comes_first_and_the_newest_of_what_is_closed(
    server: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = Settings(data_dir=tmp_path)
    if server == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        settings = Settings(database_url=SecretStr(postgres.new_database()))
    engine, records = make_engine(database_url(settings), 1_000), improvement_records(ClosedLoopSettings())
    migrate(engine)
    for name, (case, at) in _CASES.items():
        records.add(engine, name, replace(case, improvement_id=name), Step("confirm", "qa1", at))
    wanted = ["soon", "soon-too", "late", "closed-2", "closed-1"]
    for many in (1, 3, 4, 9):
        found = records.find(engine, by_due=True, limit=many)
        assert [kept.record.improvement_id for kept in found] == wanted[:many]
    closed = records.find(engine, by_due=True, state="closed", agent_id="1007")
    assert [kept.record.improvement_id for kept in closed] == ["closed-2", "closed-1"]
    engine.dispose()
