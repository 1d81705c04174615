"""Phrases found where they are said, and where nobody said them: the text, the sound, the spotter, and all together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alerts.alert import Kind
from alerts.detectors.phrase import PhraseDetector
from alerts.findings import Stage
from alerts.guessed_phrases import GuessedPhrases
from alerts.phrase_book import PhraseBook
from alerts.reader import Reader
from config.rule_packs import RulePack
from config.settings import Language, Settings
from service.evaluation.drawn_phrases import bare, drawn_pack, drawn_packs, listened_for, pack_of, says
from service.evaluation.ears import Ears, Segment, ears_of
from service.evaluation.labelled_speech import LabelledSpeech, labelled_speech, language_of, sound_of
from service.evaluation.scorecard import Bars, EvaluationError, Scorecard, ScoreTable
from service.evaluation.telephone import TELEPHONE_RATE_HZ, over_telephone
from service.rule_shelf import RuleShelf
from streaming.frames import ANALYSIS_RATE_HZ
from streaming.observations import PhraseGuessed, PhraseSpotted, WordsHeard

Spotted = PhraseSpotted | PhraseGuessed

_MS_PER_HOUR = 3_600_000
_EARS = {"plain": "plain text", "sound_alike": "sounds alike", "spotting": "spotting", "fused": "as on a live call"}


@dataclass(slots=True)
class _Score:
    occurrences: int = 0
    found: int = 0
    false: int = 0

    def count(self, said: set[str], heard: set[str]) -> None:
        self.occurrences += len(said)
        self.found += len(said & heard)
        self.false += len(heard - said)

    @property
    def recall(self) -> float:
        return round(self.found / self.occurrences, 4) if self.occurrences else 0.0


@dataclass(slots=True)
class _Heard:
    """One recording, decoded once; the packs are listened for one after the other."""

    speech: LabelledSpeech
    segments: list[Segment]
    words: list[WordsHeard]
    audio_ms: int


@dataclass(slots=True)
class _Tally:
    scores: dict[str, _Score] = field(default_factory=lambda: {ear: _Score() for ear in _EARS})
    rooms: dict[str, _Score] = field(default_factory=dict)
    phrase_ms: int = 0


def judge_phrases(
    folder: Path, settings: Settings, rate_hz: int, count: int, more_phrases: int, tell: Callable[[float], None]
) -> Scorecard:
    """Listen to every recording of the folder for `count` phrases of its texts; 0: for all, pack by pack.

    A phrase counts once a recording. Raises EvaluationError, ModelMissingError or ModelError.
    """
    speech = labelled_speech(folder, "language", "text")
    language = language_of(speech, folder)
    texts = [each.label("text") for each in speech]
    packs = drawn_packs(texts) if count == 0 else [drawn_pack(texts, count)]
    if not any(packs):
        raise EvaluationError(f"{folder / 'labels.csv'}: no text has three words of five to ten syllables")
    more = _more(settings, language, more_phrases, texts)
    steps = len(speech) * (len(packs) + 1)
    tally = _Tally()
    with ears_of(language, settings) as ears:
        recordings: list[_Heard] = []
        for each in speech:
            recordings.append(_hear(ears, each, rate_hz))
            tell(len(recordings) / steps)
        done = len(recordings)
        for phrases in packs:
            pack = pack_of(language, (*phrases, *more))
            listen = ears.spotter(listened_for(pack))
            book = PhraseBook(language, pack.rules, settings.detection.phrase.longest_distance)
            for recording in recordings:
                spotted = listen(recording.segments)
                _judge(recording, spotted, pack, book, settings, tally)
                tell((done := done + 1) / steps)
    return _card(tally, rate_hz, sum(map(len, packs)), len(packs), len(more))


def _more(settings: Settings, language: Language, count: int, texts: Sequence[str]) -> list[str]:
    """Further phrases from the language's rules that nobody in the material says."""
    pack = RuleShelf(settings).pack(language)
    everything = " ".join(map(bare, texts))
    written = dict.fromkeys(phrase for rule in (pack.rules if pack else ()) for phrase in rule.phrases)
    return [phrase for phrase in written if bare(phrase) not in everything][:count]


