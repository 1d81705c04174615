"""How many phrases spotting finds, and how many that nobody said: on the recordings, and on human Korean speech."""

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from alerts.phrase_book import PhraseBook
from alerts.spotting_list import SpottedPhrases, spotting_list
from config.detection import PhraseSettings
from config.hearing import HearingSettings, SegmentSettings
from config.rule_packs import Rule, RulePack, load_rule_pack, packaged_rules
from config.settings import Language, Settings
from service.demo.recording import demo_recordings
from service.recognition.model_profile import profiled
from service.recognition.models import find_model
from service.recognition.recognizer_pool import RecognizerPool
from service.recognition.spotter import Spotter
from service.recognition.spotting_grammar import SpottingGrammar, grammar_of
from service.recognition.vocabulary import vocabulary_of
from streaming.frames import Leg, samples_to_ms
from streaming.leg import LegEar
from streaming.recognizer import FinalWords, Recognizer, SpeechModel
from streaming.speech_segments import SegmentAudio, SegmentOpened, SpeechSegments
from tests.prove.report import table, write_block

_BLOCK_SAMPLES = 3_200
_NEAR_MS = 1_000
_HUMAN_PHRASES = 60
_RATE_HZ = 16_000


@dataclass(slots=True)
class Score:
    """What was said, found, and found although nobody said it."""

    said: int = 0
    found: int = 0
    false: list[str] = field(default_factory=list)
    phrase_hours: float = 0.0
    audio_s: float = 0.0
    spotting_cpu_s: float = 0.0
    full_cpu_s: float = 0.0


class Bench:
    """One loaded model with the Korean pack's grammars."""

    def __init__(self) -> None:
        settings = Settings(language=Language.KO)
        folder = find_model(Language.KO, settings)
        with profiled(folder, settings.recognition.profile) as copy:
            self._model = SpeechModel.load(folder, copy)
        self._vocabulary = vocabulary_of(folder)
        self.pack: RulePack = load_rule_pack(packaged_rules() / "ko")
        lists = spotting_list(self.pack)
        self.kinds = {
            Leg.AGENT: self.spotter(lists.agent),
            Leg.CUSTOMER: self.spotter(lists.customer),
        }
        self.full = self._model.recognizer()

    def spotter(self, phrases: SpottedPhrases) -> tuple[SpottingGrammar, Spotter]:
        """A grammar of these phrases and an ear for it."""
        grammar = grammar_of(phrases.phrases, phrases.decoys, phrases.stems, self._vocabulary, self._model.knows)
        assert grammar is not None
        home = RecognizerPool(lambda: self._model.recognizer(grammar.sequences), 1)
        return grammar, Spotter(home.borrow(0), grammar, home)

    def full_text(self, pcm_s16le: bytes, score: Score) -> str:
        """What the full decode writes."""
        began_s = time.process_time()
        texts = [heard.text for heard in _decoded(self.full, pcm_s16le)]
        score.full_cpu_s += time.process_time() - began_s
        return " ".join(texts)


def _decoded(recognizer: Recognizer, pcm_s16le: bytes) -> Iterator[FinalWords]:
    for at in range(0, len(pcm_s16le), 2 * _BLOCK_SAMPLES):
        heard = recognizer.feed(pcm_s16le[at : at + 2 * _BLOCK_SAMPLES])
        if isinstance(heard, FinalWords):
            yield heard
    yield recognizer.finish()


def _spotted(spotter: Spotter, pcm_s16le: bytes, score: Score) -> list[tuple[str, int, int]]:
    began_s = time.process_time()
    spotted = []
    for at in range(0, len(pcm_s16le), 2 * _BLOCK_SAMPLES):
        spotted += spotter.feed(pcm_s16le[at : at + 2 * _BLOCK_SAMPLES])
    spotted += spotter.finish()
    score.spotting_cpu_s += time.process_time() - began_s
    score.audio_s += len(pcm_s16le) / 2 / _RATE_HZ
    return [(each.phrase, each.start_ms, each.end_ms) for each in spotted]


