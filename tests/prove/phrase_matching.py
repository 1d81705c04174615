"""What a final costs in the matcher: 5,000 phrases of 1,000 rules, against aligning every one of them."""

import json
import random
import time
from statistics import mean, median

from alerts.sounds_like import chinese, korean
from alerts.sounds_like.alignment import SoundPhrases, Sounds
from config.rule_packs import RulePack, load_rule_pack, packaged_rules
from config.settings import Language
from service.demo.recording import demo_recordings
from tests.prove.report import table, write_block

_PHRASES = 5_000
_LIMIT = 0.15
_SLOW_TEXTS = 12


def _spread(pack: RulePack, lots: random.Random) -> list[str]:
    """The pack's phrases, and made-up ones from its words until there are enough."""
    phrases = list(dict.fromkeys(phrase for rule in pack.rules for phrase in rule.phrases))
    sentences = [text for rule in pack.rules for text in (*rule.phrases, *rule.positive, *rule.negative)]
    words = sorted({word for text in sentences for word in text.split()})
    known = set(phrases)
    while len(phrases) < _PHRASES:
        if pack.language is Language.KO:
            made = " ".join(lots.sample(words, 3))
        else:
            one, other = lots.sample(phrases, 2)
            made = (one[: len(one) // 2 + 1] + other[len(other) // 2 :])[:10]
        if made not in known:
            known.add(made)
            phrases.append(made)
    return phrases


def _texts(pack: RulePack) -> list[str]:
    if pack.language is not Language.KO:
        return [text for rule in pack.rules for text in (*rule.positive, *rule.negative)]
    turns = [
        str(turn["text"])
        for path in demo_recordings()
        for turn in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["turns"]
    ]
    return list(dict.fromkeys(turns))


def _costs_ms(phrases: SoundPhrases, texts: list[Sounds]) -> list[float]:
    costs = []
    for text in texts:
        began_s = time.process_time()
        phrases.found(text)
        costs.append((time.process_time() - began_s) * 1_000)
    return costs


def main() -> None:
    """Both languages, CPU time of one thread."""
    rows: list[list[object]] = []
    for language, ear in ((Language.KO, korean), (Language.ZH, chinese)):
        pack = load_rule_pack(packaged_rules() / language.value)
        codes = [ear.sounds_of(phrase).codes for phrase in _spread(pack, random.Random(1))]
        gaps = chinese.gaps() if language is Language.ZH else None
        limits = [_LIMIT] * len(codes)
        quick = SoundPhrases(codes, limits, ear.sound_costs(), gaps, ear.openings())
        slow = SoundPhrases(codes, limits, ear.sound_costs(), gaps)
        written = _texts(pack)
        texts = [ear.sounds_of(text) for text in written]
        _costs_ms(quick, texts[:5])
        costs_ms = _costs_ms(quick, texts)
        few = random.Random(2).sample(range(len(texts)), _SLOW_TEXTS)
        before_ms, now_ms = mean(_costs_ms(slow, [texts[at] for at in few])), mean(costs_ms[at] for at in few)
        syllables = mean(sum(character.isalnum() for character in text) for text in written)
        rows.append(
            [
                str(language),
                len(codes),
                f"{syllables:.0f}",
                f"{median(costs_ms):.2f}",
                f"{mean(costs_ms):.2f}",
                f"{max(costs_ms):.1f}",
                f"{before_ms / now_ms:.1f}",
            ]
        )
    head = ["language", "phrases", "syllables a final", "ms median", "mean", "worst", "aligning everything: times"]
    lines = table(head, rows)
    print("\n".join(lines))  # noqa: T201  # a report for people
    write_block("phrase_matching", "Phrases in a final", "python -m tests.prove.phrase_matching", lines)


if __name__ == "__main__":
    main()
