"""What 1,000 rules with 5,000 phrases cost, per final and per 20 ms frame: `python -m tests.prove.rules_speed`.

The pack is made up of Chinese phrases put together from common words (4 to 9 characters); a quarter of the rules has
conditions. The same call is judged without rules and with them, turn about, in processor time.
"""

import random
import time
from statistics import median

from alerts.phrase_book import PhraseBook
from alerts.reader import Reader
from alerts.rules.rule_set import rules_of
from alerts.rules.rule_watch import RuleWatch
from alerts.watch import CallWatch
from config.detection import DetectionSettings
from config.rule_packs import Rule, RulePack, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import FRAME_MS, Leg
from streaming.observations import LevelHeard, SpeechEnded, SpeechStarted, WordsHeard
from tests.prove.report import percentile, table, write_block
from tests.prove.rules_replay import sentence

_RULES, _PHRASES_EACH = 1_000, 5
_FINALS, _FRAMES, _ROUNDS = 200, 15_000, 5
_SHORT_CHARACTERS = 4
_WORDS = (
    *("不知道", "没办法", "随便你", "怎么样", "不可能", "不归我", "去投诉", "别说了", "听不懂", "规定", "领导", "退钱"),
    *("手机", "宽带", "套餐", "费用", "合同", "快递", "发票", "会员", "积分", "余额", "密码", "身份证", "地址", "电话"),
    *("告诉", "保证", "处理", "解决", "办理", "开通", "取消", "升级", "推荐", "考虑", "等着", "挂了", "再说", "问别人"),
    *(
        "你",
        "我",
        "他们",
        "公司",
        "自己",
        "明天",
        "今天",
        "一定",
        "肯定",
        "根本",
        "本来",
        "到底",
        "还要",
        "凭什么",
        "就是",
    ),
)
_ALERT = {"severity": "minor", "title": {"zh": "试", "en": "a"}, "advice": {"zh": "试", "en": "a"}, "clause": "002"}


