"""Who is told: by route, by place, by hours; everybody where nobody is named."""

from datetime import UTC, datetime

import pytest

from alerts.alert import Alert, Severity
from alerts.life.routing import is_on_duty, route_of
from config.roster import DutyHours, Roster
from tests.fakes.desk import an_alert

_MONDAY_NOON_WUHAN = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_ROSTER = Roster.model_validate(
    {
        "sites": [{"id": "wuhan", "timezone": "Asia/Shanghai"}, {"id": "xian", "timezone": "Asia/Shanghai"}],
        "teams": [{"id": "east", "site": "wuhan"}, {"id": "west", "site": "wuhan"}, {"id": "north", "site": "xian"}],
        "queues": [{"id": "billing", "team": "east", "site": "wuhan"}, {"id": "sales"}],
        "people": [
            {"id": "li", "teams": ["east"], "duty": [{"days": "mon-fri", "from": "09:00", "to": "18:00"}]},
            {"id": "wang", "teams": ["west"]},
            {"id": "park", "teams": ["north"]},
            {"id": "zhao", "roles": ["floor_manager"], "sites": ["wuhan"]},
            {"id": "1007", "roles": ["agent"], "teams": ["east"]},
        ],
    }
)


def alert(**changed: object) -> Alert:
    return an_alert("a1", **{"queue": "billing", "team": "east", "site": None, **changed})


def test_by_team_then_the_site_then_its_floor_manager() -> None:
    told = [route_of(alert(), _ROSTER, _MONDAY_NOON_WUHAN, level) for level in (0, 1, 2)]
    assert told == [("li",), ("wang", "park"), ("zhao",)]


def test_who_is_off_duty_is_not_told() -> None:
    evening = _MONDAY_NOON_WUHAN.replace(hour=12)
    assert route_of(alert(), _ROSTER, evening) == ()
    assert route_of(alert(team="west", queue=None), _ROSTER, evening) == ("wang",)


def test_where_nobody_is_near_the_site_is_told() -> None:
    assert route_of(alert(team=None, queue=None, site="xian"), _ROSTER, _MONDAY_NOON_WUHAN) == ("park",)
    assert route_of(alert(team=None, queue="sales", site=None), _ROSTER, _MONDAY_NOON_WUHAN) == ()


def test_without_a_roster_everybody_is_told() -> None:
    assert route_of(alert(), Roster(), _MONDAY_NOON_WUHAN) == ()


def test_a_route_that_matches_decides_alone() -> None:
    routes = [
        {"id": "grave", "min_severity": "critical", "first": ["zhao"], "second": ["li"]},
        {"id": "sales", "queue": "sales", "first": ["park"], "third": ["wang"]},
    ]
    roster = Roster.model_validate({**_ROSTER.model_dump(by_alias=True), "routes": routes})
    assert route_of(alert(severity=Severity.CRITICAL), roster, _MONDAY_NOON_WUHAN) == ("zhao",)
    assert route_of(alert(severity=Severity.CRITICAL), roster, _MONDAY_NOON_WUHAN, 1) == ("li",)
    assert route_of(alert(severity=Severity.MAJOR), roster, _MONDAY_NOON_WUHAN) == ("li",)
    assert route_of(alert(queue="sales"), roster, _MONDAY_NOON_WUHAN) == ("park",)
    assert route_of(alert(queue="sales"), roster, _MONDAY_NOON_WUHAN, 2) == ("wang",)


@pytest.mark.parametrize(
    ("days", "begin", "end", "at", "covered"),
    [
        ("mon", "22:00", "06:00", (23, 23), True),  # Monday 23:00
        ("mon", "22:00", "06:00", (24, 5), True),  # the night from Monday to Tuesday
        ("mon", "22:00", "06:00", (24, 6), False),
        ("mon", "22:00", "06:00", (23, 5), False),  # the night before belongs to Sunday
        ("fri-mon", "00:00", "00:00", (22, 12), True),
        ("tue", "00:00", "00:00", (23, 12), False),
    ],
)
def test_hours_over_midnight(days: str, begin: str, end: str, at: tuple[int, int], covered: bool) -> None:
    hours = DutyHours.model_validate({"days": days, "from": begin, "to": end})
    assert hours.covers(datetime(2026, 11, at[0], at[1], tzinfo=UTC)) is covered


def test_duty_is_read_by_the_clock_of_the_place() -> None:
    li = _ROSTER.people[0]
    assert is_on_duty(li, _ROSTER, datetime(2026, 11, 23, 1, 30, tzinfo=UTC))  # 09:30 in Wuhan
    assert not is_on_duty(li, _ROSTER, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    in_london = li.model_copy(update={"timezone": "Europe/London"})
    assert is_on_duty(in_london, _ROSTER, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "at", "on_duty"),
    [
        ("Asia/Shanghai", "2026-11-23T13:59+00:00", False),  # Monday 21:59 there
        ("Asia/Shanghai", "2026-11-23T14:00+00:00", True),
        ("Asia/Shanghai", "2026-11-23T15:59+00:00", True),
        ("Asia/Shanghai", "2026-11-23T16:00+00:00", True),  # Tuesday 00:00 there, Monday here
        ("Asia/Shanghai", "2026-11-23T21:59+00:00", True),
        ("Asia/Shanghai", "2026-11-23T22:00+00:00", False),  # Tuesday 06:00 there
        ("Asia/Shanghai", "2026-11-23T03:00+00:00", False),
        ("America/Los_Angeles", "2026-11-24T06:00+00:00", True),  # Monday 22:00 there, Tuesday here
        ("America/Los_Angeles", "2026-11-24T13:59+00:00", True),
        ("America/Los_Angeles", "2026-11-23T06:00+00:00", False),  # Sunday 22:00 there
        ("Europe/London", "2026-10-26T22:30+00:00", True),  # the day after the clocks went back
        ("Europe/London", "2026-03-30T21:30+00:00", True),  # 22:30 in summer time, which began the day before
        ("Europe/London", "2026-03-30T20:30+00:00", False),
    ],
)
def test_a_night_shift_begins_and_ends_by_the_clock_of_the_place(zone: str, at: str, on_duty: bool) -> None:
    roster = Roster.model_validate(
        {
            "sites": [{"id": "there", "timezone": zone}],
            "teams": [{"id": "night", "site": "there"}],
            "people": [
                {"id": "by_site", "sites": ["there"], "duty": [{"days": "mon", "from": "22:00", "to": "06:00"}]},
                {"id": "by_team", "teams": ["night"], "duty": [{"days": "mon", "from": "22:00", "to": "06:00"}]},
            ],
        }
    )
    assert [is_on_duty(person, roster, datetime.fromisoformat(at)) for person in roster.people] == [on_duty, on_duty]
