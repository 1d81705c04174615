"""A roster from YAML: what it holds, and every fault at its line."""

from datetime import time
from pathlib import Path

import pytest

from config.roster import Role, RosterError, dangling, read_roster

_GOOD = """
sites:
  - {id: wuhan, name: Wuhan, timezone: Asia/Shanghai}
teams:
  - {id: east, site: wuhan}
queues:
  - {id: billing, team: east}
people:
  - id: "2001"
    name: Wang
    teams: [east]
    extension: "1001"
    duty:
      - {days: mon-fri, from: "09:00", to: "18:00"}
      - {days: [sat], from: "22:00", to: "06:00"}
  - {id: zhao, roles: [floor_manager], sites: [wuhan]}
routes:
  - {id: grave, min_severity: critical, first: [zhao], second: ["2001"]}
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "roster.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_roster_is_read_whole(tmp_path: Path) -> None:
    roster = read_roster(_file(tmp_path, _GOOD))
    wang = roster.person("2001")
    assert wang is not None
    assert (wang.roles, wang.teams) == ((Role.SUPERVISOR,), ("east",))
    assert wang.duty[0].days == ("mon", "tue", "wed", "thu", "fri")
    assert wang.duty[1].to == time(6)
    assert wang.extension == "1001"
    assert read_roster(_file(tmp_path, "")).people == ()


@pytest.mark.parametrize(
    ("change", "to", "fault"),
    [
        ("timezone: Asia/Shanghai", "timezone: Asia/Wuhan", r"line 3: sites\.0\.timezone: .*is no time zone"),
        ("{id: east, site: wuhan}", "{id: east, site: xian}", "line 5: teams east: site xian is not among the sites"),
        ("days: mon-fri", "days: mon-fry", r"line 14: people\.0\.duty\.0\.days: .*days are written"),
        ("id: zhao", 'id: "2001"', "line 16: people 2001: stands here twice"),
        ("roles: [floor_manager]", "roles: [boss]", r"line 16: people\.1\.roles\.0"),
        ("sites: [wuhan]", 'sites: [wuhan], extension: "1001"', "line 16: people zhao: extension 1001 is somebody"),
        ("first: [zhao]", "first: []", r"line 18: routes\.0\.first"),
        ('second: ["2001"]', "second: [li]", "line 18: routes grave: second li is not among the people"),
        ("routes:", "pets:", "line 17: pets is not known here"),
        ("min_severity: critical", "colour: red", r"line 18: routes\.0\.colour"),
        ("queues:\n  - {id: billing, team: east}", "queues: billing", "line 6: queues must be a list"),
        ("{id: east, site: wuhan}", "{id: east, site: wuhan", "is not YAML"),
    ],
)
def test_every_fault_is_named_at_its_line(tmp_path: Path, change: str, to: str, fault: str) -> None:
    assert change in _GOOD
    with pytest.raises(RosterError, match=fault):
        read_roster(_file(tmp_path, _GOOD.replace(change, to)))


def test_several_faults_are_named_at_once(tmp_path: Path) -> None:
    text = _GOOD.replace("site: wuhan}", "site: xian}").replace("team: east}", "team: west}")
    with pytest.raises(RosterError) as caught:
        read_roster(_file(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_no_mapping_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="line 1: must hold people"):
        read_roster(_file(tmp_path, "- a\n"))
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "missing.yaml")


def test_a_whole_roster_has_nothing_dangling(tmp_path: Path) -> None:
    assert dangling(read_roster(_file(tmp_path, _GOOD))) == []
