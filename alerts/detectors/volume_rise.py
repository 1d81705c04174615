"""Sudden volume rise: a voice well above its own beginning, with effort and not only gain (manual 004: 12 dB)."""

from collections import deque
from dataclasses import dataclass, field
from itertools import chain
from math import log2

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.line_gain import LineGain
from alerts.medians import medians
from config.detection import VolumeRiseSettings
from streaming.frames import Leg
from streaming.observations import CallTransferred, HoldChanged, LineHeard, Observation, VoiceHeard

_HOP_MS = 10  # one VoiceHeard
_BASELINE_HOPS = 2_500  # recognition.md §3.4: the baseline is frozen slow after 25 s of voice
_LEARN_EVERY_HOPS = 100
_SLOW_HOPS = 12_000  # afterwards a moving average over 120 s of voice
_SLOWEST_DB, _SLOWEST_SEMITONES = 0.05, 0.025  # per second of voice: at most 0.5 dB and 0.25 semitones in 10 s
_QUIET_DB = 6.0  # louder voice than this over the baseline teaches it nothing
_GAIN_HOPS = 500  # 5 s of louder voice without effort is a change of gain
_OVER_MS = 3_000  # this long below the leave level ends the rise (recognition.md §4.2, row 6)
_JUDGE_EVERY_HOPS = 5
_REFERENCE_HZ = 100.0


@dataclass(frozen=True, slots=True)
class _Hop:
    start_ms: int
    end_ms: int
    level_dbfs: float
    semitones: float
    tilt_db: float


@dataclass(frozen=True, slots=True)
class _Voice:
    """Medians over some hops."""

    level_dbfs: float
    semitones: float
    tilt_db: float


@dataclass(slots=True)
class _Rise:
    start_ms: int
    last_ms: int
    last_above_ms: int
    most_db: float
    rise: _Voice


@dataclass(slots=True)
class _Speaker:
    """One leg's voice: how it began, its last moments, a rise that runs."""

    baseline: _Voice | None = None
    learnt: list[_Hop] = field(default_factory=list)
    lesson: list[_Hop] = field(default_factory=list)
    window: deque[_Hop] = field(default_factory=deque)
    loud: deque[_Hop] = field(default_factory=lambda: deque(maxlen=_GAIN_HOPS))
    hops: int = 0
    running: _Rise | None = None


