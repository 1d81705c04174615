"""The share of characters the transcript gets wrong, spaces not counted, by room and speaker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings
from service.evaluation.drawn_phrases import bare
from service.evaluation.ears import Ears, ears_of
from service.evaluation.labelled_speech import LabelledSpeech, Samples, labelled_speech, language_of, sound_of
from service.evaluation.scorecard import Bars, EvaluationError, Scorecard, ScoreTable
from service.evaluation.telephone import TELEPHONE_RATE_HZ, over_telephone

_GROUPS = ("room", "speaker")


@dataclass(slots=True)
class _Errors:
    characters: int = 0
    wrong: int = 0

    @property
    def cer(self) -> float:
        return round(self.wrong / self.characters, 4) if self.characters else 0.0


@dataclass(slots=True)
class _Tally:
    """One way of listening to everything."""

    total: _Errors = field(default_factory=_Errors)
    groups: dict[str, dict[str, _Errors]] = field(default_factory=lambda: {column: {} for column in _GROUPS})

    def count(self, speech: LabelledSpeech, heard: str) -> None:
        said = bare(speech.label("text"))
        wrong = edits(said, bare(heard))
        named = (by.setdefault(speech.label(column), _Errors()) for column, by in self.groups.items())
        for errors in (self.total, *named):
            errors.characters += len(said)
            errors.wrong += wrong


def judge_transcripts(folder: Path, settings: Settings, rate_hz: int, tell: Callable[[float], None]) -> Scorecard:
    """Decode every recording of the folder; at the telephone's rate once with and once without the band filled.

    Raises EvaluationError, ModelMissingError or ModelError.
    """
    speech = labelled_speech(folder, "language", "text")
    language = language_of(speech, folder)
    if not any(bare(each.label("text")) for each in speech):
        raise EvaluationError(f"{folder / 'labels.csv'}: the texts hold no letters")
    narrow = rate_hz == TELEPHONE_RATE_HZ
    tallies = {filled: _Tally() for filled in ((True, False) if narrow else (False,))}
    with ears_of(language, settings) as ears:
        live = narrow and ears.fills_band
        for number, each in enumerate(speech, 1):
            samples = over_telephone(sound_of(each)) if narrow else sound_of(each)
            for filled, tally in tallies.items():
                tally.count(each, _transcript(ears, samples, rate_hz, filled))
            tell(number / len(speech))
    return _card(tallies, live, rate_hz, len(speech))


def _transcript(ears: Ears, samples: Samples, rate_hz: int, filled: bool) -> str:
    return " ".join(words.text for words in ears.words(ears.segments(samples, rate_hz, filled=filled)))


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many characters must change, come or go."""
    best = list(range(len(heard) + 1))
    for row, character in enumerate(said, 1):
        step = [row]
        for column, other in enumerate(heard, 1):
            step.append(min(best[column - 1] + (character != other), best[column] + 1, step[column - 1] + 1))
        best = step
    return best[-1]


def _card(tallies: dict[bool, _Tally], live: bool, rate_hz: int, recordings: int) -> Scorecard:
    tally = tallies[live]
    groups = {
        f"{column}s": {name: errors.cer for name, errors in sorted(by.items()) if name}
        for column, by in tally.groups.items()
    }
    document: dict[str, object] = {
        "cer": tally.total.cer,
        "rate_hz": rate_hz,
        "recordings": recordings,
        "characters": tally.total.characters,
        **groups,
    }
    if True in tallies:
        document |= {
            "band_filled": live,
            "cer_band_filled": tallies[True].total.cer,
            "cer_band_empty": tallies[False].total.cer,
        }
    title = f"Transcripts at {rate_hz} Hz: {recordings} recordings"
    named = {True: "band filled", False: "band empty" if True in tallies else "wrong characters"}
    rows = [("all", [each.total for each in tallies.values()])]
    rows += [
        (name, [each.groups[column][name] for each in tallies.values()])
        for column in _GROUPS
        for name in sorted(tally.groups[column])
        if name
    ]
    return Scorecard(
        title=title,
        document=document,
        tables=[
            ScoreTable(
                title,
                ("of", *(named[filled] for filled in tallies), "characters"),
                tuple(
                    (name, *(f"{each.cer:.3f}" for each in errors), str(errors[0].characters)) for name, errors in rows
                ),
            )
        ],
        bars=[
            Bars("Share of wrong characters", {name: errors[list(tallies).index(live)].cer for name, errors in rows})
        ],
    )
