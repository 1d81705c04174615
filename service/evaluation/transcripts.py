"""The share of characters the transcript gets wrong, spaces not counted, by room and speaker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from service.evaluation.drawn_phrases import bare
from service.evaluation.ears import ears_of
from service.evaluation.labelled_speech import labelled_speech, language_of, sound_of
from service.evaluation.scorecard import Bars, EvaluationError, Scorecard, ScoreTable
from service.evaluation.telephone import TELEPHONE_RATE_HZ, over_telephone


@dataclass(slots=True)
class _Errors:
    characters: int = 0
    wrong: int = 0

    @property
    def cer(self) -> float:
        return round(self.wrong / self.characters, 4) if self.characters else 0.0


def judge_transcripts(folder: Path, settings: Settings, rate_hz: int, tell: Callable[[float], None]) -> Scorecard:
    """Decode every recording of the folder. Raises EvaluationError, ModelMissingError or ModelError."""
    speech = labelled_speech(folder, "language", "text")
    language = language_of(speech, folder)
    total = _Errors()
    groups: dict[str, dict[str, _Errors]] = {column: {} for column in ("room", "speaker")}
    with ears_of(language, settings) as ears:
        for number, each in enumerate(speech, 1):
            samples = sound_of(each)
            if rate_hz == TELEPHONE_RATE_HZ:
                samples = over_telephone(samples)
            text = bare(" ".join(words.text for words in ears.words(ears.segments(samples, rate_hz))))
            said = bare(each.label("text"))
            wrong = edits(said, text)
            for errors in (total, *(by.setdefault(each.label(name), _Errors()) for name, by in groups.items())):
                errors.characters += len(said)
                errors.wrong += wrong
            tell(number / len(speech))
    if not total.characters:
        raise EvaluationError(f"{folder / 'labels.csv'}: the texts hold no letters")
    return _card(total, groups, rate_hz, len(speech))


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many characters must change, come or go."""
    best = list(range(len(heard) + 1))
    for row, character in enumerate(said, 1):
        step = [row]
        for column, other in enumerate(heard, 1):
            step.append(min(best[column - 1] + (character != other), best[column] + 1, step[column - 1] + 1))
        best = step
    return best[-1]


def _card(total: _Errors, groups: dict[str, dict[str, _Errors]], rate_hz: int, recordings: int) -> Scorecard:
    document: dict[str, object] = {
        "cer": total.cer,
        "rate_hz": rate_hz,
        "recordings": recordings,
        "characters": total.characters,
        **{f"{name}s": {key: by.cer for key, by in sorted(group.items()) if key} for name, group in groups.items()},
    }
    title = f"Transcripts at {rate_hz} Hz: {recordings} recordings"
    rows = [("all", f"{total.cer:.3f}", str(total.characters))]
    rows += [
        (key, f"{by.cer:.3f}", str(by.characters))
        for group in groups.values()
        for key, by in sorted(group.items())
        if key
    ]
    return Scorecard(
        title=title,
        document=document,
        tables=[ScoreTable(title, ("of", "wrong characters", "characters"), tuple(rows))],
        bars=[Bars("Share of wrong characters", {name: float(cer) for name, cer, _ in rows})],
    )
