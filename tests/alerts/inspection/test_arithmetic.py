"""The arithmetic of score sheets, by the worked examples of the manuals."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.inspection.arithmetic import Hotline, hotline_of, score_of
from alerts.inspection.marks import FAILED, NOT_INVOLVED, PASSED
from alerts.inspection.records import Mark, MarkState
from config.score_items import DeductionItem, IndicatorItem
from config.score_sheets import ScoreSheet, load_score_sheets, packaged_sheets

SHEETS = load_score_sheets(packaged_sheets())
HUNDRED, HOTLINE, OUTBOUND = SHEETS["hundred_points"], SHEETS["hotline_indicators"], SHEETS["outbound_survey"]


def judged(item: str, choice: str | None = None, **counts: int) -> Mark:
    return Mark(item, MarkState.JUDGED, counts, choice)


def points(sheet: ScoreSheet, *marks: Mark) -> Decimal:
    score = score_of(sheet, {mark.item: mark for mark in marks})
    assert score.points is not None
    return score.points


def group(sheet: ScoreSheet, name: str, *marks: Mark) -> Decimal:
    score = score_of(sheet, {mark.item: mark for mark in marks})
    return next(each.points for each in score.groups if each.group == name)


def test_a_faultless_call_has_all_points() -> None:
    score = score_of(HUNDRED, {})
    assert (score.points, score.most, score.grade, score.passed) == (Decimal(100), Decimal(100), "excellent", True)
    assert "correct" in score.open_items
    assert "complaint_upheld" not in score.open_items


def test_the_hundred_point_sheet_reproduces_its_manual() -> None:
    # 达到其项目规定,得其小项相应分值 … 解释错误,后又及时纠正,1项为4分;业务解释不严谨,1项为4分
    assert points(HUNDRED, judged("correct", corrected_in_time=1)) == 96
    assert points(HUNDRED, judged("correct", imprecise=1)) == 96
    assert points(HUNDRED, judged("correct", wrong=1)) == 92
    # 出现当中第4项错误者,其小项分为0
    assert points(HUNDRED, judged("no_exaggeration", exaggerated=3)) == 97
    # 开头语或结束语中,当中有一项不符合标准者扣2分;两项都不符合,小项扣完为止
    assert group(HUNDRED, "words", judged("opening_closing", opening=1)) == 8
    assert group(HUNDRED, "words", judged("opening_closing", opening=1, closing=1)) == 7
    # 6、7、8三项当中出现任意一项在此类项1、2、3、4的总分中扣2分
    assert group(HUNDRED, "words", judged("bad_words", forbidden=1)) == 8
    assert group(HUNDRED, "words", judged("bad_words", forbidden=3, careless=1, colloquial=5)) == 8
    assert group(HUNDRED, "voice", judged("pace", too_fast=2)) == 8
    # 超过3秒未应答,每处扣分,扣完为止
    assert group(HUNDRED, "listening", judged("answers", dead_air=1)) == 13
    assert group(HUNDRED, "listening", judged("answers", dead_air=9)) == 7


def test_a_penalty_takes_no_more_than_is_there() -> None:
    lost = [judged("mandarin", dialect=1), judged("polite_words", impolite=1), judged("thanks", no_thanks=1)]
    assert group(HUNDRED, "words", *lost, judged("bad_words", careless=1)) == 3  # one point of the apology, no more


def test_a_fatal_error_takes_everything_and_costs_the_month() -> None:
    # 服务致命错误:每条扣月绩效考核5分,以此累加;差错每条扣1分;加分每条加1分
    marks = [judged("service_fatal", service_fatal=2), judged("complaint_upheld", complaint_upheld=1)]
    score = score_of(HUNDRED, {mark.item: mark for mark in [*marks, judged("good_example", good_example=1)]})
    assert (score.points, score.passed, score.grade, score.fatal) == (Decimal(0), False, "failed", ("service_fatal",))
    assert score.monthly_points == -10


def test_the_outbound_sheet_reproduces_its_manual() -> None:
    # 问卷质量:差错1处17分,2处14分 …;调查质量:1处17分,5处差错5分,5处以上0分
    for errors, expected in ((0, 20), (1, 17), (2, 14), (9, 0)):
        marked = judged("questionnaire_errors", questionnaire_errors=errors)
        assert group(OUTBOUND, "questionnaire", marked) == expected
    for errors, expected in ((0, 20), (4, 10), (5, 5), (6, 0), (7, 0)):
        assert group(OUTBOUND, "survey", judged("survey_errors", survey_errors=errors)) == expected
    # 业务解答 7 / 4 / 0;主动挂机:不符合考核点,0分
    assert group(OUTBOUND, "business", judged("knowledge", "helps")) == Decimal(9) * 33 / 12
    assert group(OUTBOUND, "business", judged("procedure", hangs_up=1)) == Decimal(7) * 33 / 12
    assert points(OUTBOUND, judged("voice", "flat")) == 96
    assert points(OUTBOUND, judged("invalid_survey", invalid_survey=1)) == 0


def hotline(*, failed: tuple[str, ...] = (), absent: tuple[str, ...] = ()) -> dict[str, Mark]:
    return {
        item.id: judged(item.id, FAILED if item.id in failed else NOT_INVOLVED if item.id in absent else PASSED)
        for item in HOTLINE.items
    }


KEYS = tuple(item.id for item in HOTLINE.items if isinstance(item, IndicatorItem) and item.key)
OTHERS = tuple(item.id for item in HOTLINE.items if item.id not in KEYS)


def test_six_key_and_nine_ordinary_indicators() -> None:
    assert (len(KEYS), len(OTHERS)) == (6, 9)


@pytest.mark.parametrize(
    ("failed", "absent", "meets", "called"),
    [
        ((), (), True, Hotline.EXCELLENT),
        (OTHERS[:1], (), True, Hotline.EXCELLENT),
        (OTHERS[:2], (), False, Hotline.EXCELLENT),  # 非重点指标未通过不超过2项
        (OTHERS[:3], (), False, Hotline.ORDINARY),
        (KEYS[:1], (), False, Hotline.ORDINARY),
        ((), OTHERS[:3], True, Hotline.EXCELLENT),
        ((), OTHERS[:4], False, Hotline.EXCELLENT),  # 未涉及指标少于4个
        (OTHERS[:6], (), False, Hotline.COLD),  # 通过9项
        (OTHERS[:5], (), False, Hotline.ORDINARY),  # 通过10项
    ],
)
def test_the_hotline_test_reproduces_its_manual(
    failed: tuple[str, ...], absent: tuple[str, ...], meets: bool, called: Hotline
) -> None:
    marks = hotline(failed=failed, absent=absent)
    score = score_of(HOTLINE, marks)
    assert score.indicators is not None
    assert (score.indicators.meets_standard, score.passed, score.points) == (meets, meets, None)
    assert hotline_of(HOTLINE, 1, [marks]) is called


def test_a_hotline_nobody_reaches_in_three_dials_is_dead() -> None:
    assert hotline_of(HOTLINE, 2, []) is None
    assert hotline_of(HOTLINE, 3, []) is Hotline.DEAD
    assert hotline_of(HOTLINE, 3, [hotline(failed=OTHERS[:1]), hotline(failed=OTHERS[1:3])]) is Hotline.ORDINARY


def test_weights_count_the_share_of_a_group(tmp_path: Path) -> None:
    item = "{{id: {0}, form: deductions, points: {1}, title: {{zh: a, en: a}}, deductions: [{2}]}}"
    lost = "{id: fault, points: 1, title: {zh: a, en: a}}"
    text = "sheet: weighed\nversion: 1\ntitle: {zh: a, en: a}\ntotal_points: 100\npass_points: 60\ngroups:\n"
    for name, weight, most in (("one", 70, 3), ("two", 30, 5)):
        text += f"  - id: {name}\n    title: {{zh: a, en: a}}\n    weight: {weight}\n"
        text += f"    items: [{item.format(f'{name}_item', most, lost)}]\n"
    (tmp_path / "weighed.yaml").write_text(text, encoding="utf-8")
    sheet = load_score_sheets(tmp_path)["weighed"]
    assert points(sheet, judged("one_item", fault=1)) == Decimal("76.67")
    assert points(sheet, judged("one_item", fault=1), judged("two_item", fault=2)) == Decimal("64.67")


@settings(deadline=None)
@given(
    counts=st.dictionaries(
        st.sampled_from([item.id for item in HUNDRED.items if isinstance(item, DeductionItem)]),
        st.integers(0, 5),
    )
)
def test_more_faults_never_earn_more(counts: dict[str, int]) -> None:
    def marks(extra: int) -> list[Mark]:
        found = []
        for name, times in counts.items():
            item = HUNDRED.item(name)
            assert isinstance(item, DeductionItem)
            found.append(Mark(name, MarkState.JUDGED, {item.deductions[0].id: times + extra}))
        return found

    assert 0 <= points(HUNDRED, *marks(1)) <= points(HUNDRED, *marks(0)) <= 100
