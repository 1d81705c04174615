"""Hostile tone: a voice well above its own beginning, and something else that says the same (recognition.md §3)."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.line_gain import LineGain
from alerts.own_voice import OwnVoice, Tone
from alerts.phrase_book import PhraseBook
from config.detection import HostileToneSettings
from streaming.frames import Leg, other_leg
from streaming.observations import (
    CallTransferred,
    HoldChanged,
    LineHeard,
    Observation,
    PhraseSpotted,
    SpeechEnded,
    SpeechStarted,
    VoiceHeard,
    WordsHeard,
)

# recognition.md §3.4, by hand; a volume rise beyond the manual's 12 dB says as much as an angry word.
_OVERLAP_WEIGHT, _WITNESS_WEIGHT = 0.8, 1.2
# So many of the last measurements (recognition.md §3.4); where a witness speaks for it already, one less: an outburst
# of two seconds has hardly four.
_TENSE_OF, _HOSTILE_OF, _WITNESSED_OF = (2, 3), (3, 4), (2, 3)
_LEAVE_MS = 5_000  # recognition.md §4.2, row 7
_FADE_MS = 10_000  # a score says less and less of somebody who is silent
_WITNESS_KINDS = frozenset((Kind.TALK_OVER, Kind.VOLUME_RISE, Kind.PHRASE))
_MOST_WITNESSES = 16


class Mood(StrEnum):
    """How a voice sounds."""

    CALM = "calm"
    TENSE = "tense"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True)
class _Witness:
    what: str
    from_ms: int
    to_ms: int


@dataclass(slots=True)
class _Episode:
    """One stretch of hostile voice."""

    start_ms: int
    last_ms: int
    worst: Tone
    told: Severity | None = None
    witness: str | None = None
    over: bool = False


@dataclass(slots=True)
class _Speaker:
    voice: OwnVoice
    scores: deque[float] = field(default_factory=lambda: deque(maxlen=_HOSTILE_OF[1]))
    mood: Mood = Mood.CALM
    tone: Tone | None = None
    high_ms: int = 0  # when it last sounded like its mood
    episode: _Episode | None = None  # running, or just over and still open for a witness
    witnesses: deque[_Witness] = field(default_factory=lambda: deque(maxlen=_MOST_WITNESSES))


class HostileToneDetector:
    """One event per hostile stretch of a voice: an alert with a second witness, else only shown when it lasts.

    Witnesses are words of the packs (forbidden, threats, anger), a talk-over or a volume rise nearby. On a mixed leg
    there is no own beginning: it abstains. On hold it hears nothing.
    """

    def __init__(self, settings: HostileToneSettings, anger: PhraseBook | None = None) -> None:
        self._settings = settings
        self._anger = anger
        self._speakers = {leg: _Speaker(OwnVoice(settings)) for leg in (Leg.AGENT, Leg.CUSTOMER)}
        self._gain = LineGain()
        self._speaking: set[Leg] = set()
        self._on_hold = False
        self._now_ms = 0
        self._open = 0  # episodes that may still change by the clock

    def feed(self, observation: Observation) -> list[Finding]:
        """Take 10 ms of voice, speech, words, or a change of the call."""
        match observation:
            case VoiceHeard(leg=leg) if leg in self._speakers and not self._on_hold:
                return self._hear(leg, observation)
            case LineHeard() if not self._on_hold:
                self._gain.feed(observation)
            case SpeechStarted(leg=leg):
                self._speaking.add(leg)
            case SpeechEnded(leg=leg):
                self._speaking.discard(leg)
            case WordsHeard(leg=leg) if leg in self._speakers and self._anger is not None:
                if self._anger.find(observation.text, leg):
                    return self._testify(leg, _Witness("words", observation.start_ms, observation.end_ms))
            case PhraseSpotted(leg=leg, phrase=phrase) if leg in self._speakers and self._anger is not None:
                if self._anger.rules_with(phrase, leg):
                    return self._testify(leg, _Witness("words", observation.start_ms, observation.end_ms))
            case HoldChanged(on_hold=on_hold):
                self._on_hold = on_hold
                for speaker in self._speakers.values():
                    speaker.voice.forget_moment()
                    self._calm(speaker)
            case CallTransferred():
                self._speakers[Leg.AGENT] = _Speaker(OwnVoice(self._settings))
                self._gain.forget(Leg.AGENT)
            case _:
                pass
        return []

    def heed(self, finding: Finding) -> list[Finding]:
        """What the other rules of this call have found; some of it witnesses."""
        if finding.kind not in _WITNESS_KINDS or finding.stage is Stage.WITHDRAWN:
            return []
        witness = _Witness(finding.kind.value, finding.evidence.from_ms, finding.evidence.to_ms)
        findings: list[Finding] = []
        for leg in self._speakers:
            if finding.leg is None or finding.leg is leg:
                findings += self._testify(leg, witness)
        return findings

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        self._now_ms = now_ms
        if not self._open:
            return []
        findings: list[Finding] = []
        for leg, speaker in self._speakers.items():
            episode = speaker.episode
            if episode is None:
                continue
            if not episode.over and now_ms - episode.last_ms > _LEAVE_MS:
                episode.over = True
                self._calm(speaker)
                if episode.told is not None:
                    findings.append(self._finding(leg, episode, Stage.REVISED, episode.last_ms))
            if episode.over and now_ms - episode.last_ms > self._settings.witness_ms + _LEAVE_MS:
                speaker.episode = None
                self._open -= 1
        return findings

    def tone(self, leg: Leg) -> float:
        """How tense the leg sounds, 0..1; fades while it says nothing, 0 before its beginning is known."""
        speaker = self._speakers.get(leg)
        if speaker is None or speaker.tone is None:
            return 0.0
        silent_ms = max(0, self._now_ms - speaker.tone.end_ms)
        return float(speaker.tone.score * 0.5 ** (silent_ms / _FADE_MS))

    def mood(self, leg: Leg) -> Mood:
        """Calm, tense or hostile."""
        speaker = self._speakers.get(leg)
        return speaker.mood if speaker is not None else Mood.CALM

    def _hear(self, leg: Leg, heard: VoiceHeard) -> list[Finding]:
        speaker = self._speakers[leg]
        pushed = self._pushed(leg, heard.end_ms)
        tone = speaker.voice.hear(heard, pushed, self._gain.of(leg))
        if tone is None:
            return []
        speaker.tone = tone
        speaker.scores.append(tone.score)
        self._change_mood(speaker, tone, _WITNESSED_OF if pushed >= _WITNESS_WEIGHT else _HOSTILE_OF)
        episode = speaker.episode
        if speaker.mood is not Mood.HOSTILE:
            return []
        if episode is None or episode.over:
            self._open += episode is None
            episode = speaker.episode = _Episode(max(0, tone.end_ms - self._lead_ms), tone.end_ms, tone)
        if tone.score >= self._settings.hostile_score - self._settings.leave_score:
            episode.last_ms = tone.end_ms
        if tone.logit > episode.worst.logit:
            episode.worst = tone
        return self._tell(leg, speaker, episode, tone.end_ms)

    def _pushed(self, leg: Leg, at_ms: int) -> float:
        """What speaks for hostility besides the voice: words of late, a volume rise just now, talking over."""
        overlap = _OVERLAP_WEIGHT if other_leg(leg) in self._speaking and leg in self._speaking else 0.0
        settings = self._settings
        for witness in self._speakers[leg].witnesses:
            lasting_ms = settings.window_ms if witness.what == Kind.VOLUME_RISE else settings.witness_ms
            if witness.what != Kind.TALK_OVER and witness.to_ms >= at_ms - lasting_ms:
                return overlap + _WITNESS_WEIGHT
        return overlap

    def _change_mood(self, speaker: _Speaker, tone: Tone, hostile_of: tuple[int, int]) -> None:
        settings, scores = self._settings, list(speaker.scores)
        hostile = sum(score >= settings.hostile_score for score in scores[-hostile_of[1] :]) >= hostile_of[0]
        tense = sum(score >= settings.tense_score for score in scores[-_TENSE_OF[1] :]) >= _TENSE_OF[0]
        if hostile:
            speaker.mood = Mood.HOSTILE
        elif tense and speaker.mood is Mood.CALM:
            speaker.mood = Mood.TENSE
        floor = settings.hostile_score if speaker.mood is Mood.HOSTILE else settings.tense_score
        if speaker.mood is Mood.CALM or tone.score >= floor - settings.leave_score:
            speaker.high_ms = tone.end_ms
        elif tone.end_ms - speaker.high_ms > _LEAVE_MS:
            speaker.mood = Mood.CALM

    @property
    def _lead_ms(self) -> int:
        """The voice had been so for this long when the state was reached: what a measurement needs, and two steps."""
        return self._settings.voiced_ms + (_HOSTILE_OF[0] - 1) * self._settings.step_ms

    def _testify(self, leg: Leg, witness: _Witness) -> list[Finding]:
        speaker = self._speakers[leg]
        speaker.witnesses.append(witness)
        if speaker.episode is None:
            return []
        return self._tell(leg, speaker, speaker.episode, speaker.episode.last_ms)

    def _tell(self, leg: Leg, speaker: _Speaker, episode: _Episode, at_ms: int) -> list[Finding]:
        if episode.told is Severity.CRITICAL:
            return []
        near_ms = self._settings.witness_ms
        for witness in speaker.witnesses:
            if witness.from_ms <= episode.last_ms + near_ms and witness.to_ms >= episode.start_ms - near_ms:
                stage = Stage.CERTAIN if episode.told is None else Stage.REVISED
                episode.told, episode.witness = Severity.CRITICAL, witness.what
                return [self._finding(leg, episode, stage, at_ms)]
        if episode.told is None and at_ms - episode.start_ms >= self._settings.persistence_ms:
            episode.told = Severity.INFO
            return [self._finding(leg, episode, Stage.CERTAIN, at_ms)]
        return []

    def _calm(self, speaker: _Speaker) -> None:
        speaker.mood = Mood.CALM
        speaker.scores.clear()

    def _finding(self, leg: Leg, episode: _Episode, stage: Stage, at_ms: int) -> Finding:
        worst = episode.worst
        values = [
            Measure("score_ratio", round(worst.score, 2)),
            Measure("rise_db", round(worst.rise_db, 1)),
            Measure("rise_semitones", round(worst.rise_semitones, 1)),
            Measure("rise_tilt_db", round(worst.rise_tilt_db, 1)),
        ]
        if episode.witness is not None:
            values.append(Measure("witness", episode.witness))
        return Finding(
            kind=Kind.HOSTILE_TONE,
            rule=Kind.HOSTILE_TONE.value,
            event=f"{Kind.HOSTILE_TONE}:{leg}:{episode.start_ms}",
            stage=stage,
            severity=episode.told if episode.told is not None else Severity.INFO,
            leg=leg,
            audio_end_ms=at_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=episode.start_ms,
                to_ms=at_ms,
                values=tuple(values),
                threshold=(Measure("score_ratio", self._settings.hostile_score),),
            ),
        )
