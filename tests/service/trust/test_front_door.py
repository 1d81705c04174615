"""Who comes in, for how long, and how others learn of it; on a clock that is moved by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from config.trust import TrustSettings
from service.clock import PlayClock
from tests.service.trust.doors import PASSWORD, Door, open_door
from web.trust.people import KeyFields, ScopeFields, UserFields
from web.trust.rights import KeyKind, Right, Role
from web.trust.sources import (
    Act,
    LedgerQuestion,
    NameTakenError,
    ThrottledError,
    UnknownKeyError,
    UnknownUserError,
    UnwiseError,
    WrongError,
)
from web.trust.who import EVERYWHERE, LOCAL, NOBODY

_ZERO = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_SUPERVISOR = UserFields(roles=(Role.SUPERVISOR,), scope=ScopeFields(teams=("east",)), full_name="Li", person_id="2001")


@pytest.fixture
def clock() -> PlayClock:
    return PlayClock(_ZERO)


@pytest.fixture
async def door(tmp_path: Path, clock: PlayClock) -> AsyncIterator[Door]:
    settings = Settings(data_dir=tmp_path, trust=TrustSettings(session_h=2, idle_min=30, ticket_s=30))
    async with open_door(settings, clock, beats=False) as opened:
        yield opened


async def _about(door: Door, act: Act) -> list[tuple[str, str | None]]:
    return [(row.who, row.about) for row in await door.ledger.find(EVERYWHERE, LedgerQuestion(acts=(act,)))]


async def test_the_first_admin_comes_by_the_printed_word_and_only_once(door: Door) -> None:
    front = door.front
    assert [front.is_open, front.needs_first] == [True, True]
    with pytest.raises(WrongError):
        await front.first_admin("guessed", "root", PASSWORD, "127.0.0.1")
    begun = await front.first_admin(front.first_token, "Root", PASSWORD, "127.0.0.1")
    assert begun.principal.acts_as == "root"
    assert begun.principal.may(Right.PEOPLE)
    assert not begun.principal.may(Right.LISTEN)
    assert [front.is_open, front.needs_first] == [False, False]
    with pytest.raises(WrongError):
        await front.first_admin(front.first_token, "root2", PASSWORD, "127.0.0.1")
    assert await _about(door, Act.USER_CHANGE) == [("nobody", "added root: roles ['admin']")]
    assert await _about(door, Act.LOG_IN_FAILED) == [("first admin", "first link")] * 2


async def test_a_session_ends_by_idleness_and_by_age(door: Door, clock: PlayClock) -> None:
    await door.front.add_user("li", _SUPERVISOR, PASSWORD, NOBODY)
    idle = await door.front.log_in("LI", PASSWORD, "10.0.0.1")
    used = await door.front.log_in("li", PASSWORD, "10.0.0.1")
    for minutes in range(20, 120, 20):
        clock.move_to(minutes * _MINUTE_MS)
        who = await door.front.of_session(used.secret, "10.0.0.1")
        assert who is not None
        assert (who.name, who.acts_as, who.scope.teams) == ("Li", "2001", frozenset({"east"}))
    assert await door.front.of_session(idle.secret, None) is None
    clock.move_to(2 * _HOUR_MS)
    assert await door.front.of_session(used.secret, None) is None
    assert await door.front.of_session("made up", None) is None


async def test_wrong_passwords_are_slowed_for_one_address_and_forgotten(door: Door, clock: PlayClock) -> None:
    await door.front.add_user("li", _SUPERVISOR, PASSWORD, NOBODY)
    for _ in range(5):
        with pytest.raises(WrongError):
            await door.front.log_in("li", "wrong", "10.0.0.1")
    with pytest.raises(ThrottledError) as throttled:
        await door.front.log_in("li", PASSWORD, "10.0.0.1")
    assert throttled.value.wait_s == pytest.approx(900)
    await door.front.log_in("li", PASSWORD, "10.0.0.2")
    clock.move_to(15 * _MINUTE_MS + 1_000)
    await door.front.log_in("li", PASSWORD, "10.0.0.1")


async def test_a_ticket_is_for_one_purpose_one_call_half_a_minute_and_once(door: Door, clock: PlayClock) -> None:
    front = door.front
    await front.add_user("li", _SUPERVISOR, PASSWORD, NOBODY)
    li = (await front.log_in("li", PASSWORD, "10.0.0.1")).principal
    good, _ = await front.ticket(li, "listen", "c")
    for purposes, call_id in ((("console",), "c"), (("listen",), "d")):
        other, _ = await front.ticket(li, "listen", "c")
        assert await front.redeem(other, purposes, call_id) is None  # type: ignore[arg-type]  # one of the purposes
        assert await front.redeem(other, ("listen",), "c") is None  # it was used up by being looked at
    assert (await front.redeem(good, ("listen",), "c")) == li
    assert (await front.redeem(good, ("listen",), "c")) is None
    late, ends_at = await front.ticket(li, "console", None)
    clock.move_to(30_001)
    assert clock.now_at() > ends_at
    assert await front.redeem(late, ("console",), None) is None
    after, _ = await front.ticket(li, "console", None)
    await front.log_out(li)
    assert await front.redeem(after, ("console",), None) is None


async def test_a_key_turns_over_with_both_secrets_for_a_while(door: Door, clock: PlayClock) -> None:
    front = door.front
    key, first = await front.add_key(KeyFields(kind=KeyKind.INGEST, label="PBX 7", calls_prefix="pbx-7:"), LOCAL)
    _, second = await front.rotate_key(key.key_id, 60, LOCAL)
    assert first != second
    for secret in (first, second):
        who = front.of_key(secret)
        assert who is not None
        assert (who.calls_prefix, who.rights) == ("pbx-7:", frozenset({Right.INGEST}))
    clock.move_to(60_001)
    assert front.of_key(first) is None
    assert front.of_key(second) is not None
    await front.revoke_key(key.key_id, LOCAL)
    assert front.of_key(second) is None
    with pytest.raises(UnknownKeyError):
        await front.rotate_key(key.key_id, 60, LOCAL)
    for junk in ("", "esk_", f"esk_{key.key_id}_", second[:-1], "x" * 600):
        assert front.of_key(junk) is None
    assert [about.split(" ")[0] for _, about in await _about(door, Act.KEY_CHANGE) if about] == [
        "revoked",
        "rotated",
        "added",
    ]


async def test_a_screen_comes_in_by_its_key_and_stays_until_it_is_revoked(door: Door, clock: PlayClock) -> None:
    front = door.front
    _, ingest = await front.add_key(KeyFields(kind=KeyKind.INGEST, label="PBX"), LOCAL)
    key, secret = await front.add_key(
        KeyFields(kind=KeyKind.WALLBOARD, label="hall", scope=ScopeFields(teams=("east",))), LOCAL
    )
    with pytest.raises(WrongError):
        await front.log_in_by_key(ingest, "10.0.0.1")
    assert front.of_key(secret) is None  # it logs in, it does not ask
    begun = await front.log_in_by_key(secret, "10.0.0.1")
    clock.move_to(20 * 24 * _HOUR_MS)
    who = await front.of_session(begun.secret, None)
    assert who is not None
    assert who.rights == frozenset({Right.SIGNED_IN, Right.WALLBOARD})
    await front.revoke_key(key.key_id, LOCAL)
    assert await front.of_session(begun.secret, None) is None


async def test_a_new_password_ends_every_other_session(door: Door) -> None:
    front = door.front
    user = await front.add_user("li", _SUPERVISOR, PASSWORD, NOBODY)
    here, there = [await front.log_in("li", PASSWORD, "10.0.0.1") for _ in range(2)]
    with pytest.raises(WrongError):
        await front.new_password(here.principal, "wrong", "another long one", "10.0.0.1")
    begun = await front.new_password(here.principal, PASSWORD, "another long one", "10.0.0.1")
    assert [await front.of_session(each.secret, None) is not None for each in (here, there, begun)] == [
        False,
        False,
        True,
    ]
    await front.give_password(user.user_id, None, LOCAL)  # from now on by the provider alone
    for tried in (PASSWORD, "another long one", ""):
        with pytest.raises(WrongError):
            await front.log_in("li", tried, "10.0.0.1")


async def test_what_would_lock_everybody_out_is_refused(door: Door) -> None:
    front = door.front
    root = await front.add_user("root", UserFields(roles=(Role.ADMIN,)), PASSWORD, NOBODY)
    for fields in (UserFields(roles=(Role.ADMIN,), disabled=True), UserFields(roles=(Role.WALLBOARD,))):
        with pytest.raises(UnwiseError):
            await front.change_user(root.user_id, fields, NOBODY)
    with pytest.raises(NameTakenError):
        await front.add_user("root", UserFields(), PASSWORD, NOBODY)
    with pytest.raises(UnknownUserError):
        await front.change_user("nobody", UserFields(), NOBODY)
