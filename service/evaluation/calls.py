"""Recordings with exact truth through the whole road: what is found, what is not, what is false, and how late."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alerts.alert import Kind
from alerts.judging import Claim, Happening, Score, Truth, judge, meets
from config.settings import Settings
from service.call_record import known_language
from service.demo.recording import Recording, RecordingError, load_recording
from service.evaluation.scorecard import Bars, EvaluationError, Plot, Scorecard, ScoreTable, StripMark
from service.evaluation.trunk import at_rate
from service.evaluation.words import WordEars
from service.playback import PlaybackOutlet, play_through
from service.rule_shelf import RuleShelf
from streaming.frames import Leg

_SOUNDS = frozenset((".flac", ".wav"))
_PERCENTILES = (0.5, 0.95)
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """One recording: what is true of it, what was said of it, and the score of each kind."""

    name: str
    duration_ms: int
    truth: Truth
    claims: tuple[Claim, ...]
    scores: dict[Kind, Score]


@dataclass(slots=True)
class KindFigures:
    """One kind over all recordings."""

    events: int = 0
    found: int = 0
    false_alarms: int = 0
    latencies_ms: list[int] = field(default_factory=list)

    def latency_ms(self, share: float) -> int | None:
        """The latency that `share` (0..1) of the found events keep (nearest rank); None where nothing was found."""
        ordered = sorted(self.latencies_ms)
        if not ordered:
            return None
        return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


@dataclass(frozen=True, slots=True)
class CallsReport:
    """All recordings of a folder."""

    rate_hz: int | None
    calls: tuple[JudgedCall, ...]

    @property
    def kinds(self) -> dict[Kind, KindFigures]:
        """The figures of each kind that happened or was claimed, by name."""
        kinds: dict[Kind, KindFigures] = {}
        for call in self.calls:
            for kind, score in call.scores.items():
                figures = kinds.setdefault(kind, KindFigures())
                figures.events += score.events
                figures.found += score.found
                figures.false_alarms += score.false_alarms
                figures.latencies_ms += score.latencies_ms
        return dict(sorted(kinds.items()))

    @property
    def hours(self) -> float:
        """How much was heard."""
        return sum(call.duration_ms for call in self.calls) / 3_600_000

    @property
    def recall(self) -> float | None:
        """Found events of all events; None where there was none."""
        kinds = self.kinds.values()
        events = sum(each.events for each in kinds)
        return sum(each.found for each in kinds) / events if events else None

    @property
    def false_alarms_per_hour(self) -> float:
        """Alerts of judged kinds that met nothing, per hour of all recordings."""
        return sum(each.false_alarms for each in self.kinds.values()) / self.hours

    def confusion(self) -> dict[tuple[Kind | None, Kind | None], int]:
        """(what happened, what was said) → how often. None: nothing happened, or nothing was said.

        An event that was found counts on its own kind; one that was missed on the kinds of the alerts that stand at
        its place, or on None. A false alarm counts on the kinds of what did happen there, or on None.
        """
        counts: dict[tuple[Kind | None, Kind | None], int] = {}

        def count(happened: Kind | None, said: Kind | None) -> None:
            counts[happened, said] = counts.get((happened, said), 0) + 1

        for call in self.calls:
            for kind, score in call.scores.items():
                for _ in range(score.found):
                    count(kind, kind)
                for event in score.missed:
                    for said in _kinds_at(call.claims, event) or (None,):
                        count(kind, said)
                for claim in score.false:
                    there = {event.kind for event in call.truth.events if meets(claim, event)}
                    for happened in there or (None,):
                        count(happened, kind)
        return counts

    def body(self) -> dict[str, object]:
        """As `--json` prints it."""
        recall = self.recall
        return {
            "recall": round(recall, 4) if recall is not None else None,
            "false_alarms_per_hour": round(self.false_alarms_per_hour, 3),
            "kinds": {
                kind.value: {
                    "events": each.events,
                    "found": each.found,
                    "false_alarms": each.false_alarms,
                    "latency_p50_ms": each.latency_ms(_PERCENTILES[0]),
                    "latency_p95_ms": each.latency_ms(_PERCENTILES[1]),
                }
                for kind, each in self.kinds.items()
            },
            "calls": len(self.calls),
            "hours": round(self.hours, 3),
            "rate_hz": self.rate_hz,
        }


def judged_files(folder: Path) -> list[Path]:
    """The recordings of a folder and below that have their truth beside them. Raises EvaluationError without any."""
    sounds = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SOUNDS)
    files = [path for path in sounds if path.with_suffix(".json").exists()]
    if not files:
        raise EvaluationError(f"{folder}: holds no recording (FLAC or WAV) with its truth (NAME.json) beside it")
    return files


def judge_calls(
    folder: Path, settings: Settings, rate_hz: int, words: bool, tell: Callable[[float], None]
) -> Scorecard:
    """The card of a folder. Raises EvaluationError, and what `WordEars.group` raises for a model that is not there."""
    return card_of(asyncio.run(hear_calls(judged_files(folder), settings, rate_hz, words=words, tell=tell)))


async def hear_calls(
    files: Sequence[Path],
    settings: Settings,
    rate_hz: int | None = None,
    *,
    words: bool = True,
    tell: Callable[[float], None] | None = None,
) -> CallsReport:
    """Each recording with its truth beside it, one after the other, as fast as recognition follows.

    `rate_hz` None: as recorded. `words` off: by sound alone. `tell` hears the share that is done.
    """
    calls = [(load_judged(path), truth_of(path)) for path in files]
    shelf, judged = RuleShelf(settings), []
    async with WordEars(settings, shelf) as ears:
        for recording, truth in calls:
            language = known_language(recording.language or str(settings.language))
            group = await ears.group(language) if words and language is not None else None
            outlet = PlaybackOutlet()
            await play_through(at_rate(recording, rate_hz), settings, shelf.pack(language), group, outlet)
            claims = Claim.of(outlet.changes)
            judged.append(JudgedCall(recording.name, recording.duration_ms, truth, claims, judge(claims, truth)))
            if tell is not None:
                tell(len(judged) / len(calls))
    return CallsReport(rate_hz, tuple(judged))


def card_of(report: CallsReport) -> Scorecard:
    """The figures for machines and people."""
    at_rate_hz = f" at {report.rate_hz} Hz" if report.rate_hz is not None else ""
    kinds = tuple(
        (kind.value, str(each.events), str(each.found), str(each.false_alarms), *_latencies(each))
        for kind, each in report.kinds.items()
    )
    wrong = tuple(
        row
        for call in report.calls
        for score in call.scores.values()
        for row in (
            *((call.name, "missed", event.kind.value, *_place(event.leg, event.start_ms)) for event in score.missed),
            *((call.name, "false alarm", claim.kind.value, *_place(claim.leg, claim.from_ms)) for claim in score.false),
        )
    )
    recall = f"{report.recall:.3f}" if report.recall is not None else "none to find"
    title = f"{len(report.calls)} calls{at_rate_hz}, {report.hours * 60:.0f} minutes: recall {recall}"
    return Scorecard(
        title=f"{title}, {report.false_alarms_per_hour:.1f} false alarms an hour",
        document=report.body(),
        tables=[
            ScoreTable("By kind", ("kind", "events", "found", "false alarms", "latency p50", "latency p95"), kinds),
            ScoreTable("What went wrong", ("call", "what", "kind", "leg", "at"), wrong),
        ],
        plots=_plots(report),
        bars=[
            Bars("Recall", {kind.value: each.found / each.events for kind, each in report.kinds.items() if each.events})
        ],
    )


def load_judged(path: Path) -> Recording:
    """The recording with its script. Raises EvaluationError."""
    try:
        return load_recording(path)
    except RecordingError as error:
        raise EvaluationError(str(error)) from None


def truth_of(path: Path) -> Truth:
    """What is true of a recording, from the file beside it. Raises EvaluationError."""
    beside = path.with_suffix(".json")
    try:
        return Truth.of(json.loads(beside.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            f"{beside}: is no truth to judge by ({type(error).__name__}: {error}); it needs `judged` (kinds) and "
            "`events` (kind, leg, start_ms, end_ms)"
        ) from None


def _plots(report: CallsReport) -> list[Plot]:
    late = {kind.value: each.latencies_ms for kind, each in report.kinds.items() if each.latencies_ms}
    confused = {
        (happened.value if happened is not None else _NOTHING, said.value if said is not None else _NOTHING): count
        for (happened, said), count in report.confusion().items()
    }
    wrong = {call.name: (call.duration_ms, _marks(call)) for call in report.calls if _is_wrong(call)}

    plots = []
    if late:
        plots.append(Plot("How late alerts come", lambda drawing: drawing.latencies(late)))
    if confused:
        plots.append(Plot("What happened and what was said", lambda drawing: drawing.confusion(confused)))
    if wrong:
        plots.append(Plot("Calls with misses or false alarms", lambda drawing: drawing.strips(wrong)))
    return plots


def _is_wrong(call: JudgedCall) -> bool:
    return any(score.missed or score.false for score in call.scores.values())


def _marks(call: JudgedCall) -> list[StripMark]:
    missed = {event for score in call.scores.values() for event in score.missed}
    false = {claim for score in call.scores.values() for claim in score.false}
    marks = [
        StripMark(event.kind.value, event.start_ms, event.end_ms, said=False, wrong=event in missed)
        for event in call.truth.events
        if event.kind in call.truth.judged
    ]
    return marks + [
        StripMark(claim.kind.value, claim.from_ms, claim.to_ms, said=True, wrong=claim in false)
        for claim in call.claims
        if claim.kind in call.truth.judged
    ]


def _latencies(figures: KindFigures) -> tuple[str, ...]:
    shown = (figures.latency_ms(share) for share in _PERCENTILES)
    return tuple(f"{latency_ms} ms" if latency_ms is not None else "" for latency_ms in shown)


def _place(leg: Leg | None, at_ms: int) -> tuple[str, str]:
    return leg.value if leg is not None else "", f"{at_ms / 1_000:.1f} s"


def _kinds_at(claims: tuple[Claim, ...], event: Happening) -> set[Kind]:
    return {claim.kind for claim in claims if meets(claim, event)}
