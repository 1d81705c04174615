"""What goes into a row comes out of it again."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert, Evidence, Measure
from service.store.rows import SILENT_DBFS, alert_columns, alert_content, alert_in, alert_of, call_of, call_row
from service.store.tables import alert_changes, calls
from streaming.frames import Leg
from tests.service.store.examples import a_call, an_alert
from web.sources import CallState, LegView, Tier

_VALUES = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.booleans()
_MEASURES = st.lists(st.builds(Measure, st.text(), _VALUES), max_size=4).map(tuple)
_ALERTS = st.builds(
    replace,
    st.builds(
        Alert,
        **{
            field.name: st.from_type(type(getattr(an_alert(), field.name)))
            for field in fields(Alert)
            if field.name in ("kind", "severity", "state")
        },
        **{
            field.name: st.just(getattr(an_alert(), field.name))
            for field in fields(Alert)
            if field.name not in ("kind", "severity", "state")
        },
    ),
    evidence=st.builds(Evidence, st.integers(0, 10**9), st.integers(0, 10**9), _MEASURES, _MEASURES, st.text()),
)


@given(_ALERTS)
def test_an_alert_comes_back(alert: Alert) -> None:
    text = json.dumps(alert_content(alert))
    for back in (alert_of(json.loads(text)), alert_in(text)):
        assert back == alert
        pairs = zip(back.evidence.values, alert.evidence.values, strict=True)
        assert all(type(mine.value) is type(theirs.value) for mine, theirs in pairs)


def test_the_filter_columns_are_columns_of_the_table() -> None:
    assert set(alert_columns(an_alert())) | {"sequence", "content", "found_version"} == set(alert_changes.c.keys())
    assert set(call_row(a_call())) | {"node_id"} == set(calls.c.keys())


def test_an_old_alert_without_newer_fields_is_still_read() -> None:
    content = alert_content(an_alert())
    for newer in ("count", "outcome", "escalation_level", "snoozed_until", "suppressed_by", "assignee"):
        del content[newer]
    assert alert_of(content) == an_alert()


@pytest.mark.parametrize("state", list(CallState))
def test_a_call_comes_back_with_nobody_speaking(state: CallState) -> None:
    call = a_call(state=state)
    still = LegView(90_000, 40, level_dbfs=SILENT_DBFS, speaking=False, tier=Tier.FULL, connected=False)
    assert call_of(call_row(call)) == replace(call, legs=((Leg.AGENT, still), (Leg.CUSTOMER, still)))


def test_a_call_of_which_little_is_known_comes_back() -> None:
    call = replace(a_call(), agent=None, customer_number=None, hung_up_by=None, legs=(), metadata=(), queue=None)
    assert call_of(call_row(call)) == call