class VolumeRiseDetector:
    """Each speaker against the own first seconds. Louder without effort is gain: the baseline follows, nobody is told.

    On a mixed leg there is no own beginning: it abstains. On hold it hears nothing.
    """

    def __init__(self, settings: VolumeRiseSettings) -> None:
        self._settings = settings
        self._speakers = {Leg.AGENT: _Speaker(), Leg.CUSTOMER: _Speaker()}
        self._gain = LineGain()
        self._on_hold = False

    def feed(self, observation: Observation) -> list[Finding]:
        """Take 10 ms of voice, or a change of the line."""
        match observation:
            case VoiceHeard(leg=Leg.AGENT | Leg.CUSTOMER) if not self._on_hold:
                return self._hear(observation)
            case LineHeard() if not self._on_hold:
                self._gain.feed(observation)
                return []
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                self._on_hold = on_hold
                return self._clear(at_ms)
            case CallTransferred(at_ms=at_ms):
                findings = self._clear(at_ms)
                self._speakers[Leg.AGENT] = _Speaker()
                self._gain.forget(Leg.AGENT)
                return findings
            case _:
                return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Close a rise whose speaker has been quieter, or silent, for long enough."""
        findings: list[Finding] = []
        for leg, speaker in self._speakers.items():
            if speaker.running is not None and now_ms - speaker.running.last_above_ms > _OVER_MS:
                findings += self._close(leg, speaker)
        return findings

    def _hear(self, heard: VoiceHeard) -> list[Finding]:
        speaker = self._speakers[heard.leg]
        semitones = 12.0 * log2(max(heard.pitch_hz, 1.0) / _REFERENCE_HZ)
        gain_db = self._gain.of(heard.leg)
        level_dbfs = heard.level_dbfs - gain_db
        hop = _Hop(heard.start_ms, heard.end_ms, level_dbfs, semitones, heard.tilt_db)
        findings: list[Finding] = []
        if speaker.running is not None and hop.start_ms - speaker.running.last_above_ms > _OVER_MS:
            findings += self._close(heard.leg, speaker)
        window = speaker.window
        window.append(hop)
        while window[0].start_ms < hop.end_ms - self._settings.window_ms:
            window.popleft()
        speaker.hops += 1
        baseline = speaker.baseline
        # A gain is only guessed: what it was taken off teaches nothing.
        if baseline is None or (not gain_db and hop.level_dbfs < baseline.level_dbfs + _QUIET_DB):
            self._learn(speaker, hop)
        if baseline is None or speaker.hops % _JUDGE_EVERY_HOPS:
            return findings
        return findings + self._judge(heard.leg, speaker, baseline, hop)

    def _judge(self, leg: Leg, speaker: _Speaker, baseline: _Voice, hop: _Hop) -> list[Finding]:
        settings = self._settings
        if speaker.running is None and hop.level_dbfs < baseline.level_dbfs + _QUIET_DB:
            return []  # the cheap way out of nearly every hop
        now = _medians(speaker.window)
        rise = _Voice(
            now.level_dbfs - baseline.level_dbfs,
            now.semitones - baseline.semitones,
            now.tilt_db - baseline.tilt_db,
        )
        running = speaker.running
        if running is not None:
            if rise.level_dbfs >= settings.leave_db:
                running.last_above_ms = running.last_ms = hop.end_ms
                running.most_db = max(running.most_db, rise.level_dbfs)
            return []
        effort = rise.semitones >= settings.effort_semitones or rise.tilt_db >= settings.effort_tilt_db
        if not effort:
            self._follow_gain(speaker, baseline, rise)
            return []
        speaker.loud.clear()
        raised = [each for each in speaker.window if each.level_dbfs >= baseline.level_dbfs + settings.leave_db]
        if rise.level_dbfs < settings.rise_db or len(raised) * _HOP_MS < settings.voiced_ms:
            return []
        speaker.running = _Rise(raised[0].start_ms, hop.end_ms, hop.end_ms, rise.level_dbfs, rise)
        return [self._finding(leg, baseline, speaker.running, Stage.CERTAIN)]

    def _learn(self, speaker: _Speaker, hop: _Hop) -> None:
        speaker.lesson.append(hop)
        if speaker.baseline is None:
            if len(speaker.lesson) * _HOP_MS < self._settings.baseline_voiced_ms:
                return
        elif len(speaker.lesson) < _LEARN_EVERY_HOPS:
            return
        lesson, speaker.lesson = speaker.lesson, []
        if speaker.baseline is None or len(speaker.learnt) < _BASELINE_HOPS:
            speaker.learnt += lesson
            speaker.baseline = _medians(speaker.learnt)
            return
        share = len(lesson) / _SLOW_HOPS
        old, new = speaker.baseline, _medians(lesson)
        speaker.baseline = _Voice(
            old.level_dbfs + _at_most((new.level_dbfs - old.level_dbfs) * share, _SLOWEST_DB),
            old.semitones + _at_most((new.semitones - old.semitones) * share, _SLOWEST_SEMITONES),
            old.tilt_db + _at_most((new.tilt_db - old.tilt_db) * share, _SLOWEST_DB),
        )

    def _follow_gain(self, speaker: _Speaker, baseline: _Voice, rise: _Voice) -> None:
        if rise.level_dbfs < _QUIET_DB:
            speaker.loud.clear()
            return
        known_ms = speaker.loud[-1].end_ms if speaker.loud else -1
        speaker.loud.extend(each for each in speaker.window if each.start_ms >= known_ms)
        if len(speaker.loud) < _GAIN_HOPS:
            return
        step_db = _medians(speaker.loud).level_dbfs - baseline.level_dbfs
        speaker.baseline = _Voice(baseline.level_dbfs + step_db, baseline.semitones, baseline.tilt_db)
        speaker.learnt = [
            _Hop(each.start_ms, each.end_ms, each.level_dbfs + step_db, each.semitones, each.tilt_db)
            for each in speaker.learnt
        ]
        speaker.loud.clear()

    def _clear(self, at_ms: int) -> list[Finding]:
        findings: list[Finding] = []
        for leg, speaker in self._speakers.items():
            if speaker.running is not None:
                speaker.running.last_ms = min(at_ms, speaker.running.last_ms)
                findings += self._close(leg, speaker)
            speaker.window.clear()
            speaker.loud.clear()
        return findings

    def _close(self, leg: Leg, speaker: _Speaker) -> list[Finding]:
        running, speaker.running = speaker.running, None
        speaker.window.clear()
        if running is None or speaker.baseline is None:
            return []
        return [self._finding(leg, speaker.baseline, running, Stage.REVISED)]

    def _finding(self, leg: Leg, baseline: _Voice, running: _Rise, stage: Stage) -> Finding:
        settings = self._settings
        return Finding(
            kind=Kind.VOLUME_RISE,
            rule=Kind.VOLUME_RISE.value,
            event=f"{Kind.VOLUME_RISE}:{leg}:{running.start_ms}",
            stage=stage,
            severity=Severity.MINOR,
            leg=leg,
            audio_end_ms=running.last_ms,
            refractory_ms=settings.refractory_ms,
            evidence=Evidence(
                from_ms=running.start_ms,
                to_ms=running.last_ms,
                values=(
                    Measure("rise_db", round(running.most_db, 1)),
                    Measure("rise_semitones", round(running.rise.semitones, 1)),
                    Measure("rise_tilt_db", round(running.rise.tilt_db, 1)),
                    Measure("baseline_dbfs", round(baseline.level_dbfs, 1)),
                ),
                threshold=(
                    Measure("rise_db", settings.rise_db),
                    Measure("effort_semitones", settings.effort_semitones),
                    Measure("effort_tilt_db", settings.effort_tilt_db),
                ),
            ),
        )


def _medians(hops: deque[_Hop] | list[_Hop]) -> _Voice:
    return _Voice(
        *medians(chain.from_iterable((hop.level_dbfs, hop.semitones, hop.tilt_db) for hop in hops), 3).tolist()
    )


def _at_most(step: float, limit: float) -> float:
    return max(-limit, min(limit, step))
