"""People from a table, as a spreadsheet writes it."""

import pytest

from config.roster import Role, RosterError
from config.roster_csv import people_of


def test_a_table_with_every_column() -> None:
    (wang, zhao) = people_of(
        "\ufeffID,Name,Roles,Teams,Queues,Sites,Extension,Timezone,Duty_Days,Duty_From,Duty_To\r\n"
        '2001,"Wang, Li",supervisor;inspector,east west,,,1001,Asia/Shanghai,mon-fri,09:00,18:00\r\n'
        "\r\n"
        "2002,Zhao,floor_manager,,,,,,,,\r\n"
    )
    assert (wang.name, wang.roles, wang.teams) == ("Wang, Li", (Role.SUPERVISOR, Role.INSPECTOR), ("east", "west"))
    assert wang.duty[0].days == ("mon", "tue", "wed", "thu", "fri")
    assert (zhao.duty, zhao.extension) == ((), None)


def test_semicolons_part_the_columns_where_the_heading_says_so() -> None:
    (wang,) = people_of("id;name;teams\n2001;Wang;east west\n")
    assert wang.teams == ("east", "west")


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("name\nWang\n", "line 1: the heading names id"),
        ("id,colour\n1,red\n", "line 1: colour not known"),
        ("", "line 1"),
        ("id,roles\n1,agent\n2,boss\n", "line 3: roles"),
        ("id\n1,2\n", "line 2: has more cells"),
        ("id,timezone\n1,Mars/Base\n", "line 2: timezone"),
        ("id,duty_days\n1,someday\n", "line 2: duty_days"),
        ("id,name\n,Wang\n", "line 2: id"),
    ],
)
def test_every_bad_line_is_named(table: str, fault: str) -> None:
    with pytest.raises(RosterError, match=fault):
        people_of(table)


def test_all_bad_lines_are_named_at_once() -> None:
    with pytest.raises(RosterError) as caught:
        people_of("id,roles\n1,boss\n2,agent\n3,king\n")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["line 2", "line 4"]
