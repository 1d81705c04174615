"""Who is in a call by which node, put together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.attendances import Attendances
from web.supervision import NO_WAY_BACK, NOT_FOLLOWED, Abilities, Able, Mode, ModeAbility, SupervisionView

_AT = datetime(2026, 11, 27, tzinfo=UTC)
_VIEW = SupervisionView("s-1", "c-1", Mode.LISTEN, "running", "li", "2001", False, _AT)


def _able(phone: Able, browser: Able) -> Abilities:
    return tuple(ModeAbility(mode, phone, browser) for mode in Mode)


def test_what_one_node_can_the_cluster_can() -> None:
    said = Attendances("hears")
    said.attend("c-1", "follows", (_able(True, "no AudioSocket"), (_VIEW,)))
    later = replace(_VIEW, supervision_id="s-2", browser=True, since=_AT + timedelta(seconds=1))
    abilities, views = said.attend("c-1", "hears", (_able(NOT_FOLLOWED, True), (later,)))
    assert abilities == _able(True, True)
    assert views == (_VIEW, later)


def test_what_none_can_is_told_as_the_node_says_that_has_to_do_with_it() -> None:
    said = Attendances("hears")
    said.attend("c-1", "hears", (_able(NOT_FOLLOWED, "voice_back is off"), ()))
    abilities, _ = said.attend("c-1", "follows", (_able("the link is down", "no AudioSocket"), ()))
    assert abilities == _able("the link is down", "voice_back is off")
    said.attend("c-2", "hears", (_able(NOT_FOLLOWED, NO_WAY_BACK), ()))
    abilities, _ = said.attend("c-2", "other", (_able(NOT_FOLLOWED, NO_WAY_BACK), ()))
    assert abilities == _able(NOT_FOLLOWED, NO_WAY_BACK)


def test_voices_by_several_nodes_end_with_the_last() -> None:
    said = Attendances("hears")
    assert said.speak("c-1", "follows", (Mode.WHISPER, False)) == (True, (Mode.WHISPER, False))
    assert said.speak("c-1", "hears", (Mode.BARGE, True)) == (True, (Mode.BARGE, False))
    assert said.speak("c-1", "hears", (Mode.BARGE, True)) == (False, (Mode.BARGE, False))
    assert said.speak("c-1", "hears", None) == (True, (Mode.WHISPER, False))
    assert said.speak("c-1", "follows", None) == (True, None)


def test_a_node_that_went_and_a_call_that_is_over_are_forgotten() -> None:
    said = Attendances("hears")
    said.attend("c-1", "follows", (_able(True, True), (_VIEW,)))
    said.attend("c-2", "hears", (_able(True, True), ()))
    assert said.nodes() == {"follows", "hears"}
    assert said.of_node("follows") == ["c-1"]
    said.speak("c-1", "follows", (Mode.WHISPER, False))
    assert said.without("c-1", "follows") == (True, ((), ()), None)
    assert said.nodes() == {"hears"}
    said.forget("c-2")
    assert said.nodes() == set()


def test_calls_beyond_the_bound_push_out_the_oldest() -> None:
    said = Attendances("hears")
    for number in range(10_002):
        said.attend(f"c-{number}", "follows", ((), (_VIEW,)))
    assert len(said.of_node("follows")) == 10_000
    assert said.all_of("c-0") == ((), ())