def large_pack() -> RulePack:
    """1,000 rules, each with five phrases; every fourth asks for something."""
    chance = random.Random(2)
    rules: list[Rule] = []
    for number in range(_RULES):
        phrases: set[str] = set()
        while len(phrases) < _PHRASES_EACH:
            phrase = "".join(chance.choice(_WORDS) for _ in range(chance.choice((2, 3, 3))))
            if 4 <= len(phrase) <= 9:
                phrases.add(phrase)
        content: dict[str, object] = {
            **_ALERT,
            "id": f"zh.sales.made_{number}",
            "topic": "sales",
            "leg": ("agent", "customer")[number % 2],
            "phrases": tuple(sorted(phrases)),
            "positive": (min(phrases),),
        }
        if number % 4 == 3:
            asks = (
                {"count": {"at_least": 3, "within_s": 600}},
                {"after": {"rule": f"zh.sales.made_{number - 1}", "within_s": 60}},
                {"not": {"after": {"rule": f"zh.sales.made_{number - 2}"}}, "hold": False},
                {"followed_by": {"kind": "dead_air", "within_s": 20}, "queue": ["billing"]},
            )
            content |= {"when": asks[number // 4 % 4], "positive_calls": (("1 agent: 您好",),)}
        rules.append(Rule.model_validate(content))
    return RulePack(language=Language.ZH, rules=tuple(rules))


def finals(pack: RulePack, seed: int) -> list[WordsHeard]:
    """What is said, two thirds of it whole sentences; other sentences for each seed, for what was searched is known."""
    chance = random.Random(seed)
    said: list[WordsHeard] = []
    for number in range(_FINALS):
        leg = (Leg.AGENT, Leg.CUSTOMER)[number % 2]
        first, phrase, _ = sentence(chance, pack, leg)
        at_ms = 5_000 * number
        said.append(WordsHeard(leg, number, 1, True, at_ms, at_ms + 3_000, first + phrase))
    return said


def cpu_ms(watch: CallWatch | RuleWatch, words: list[WordsHeard]) -> list[float]:
    """Milliseconds of processor time of each final."""
    spent: list[float] = []
    for heard in words:
        began_s = time.process_time()
        watch.feed(heard)
        spent.append((time.process_time() - began_s) * 1_000)
    return spent


def frames_us(pack: RulePack) -> float:
    """Microseconds of processor time per 20 ms frame of both legs: five minutes, somebody speaking half of the time."""
    watch = CallWatch(DetectionSettings(), pack, Reader.EN)
    began_s = time.process_time()
    for number in range(_FRAMES):
        at_ms = number * FRAME_MS
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            watch.feed(LevelHeard(leg, at_ms, at_ms + FRAME_MS, -30.0, False))
        if number % 200 == 0:
            watch.feed(SpeechStarted(Leg.AGENT, at_ms, at_ms + 120))
        if number % 200 == 100:
            watch.feed(SpeechEnded(Leg.AGENT, at_ms - 2_000, at_ms, at_ms + 330))
        watch.advance(at_ms + FRAME_MS)
    return (time.process_time() - began_s) / _FRAMES * 1e6


def main() -> None:
    """Measure and write down."""
    settings, large = DetectionSettings(), large_pack()
    usual = load_rule_pack(packaged_rules() / "zh")
    words = finals(usual, 3)
    began_s = time.process_time()
    CallWatch(settings, large, Reader.EN)
    prepared_s = time.process_time() - began_s
    hears = [rule for rule in large.rules if rule.hears]
    book = PhraseBook(Language.ZH, hears, settings.phrase.longest_distance)
    search: list[float] = []
    for heard in words:
        began_s = time.process_time()
        book.find(heard.text, heard.leg)
        search.append((time.process_time() - began_s) * 1_000)
    rows: list[list[object]] = []
    sentences: list[float] = []
    for seed, name, pack in (
        (4, "no rules", None),
        (5, "the Chinese pack that comes along", usual),
        (6, "1,000 rules", large),
    ):
        said = finals(usual, seed)
        spent = cpu_ms(CallWatch(settings, pack, Reader.EN), said)
        sentences = [ms for ms, heard in zip(spent, said, strict=True) if len(heard.text) > _SHORT_CHARACTERS]
        middle, late = (f"{percentile(spent, share):.2f}" for share in (0.5, 0.95))
        rows.append([name, middle, late, f"{sum(spent) / len(spent):.2f}"])
    conditions = RuleWatch(rules_of(large, settings), settings.phrase, Reader.EN)
    for heard in words:
        conditions.hits_in(heard)  # searched outside the measure
    alone = []
    for heard in words:
        hits = conditions.hits_in(heard)
        began_s = time.process_time()
        conditions.play(heard, hits)
        alone.append((time.process_time() - began_s) * 1_000)
    none = RulePack(language=Language.ZH, rules=())
    pairs = [(frames_us(none), frames_us(large)) for _ in range(_ROUNDS)]
    frame_none, frame_rules = median(one for one, _ in pairs), median(other for _, other in pairs)
    lines = table(["rules", "ms per final p50", "p95", "mean"], rows)
    lines += [
        "",
        "The last two rows hold all detectors of words; a third of the finals are short answers that come again. "
        f"Whole sentences alone cost {sum(sentences) / len(sentences):.2f} ms on average with 1,000 rules. "
        f"The search of all 5,000 phrases in one book is {sum(search) / len(search):.2f} ms a final, "
        f"judging the conditions without it {sum(alone) / len(alone):.3f} ms. "
        f"The pack is made ready once, in {prepared_s:.1f} s.",
        f"A 20 ms frame of both legs costs {frame_none:.1f} µs without rules and {frame_rules:.1f} µs with 1,000 "
        f"(median of {_ROUNDS} pairs, differences {', '.join(f'{other - one:+.1f}' for one, other in pairs)} µs).",
    ]
    print("\n".join(lines))  # noqa: T201  # a report for people
    write_block("rules_speed", "What 1,000 rules cost", "python -m tests.prove.rules_speed", lines)


if __name__ == "__main__":
    main()
