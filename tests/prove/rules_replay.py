"""One day of 200 agents' kept calls through changed rules, on one core: `python -m tests.prove.rules_replay`.

The day is made up: 200 agents, 8 hours each, calls of about six minutes, half of the time talk. Sentences are put
together at random from parts and numbers, a third of them short answers, so that most are said once; one in 60 holds a
phrase, of the pack or of the edit. Calls are kept as the service keeps them, with the rules that hear the phrase.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from alerts.rules.call_so_far import Whose
from alerts.rules.observed_call import Entry, entry_of, words_entry
from alerts.rules.rule_hit import RuleHit
from alerts.sounds_like import chinese, syllable_bounds
from config.rule_packs import Rule, RulePack, load_rule_pack, packaged_rules
from config.settings import Language, Settings
from service.replayed_day import ReplayedDay
from service.store.database import database_url, make_engine, migrate
from service.store.observations import CallToKeep, count_calls, keep_call, kept_calls, known_packs
from streaming.frames import Leg
from streaming.observations import SpeechEnded, SpeechStarted, Word, WordsHeard
from tests.prove.report import table, write_block

_NEW = ("能不能快一点", "今天必须退给我", "我等了半个小时了")  # what the edited rules hear
_SHORT = ("好的", "嗯嗯", "对", "是的", "谢谢", "没有了", "请稍等", "您好", "明白了", "可以")
_PARTS = (
    ("我", "我们", "您", "家里", "公司", "我爱人", "孩子", "那边", "客服", "师傅"),
    ("上周", "昨天", "今天早上", "前几天", "月底", "刚才", "星期三", "去年", "下午", "一直"),
    ("想查一下", "没有收到", "办理过", "充值了", "退掉了", "升级到", "绑定了", "修改过", "登记的是", "看到了"),
    ("宽带", "流量包", "手机号", "账单", "快递", "合约机", "路由器", "会员", "发票", "积分"),
    ("一共", "大概", "还剩", "显示", "每个月", "超出", "优惠", "扣了", "金额", "编号"),
)
_AGENTS, _HOURS, _CALL_S = 200, 8, 360
_CALLS = _AGENTS * _HOURS * 3_600 // _CALL_S
_DAY = (datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))


def sentence(chance: random.Random, pack: RulePack, leg: Leg) -> tuple[str, str, list[str]]:
    """What somebody says: first words, a phrase behind them or nothing, and the rules that hear it."""
    if chance.random() < 1 / 3:
        return chance.choice(_SHORT), "", []
    said = "".join(chance.choice(part) for part in _PARTS) + str(chance.randrange(10_000)).translate(
        str.maketrans("0123456789", "零一二三四五六七八九")
    )
    if chance.random() < 1 / 40:
        rules = [rule for rule in pack.rules if rule.leg == leg.value and rule.phrases]
        phrase = chance.choice((*chance.choice(rules).phrases, *_NEW))
        return said, phrase, [rule.id for rule in rules if phrase in rule.phrases]
    return said, "", []


def a_call(chance: random.Random, pack: RulePack, number: int, ended_at: datetime) -> CallToKeep:
    """One call of about six minutes, both parties in turn, half of the time talk."""
    entries: list[Entry] = []
    now_ms, utterance = 2_000, 0
    while now_ms < _CALL_S * 1_000:
        leg = (Leg.AGENT, Leg.CUSTOMER)[utterance % 2]
        first, phrase, ids = sentence(chance, pack, leg)
        text = first + phrase
        end_ms = now_ms + 250 * len(text)
        words, at_ms = [], now_ms
        for start in range(0, len(text), 2):
            token = text[start : start + 2]
            words.append(Word(token, at_ms, at_ms + 250 * len(token), round(chance.uniform(0.5, 1.0), 2)))
            at_ms += 250 * len(token)
        heard = WordsHeard(leg, utterance, 1, True, now_ms, end_ms, " ".join(word.text for word in words), tuple(words))
        for observation in (SpeechStarted(leg, now_ms, now_ms + 120), SpeechEnded(leg, now_ms, end_ms, end_ms + 330)):
            entry = entry_of(observation)
            assert entry is not None
            entries.append(entry)
        hits = [RuleHit(each, now_ms + 250 * len(first), end_ms) for each in ids]
        entries.append(words_entry(heard, hits, with_text=True))
        now_ms, utterance = end_ms + (end_ms - now_ms) + chance.randrange(200), utterance + 1
    whose = Whose(queue=chance.choice(("billing", "sales")), team="east")
    return CallToKeep(f"call-{number}", ended_at, "zh", pack, now_ms, whose, True, True, entries)


def make_day(engine: Engine, pack: RulePack, calls: int) -> Iterator[int]:
    """Keep so many calls of 25 November."""
    chance = random.Random(1)
    for number in range(calls):
        keep_call(engine, a_call(chance, pack, number, _DAY[0] + timedelta(seconds=number * 28_800 / calls)))
        yield number


def edited(pack: RulePack) -> RulePack:
    """What QA staff change on an afternoon: two rules hear more, one is new, one asks less, one is gone."""

    def change(rule: Rule) -> Rule | None:
        if rule.id == "zh.forbidden.impatient":
            return rule.model_copy(update={"phrases": (*rule.phrases, "能不能快一点")})
        if rule.id == "zh.threats.refund_now":
            return rule.model_copy(update={"phrases": (*rule.phrases, "今天必须退给我")})
        if rule.id == "zh.forbidden.off_duty":
            return None
        if rule.id == "zh.sales.third_push" and rule.when is not None and rule.when.count is not None:
            count = rule.when.count.model_copy(update={"at_least": 2})
            return rule.model_copy(update={"when": rule.when.model_copy(update={"count": count})})
        return rule

    rules = [each for rule in pack.rules if (each := change(rule)) is not None]
    new = rules[0].model_copy(
        update={"id": "zh.anger.new", "phrases": ("我等了半个小时了", "没有人管我"), "exceptions": ()}
    )
    return RulePack(language=pack.language, rules=(*rules, new))


def everything_changed(pack: RulePack) -> RulePack:
    """Every rule that hears phrases loses its first one and gains one of its own."""
    words = [phrase for rule in pack.rules for phrase in rule.phrases if len(phrase) > 3]
    chance = random.Random(4)

    def other(rule: Rule) -> Rule:
        one, two = chance.sample(words, 2)
        return rule.model_copy(update={"phrases": (*rule.phrases[1:], one[:3] + two[-3:])}) if rule.phrases else rule

    return RulePack(language=pack.language, rules=tuple(other(rule) for rule in pack.rules))


def forget_searches() -> None:
    """What an edit before has spelled is no help to the next one."""
    for spelled in (chinese.sounds_of, syllable_bounds.units_of):
        spelled.cache_clear()


def replayed(
    engine: Engine, before: RulePack, after: RulePack, settings: Settings, calls: int
) -> tuple[float, ReplayedDay]:
    """Processor seconds, and what came out."""
    day = ReplayedDay({Language.ZH: before}, {Language.ZH: after}, known_packs(engine), settings.detection)
    assert count_calls(engine, *_DAY) >= calls
    began_s = time.process_time()
    for number, (language, call) in enumerate(kept_calls(engine, *_DAY)):
        if number == calls:
            break
        day.take(language, call)
    return time.process_time() - began_s, day


def main() -> None:
    """Make the day (or `share` of it), replay it, write the numbers down."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    calls = round(_CALLS * share)
    pack = load_rule_pack(packaged_rules() / "zh")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        engine = make_engine(database_url(settings), 2_000)
        migrate(engine)
        began_s = time.process_time()
        for number in make_day(engine, pack, calls):
            if number % 500 == 0:
                print(f"{number}/{calls} calls made, {time.process_time() - began_s:.0f} s", flush=True)  # noqa: T201
        size_mb = (Path(folder) / "earshot.db").stat().st_size / 1e6
        finals = sum(entry[0] == "w" for _, call in kept_calls(engine, *_DAY) for entry in call.entries)
        rows: list[list[object]] = []
        for name, after in (
            ("five rules changed, an afternoon's edit", edited(pack)),
            ("nothing but conditions to judge again", pack),
            ("every rule hears a phrase more and one less", everything_changed(pack)),
        ):
            forget_searches()
            cpu_s, day = replayed(engine, pack, after, settings, calls)
            before = sum(rule.before for rule in day.rules())
            alerts = f"{before} → {sum(rule.after for rule in day.rules())}"
            whole_s = cpu_s * _CALLS / calls
            changed = len(day.changed) + day.unlisted
            rows.append([name, calls, f"{cpu_s:.1f} s", f"{whole_s:.0f} s", alerts, changed])
            print(rows[-1], flush=True)  # noqa: T201  # a report for people
        engine.dispose()
    lines = table(
        ["edit", "calls played", "processor time", "for the whole day", "alerts before → after", "calls that change"],
        rows,
    )
    lines += [
        "",
        f"{calls} calls, {_AGENTS * _HOURS * share:.0f} h, {finals} finals, {size_mb:.0f} MB in SQLite; one process.",
    ]
    print("\n".join(lines))  # noqa: T201  # a report for people
    command = f"python -m tests.prove.rules_replay {share:g}"
    write_block("rules_replay", "A day of 200 agents through changed rules", command, lines)


if __name__ == "__main__":
    main()
