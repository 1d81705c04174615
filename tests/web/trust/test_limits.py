"""So many requests a minute, so many sockets at once, for each by name; and nobody else is concerned."""

import pytest

from config.limits import LimitSettings
from tests.web.trust.known_house import some_key, somebody
from web.trust.limits import Limits, OverLimitError, Pace, Sockets, Whose, network_of, of_person, whose
from web.trust.rights import KeyKind, Role
from web.trust.who import LOCAL, NOBODY


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_quarter_of_a_minute_may_come_at_once_and_then_it_is_even() -> None:
    clock = _Clock()
    pace = Pace(60, clock)
    assert [pace.wait_s("a") for _ in range(16)] == [0.0] * 16
    assert pace.wait_s("a") == pytest.approx(1.0)
    assert pace.wait_s("b") == 0.0
    clock.now_s += 1.0
    assert pace.wait_s("a") == 0.0
    assert pace.wait_s("a") > 0
    clock.now_s += 600.0
    assert [pace.wait_s("a") > 0 for _ in range(17)] == [False] * 16 + [True]


def test_what_is_remembered_has_a_bound() -> None:
    pace = Pace(60, _Clock())
    for number in range(50_500):
        pace.wait_s(str(number))
    assert len(pace) == 50_000


def test_sockets_are_counted_while_they_are_open() -> None:
    sockets = Sockets(2)
    assert [sockets.come("a") for _ in range(3)] == [True, True, False]
    assert sockets.come("b")
    sockets.go("a")
    assert sockets.come("a")
    for name in ("a", "a", "b"):
        sockets.go(name)
    assert not sockets.open


def test_a_socket_is_counted_for_its_address_and_its_person_until_it_ends() -> None:
    limits = Limits(LimitSettings(sockets_per_person=2), _Clock(), most_sockets=3)
    li, key = somebody(Role.SUPERVISOR), some_key(KeyKind.INGEST)
    assert whose(li) == (Whose.PERSON, li.user_id)
    assert whose(key) == (Whose.KEY, key.key_id)
    assert (whose(LOCAL), whose(NOBODY)) == (None, None)
    with limits.socket() as first, limits.socket() as second:
        for opened in (first, second):
            opened.count(Whose.ADDRESS, "a")
        of_person(li)
        of_person(li)
        with pytest.raises(OverLimitError) as over:
            of_person(li)
        assert (over.value.whose, over.value.what, over.value.wait_s > 0) == (Whose.PERSON, "sockets", True)
        with limits.socket() as third:
            third.count(Whose.ADDRESS, "a")
            with pytest.raises(OverLimitError):
                third.count(Whose.ADDRESS, "a")
    assert not any(each.open for each in limits.sockets.values())
    assert limits.refused == {(Whose.PERSON, "sockets"): 1, (Whose.ADDRESS, "sockets"): 1}


def test_a_machine_with_a_network_of_its_own_is_one() -> None:
    assert network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert network_of("testclient") == "testclient"