def _segments(leg: Leg, samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> list[tuple[int, bytes]]:
    """The leg's speech as the service cuts it: where each segment begins, and its audio."""
    ear, segments = LegEar(leg, HearingSettings()), SpeechSegments(leg, SegmentSettings())
    cut: list[tuple[int, bytearray]] = []
    for at in range(0, len(samples), 320):
        for item in ear.hear(samples[at : at + 320].tobytes(), _RATE_HZ, samples_to_ms(at)):
            for event in segments.feed(item):
                if isinstance(event, SegmentOpened):
                    cut.append((event.start_ms, bytearray()))
                elif isinstance(event, SegmentAudio):
                    cut[-1][1].extend(event.pcm_s16le)
    return [(start_ms, bytes(audio)) for start_ms, audio in cut]


def on_recordings(bench: Bench) -> dict[str, Score]:
    """Every demo recording, cut as on a live call, against its script."""
    scores: dict[str, Score] = {}
    for path in demo_recordings():
        score = scores[path.stem] = Score()
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        samples, _ = soundfile.read(path, dtype="int16")
        for channel, leg in enumerate((Leg.AGENT, Leg.CUSTOMER)):
            grammar, spotter = bench.kinds[leg]
            heard: list[tuple[str, int, int]] = []
            for start_ms, pcm_s16le in _segments(leg, np.ascontiguousarray(samples[:, channel])):
                bench.full_text(pcm_s16le, score)
                for phrase, from_ms, to_ms in _spotted(spotter, pcm_s16le, score):
                    heard.append((phrase, start_ms + from_ms, start_ms + to_ms))
                score.phrase_hours += len(pcm_s16le) / 2 / _RATE_HZ / 3600 * grammar.phrases
            _compare(bench.pack, leg, [turn for turn in truth["turns"] if turn["leg"] == leg.value], heard, score)
    return scores


def _compare(
    pack: RulePack, leg: Leg, turns: list[dict[str, object]], heard: list[tuple[str, int, int]], score: Score
) -> None:
    listened_for = _rules_by_phrase(pack, leg)
    unexplained = list(heard)
    for turn in turns:
        said = {
            rule
            for phrase, rules in listened_for.items()
            if _bare(phrase) in _bare(str(turn["text"]))
            for rule in rules
        }
        start_ms, end_ms = int(str(turn["start_ms"])) - _NEAR_MS, int(str(turn["end_ms"])) + _NEAR_MS
        near = [each for each in heard if start_ms <= each[1] and each[2] <= end_ms]
        found = {rule for phrase, _, _ in near for rule in listened_for[phrase]}
        score.said += len(said)
        score.found += len(said & found)
        unexplained = [each for each in unexplained if each not in near or not said & set(listened_for[each[0]])]
    score.false += [phrase for phrase, _, _ in unexplained]


def _rules_by_phrase(pack: RulePack, leg: Leg) -> dict[str, tuple[str, ...]]:
    lists = spotting_list(pack)
    phrases = (lists.agent if leg is Leg.AGENT else lists.customer).phrases
    return {
        phrase: tuple(rule.id for rule in pack.rules if phrase in rule.phrases and rule.leg == leg.value)
        for phrase in phrases
    }


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def on_humans(bench: Bench, folder: Path) -> dict[str, Score]:
    """Read sentences: the pack's phrases (none of them said but greetings), and sixty that are said."""
    with (folder / "labels.csv").open(encoding="utf-8") as labels:
        rows = list(csv.DictReader(labels))
    sounds = [soundfile.read(folder / row["file"], dtype="int16")[0].tobytes() for row in rows]
    texts = [row["text"] for row in rows]
    scores = {"the pack's phrases": Score(), "60 phrases that are said, spotted": Score()}
    for leg, (grammar, spotter) in bench.kinds.items():
        score = scores["the pack's phrases"]
        for text, pcm_s16le in zip(texts, sounds, strict=True):
            heard = {phrase for phrase, _, _ in _spotted(spotter, pcm_s16le, score)}
            score.false += [phrase for phrase in heard if _bare(phrase) not in _bare(text)]
            said = {phrase for phrase in _rules_by_phrase(bench.pack, leg) if _bare(phrase) in _bare(text)}
            score.said, score.found = score.said + len(said), score.found + len(said & heard)
            score.phrase_hours += len(pcm_s16le) / 2 / _RATE_HZ / 3600 * grammar.phrases
    chosen = _said_phrases(texts)
    score = scores["60 phrases that are said, spotted"]
    grammar, spotter = bench.spotter(SpottedPhrases(chosen, ()))
    texts_score = scores["the same, full decode, sound-alike"] = Score()
    both = scores["the same, either"] = Score()
    rules = [
        Rule.model_validate(
            {"id": f"ko.anger.p{number}", "leg": "agent", "phrases": [phrase], "positive": [phrase], "topic": "anger"}
        )
        for number, phrase in enumerate(chosen)
    ]
    book = PhraseBook(Language.KO, rules, PhraseSettings().longest_distance)
    for text, pcm_s16le in zip(texts, sounds, strict=True):
        said = {phrase for phrase in chosen if _bare(phrase) in _bare(text)}
        spotted = {phrase for phrase, _, _ in _spotted(spotter, pcm_s16le, score)}
        read = {found.phrase for found in book.find(bench.full_text(pcm_s16le, texts_score), Leg.AGENT)}
        for each, heard in ((score, spotted), (texts_score, read), (both, spotted | read)):
            each.said, each.found = each.said + len(said), each.found + len(said & heard)
            each.false += heard - said
            each.phrase_hours += len(pcm_s16le) / 2 / _RATE_HZ / 3600 * len(chosen)
    texts_score.audio_s = score.audio_s
    return scores


def _said_phrases(texts: list[str]) -> tuple[str, ...]:
    """Three words of five to ten syllables out of each sentence, spread over them."""
    phrases: Counter[str] = Counter()
    for text in sorted(set(texts)):
        words = text.split()
        for at in range(0, len(words) - 2, 3):
            phrase = " ".join(words[at : at + 3])
            if 5 <= len(_bare(phrase)) <= 10 and all("가" <= character <= "힣" for character in _bare(phrase)):
                phrases[phrase] += 1
    every = sorted(phrases)
    step = max(1, len(every) // _HUMAN_PHRASES)
    return tuple(every[::step][:_HUMAN_PHRASES])


def main() -> None:
    """With a folder of labelled Korean sentences as argument also these."""
    bench = Bench()
    scores = on_recordings(bench)
    if len(sys.argv) > 1:
        scores |= on_humans(bench, Path(sys.argv[1]))
    rows: list[list[object]] = []
    for name, score in scores.items():
        per_s = [
            f"{cpu_s / score.audio_s:.3f}" if score.audio_s else ""
            for cpu_s in (score.spotting_cpu_s, score.full_cpu_s)
        ]
        rows.append([name, f"{score.found} of {score.said}", len(score.false), f"{score.phrase_hours:.1f}", *per_s])
    head = ["material", "found", "false", "phrase-hours", "spotting CPU s per s", "full decode CPU s per s"]
    lines = table(head, rows)
    lines += ["", *(f"False in {name}: {score.false}" for name, score in scores.items() if score.false)]
    print("\n".join(lines))  # noqa: T201  # a report for people
    write_block("spotting", "Phrase spotting", "python -m tests.prove.spotting FOLDER", lines)


if __name__ == "__main__":
    main()