def _hear(ears: Ears, speech: LabelledSpeech, rate_hz: int) -> _Heard:
    samples = sound_of(speech)
    audio_ms = len(samples) * 1000 // ANALYSIS_RATE_HZ
    if rate_hz == TELEPHONE_RATE_HZ:
        samples = over_telephone(samples)
    segments = ears.segments(samples, rate_hz)
    return _Heard(speech, segments, ears.words(segments), audio_ms)


def _judge(
    recording: _Heard,
    spotted: Sequence[Spotted],
    pack: RulePack,
    book: PhraseBook,
    settings: Settings,
    tally: _Tally,
) -> None:
    phrases = [rule.phrases[0] for rule in pack.rules]
    said = {phrase for phrase in phrases if says(recording.speech.label("text"), phrase)}
    text = " ".join(words.text for words in recording.words)
    heard = {
        "plain": {phrase for phrase in phrases if says(text, phrase)},
        "sound_alike": _alerted(pack, book, settings, recording.words),
        "spotting": _alerted(pack, book, settings, spotted),
        "fused": _alerted(pack, book, settings, [*recording.words, *spotted]),
    }
    for ear, score in tally.scores.items():
        score.count(said, heard[ear])
    room = recording.speech.label("room") or recording.speech.label("speaker") or "all"
    tally.rooms.setdefault(room, _Score()).count(said, heard["fused"])
    tally.phrase_ms += recording.audio_ms * len(phrases)


def _alerted(
    pack: RulePack, book: PhraseBook, settings: Settings, observations: Sequence[WordsHeard | Spotted]
) -> set[str]:
    """The phrases that are alerts once the recording is over."""
    detector = PhraseDetector(settings.detection.phrase, book, Reader.EN)
    standing: dict[str, str] = {}
    phrase_of = {rule.id: rule.phrases[0] for rule in pack.rules}
    guesses = GuessedPhrases(pack)
    findings = [
        finding
        for each in sorted(observations, key=lambda observation: observation.end_ms)
        for heard in (each, *guesses.feed(each))
        for finding in detector.feed(heard)
    ]
    for finding in findings:
        if finding.stage in (Stage.PROVISIONAL, Stage.WITHDRAWN):
            standing.pop(finding.event, None)
        elif finding.kind is Kind.PHRASE:
            standing[finding.event] = phrase_of[finding.rule]
    return set(standing.values())


def _card(tally: _Tally, rate_hz: int, phrases: int, packs: int, more: int) -> Scorecard:
    fused = tally.scores["fused"]
    hours = tally.phrase_ms / _MS_PER_HOUR
    document = {
        "recall": fused.recall,
        "false_hits_per_phrase_hour": round(fused.false / hours, 4) if hours else 0.0,
        "plain_recall": tally.scores["plain"].recall,
        "rate_hz": rate_hz,
        "found": fused.found,
        "false_hits": fused.false,
        "occurrences": fused.occurrences,
        "phrases": phrases,
        "packs": packs,
        "more_phrases": more,
        "phrase_hours": round(hours, 3),
        "ears": {ear: _numbers(score) for ear, score in tally.scores.items()},
        "rooms": {room: _numbers(score) for room, score in sorted(tally.rooms.items())},
    }
    by_ear = [(name, *_row(tally.scores[ear])) for ear, name in _EARS.items()]
    by_room = [(room, *_row(score)) for room, score in sorted(tally.rooms.items())]
    head = ("recall", "found", "said", "false hits")
    title = f"Phrases at {rate_hz} Hz: {phrases} in {packs} packs, {hours:.1f} phrase-hours"
    return Scorecard(
        title=title,
        document=document,
        tables=[
            ScoreTable(title, ("ear", *head), tuple(by_ear)),
            ScoreTable("As on a live call, by room", ("room", *head), tuple(by_room)),
        ],
        bars=[Bars("Recall", {name: tally.scores[ear].recall for ear, name in _EARS.items()})],
    )


def _numbers(score: _Score) -> dict[str, object]:
    return {
        "recall": score.recall,
        "found": score.found,
        "false_hits": score.false,
        "occurrences": score.occurrences,
    }


def _row(score: _Score) -> tuple[str, ...]:
    return f"{score.recall:.3f}", str(score.found), str(score.occurrences), str(score.false)
