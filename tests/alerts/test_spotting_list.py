"""What is worth listening for, and what only guards against mistakes."""

from alerts.spotting_list import spotting_list
from config.rule_packs import load_rule_pack, packaged_rules

_LISTS = spotting_list(load_rule_pack(packaged_rules() / "ko"))


def test_long_phrases_of_each_party_are_listened_for() -> None:
    assert {"그건 제 책임이 아닙니다", "좋은 하루 되세요", "잠시만 기다려 주세요", "죄송합니다"} <= set(
        _LISTS.agent.phrases
    )
    assert "책임자 바꿔 주세요" in _LISTS.customer.phrases
    assert "책임자 바꿔 주세요" not in _LISTS.agent.phrases


def test_short_ones_and_those_meant_otherwise_are_decoys() -> None:
    assert {"닥쳐", "고객님 책임이 아닙니다"} <= set(_LISTS.agent.decoys)
    assert "해지하겠습니다" in _LISTS.customer.decoys
    for each in (_LISTS.agent, _LISTS.customer, _LISTS.mixed):
        assert not set(each.phrases) & set(each.decoys)


def test_a_mixed_leg_may_say_everything() -> None:
    assert set(_LISTS.mixed.phrases) == set(_LISTS.agent.phrases) | set(_LISTS.customer.phrases)
    assert set(_LISTS.mixed.stems) == set(_LISTS.agent.stems)


def test_beginnings_stand_for_their_phrase_where_the_ending_says_nothing() -> None:
    assert dict(_LISTS.agent.stems)["그건 제 책임이 아니"] == "그건 제 책임이 아닙니다"
    assert all(phrase.startswith(stem[:-1]) for stem, phrase in _LISTS.agent.stems)
    assert "제가 말씀드렸잖아요" not in dict(_LISTS.agent.stems).values()


def test_packs_of_other_languages_have_lists_too() -> None:
    for language in ("zh", "en"):
        lists = spotting_list(load_rule_pack(packaged_rules() / language))
        assert lists.agent.phrases
        assert lists.customer.phrases
        assert lists.mixed.stems == ()
