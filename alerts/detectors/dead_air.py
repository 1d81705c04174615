"""Dead air: the customer has finished and the agent does not answer (manual 002, 话务空白)."""

from enum import Enum, auto

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.line import Line
from config.detection import DeadAirSettings
from streaming.frames import Leg
from streaming.observations import MusicStarted, Observation, SpeechEnded, SpeechStarted

_TURN_JOIN_MS = 700  # recognition.md §4.1: segments closer than this are one turn
_TURN_SPEECH_MS = 800  # recognition.md §4.1: less speech is a cough or a word, no turn
_BACKCHANNEL_MS = 1_000  # recognition.md §4.1: a turn this short inside the agent's speech asks for no answer


class _Told(Enum):
    """How much of the running silence has been told."""

    NOTHING = auto()
    TOO_LONG = auto()
    CRITICAL = auto()


class DeadAirDetector:
    """One event per silence after a turn of the customer.

    The clock starts at the real end of the customer's speech and starts again when the customer speaks again. Speech of
    the agent ends it, once it is long enough for an answer. Whatever hides a party from us (hold, mute, a stalled,
    gapped or ended leg, music) ends it too, without blame. The findings do not depend on how often `advance` is called.
    Music, or sound that is missing, is known late: what was told meanwhile of a silence in which it soon began is taken
    back.
    """

    def __init__(self, settings: DeadAirSettings, lateness: Lateness) -> None:
        self._settings = settings
        self._lateness = lateness
        self._line = Line()
        self._turn_start_ms = 0
        self._turn_end_ms: int | None = None
        self._turn_speech_ms = 0
        self._in_agent_speech = False  # the customer's turn began while the agent spoke
        self._agent_since_ms: int | None = None
        self._agent_last = (0, 0)
        self._owed = False  # the customer has said something that wants an answer
        self._silent_since_ms: int | None = None  # end of the customer's speech, while the answer is owed
        self._told = _Told.NOTHING

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard, in call order."""
        self._line.feed(observation)
        findings: list[Finding] = []
        match observation:
            case SpeechStarted(leg=Leg.CUSTOMER, start_ms=start_ms):
                findings += self._end_silence(start_ms)
                self._begin_turn(start_ms)
            case SpeechEnded(leg=Leg.CUSTOMER, start_ms=start_ms, end_ms=end_ms):
                self._end_turn(start_ms, end_ms)
            case SpeechStarted(leg=Leg.AGENT, start_ms=start_ms):
                self._agent_since_ms = start_ms
                findings += self._tell_until(start_ms)
            case SpeechEnded(leg=Leg.AGENT, start_ms=start_ms, end_ms=end_ms):
                self._agent_since_ms, self._agent_last = None, (start_ms, end_ms)
                if self._silent_since_ms is not None:
                    answer_ms = max(start_ms, self._silent_since_ms)
                    if end_ms - answer_ms >= self._settings.answer_ms:
                        findings += self._answered(answer_ms)
            case MusicStarted(start_ms=start_ms):
                findings += self._take_back(start_ms)
            case _:
                pass
        return findings + self._abstain()

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        if self._silent_since_ms is None:
            return []
        if self._agent_since_ms is not None:
            # Not yet silence and not yet an answer: until the ear would have told a short noise's end.
            answer_ms = max(self._agent_since_ms, self._silent_since_ms)
            if now_ms - answer_ms >= self._settings.answer_ms + self._lateness.offset_ms:
                return self._answered(answer_ms)
            return []
        return self._tell_until(now_ms - self._lateness.onset_ms)

    def _begin_turn(self, start_ms: int) -> None:
        if self._turn_end_ms is not None and start_ms - self._turn_end_ms < _TURN_JOIN_MS:
            return
        self._turn_start_ms, self._turn_end_ms, self._turn_speech_ms = start_ms, None, 0
        last_start_ms, last_end_ms = self._agent_last
        live = self._agent_since_ms is not None and self._agent_since_ms <= start_ms
        self._in_agent_speech = live or last_start_ms <= start_ms < last_end_ms

    def _end_turn(self, start_ms: int, end_ms: int) -> None:
        self._turn_end_ms = end_ms
        self._turn_speech_ms += end_ms - start_ms
        backchannel = self._in_agent_speech and end_ms - self._turn_start_ms <= _BACKCHANNEL_MS
        if self._turn_speech_ms >= _TURN_SPEECH_MS and not backchannel:
            self._owed = True
        if self._owed and self._line.two_parties and self._line.clear and end_ms >= self._line.from_ms:
            self._silent_since_ms, self._told = end_ms, _Told.NOTHING

    def _answered(self, at_ms: int) -> list[Finding]:
        findings = self._end_silence(at_ms)
        self._owed = False
        return findings

    def _abstain(self) -> list[Finding]:
        since_ms = self._silent_since_ms
        last_ms = since_ms if since_ms is not None else self._turn_end_ms or 0
        if self._line.clear and last_ms >= self._line.from_ms:
            return []
        lost_ms = max(last_ms, self._line.lost_ms)
        findings = self._take_back(lost_ms) or self._end_silence(lost_ms)
        self._owed = False
        return findings

    def _take_back(self, hidden_ms: int) -> list[Finding]:
        """What was told of a silence that we know only up to `hidden_ms`, where that is not too long."""
        since_ms = self._silent_since_ms
        if since_ms is None or self._told is _Told.NOTHING or hidden_ms - since_ms > self._settings.limit_ms:
            return []
        severity = Severity.CRITICAL if self._told is _Told.CRITICAL else Severity.MAJOR
        self._silent_since_ms, self._told = None, _Told.NOTHING
        return [self._finding(Stage.WITHDRAWN, severity, since_ms, max(since_ms, hidden_ms))]

    def _end_silence(self, at_ms: int) -> list[Finding]:
        since_ms = self._silent_since_ms
        if since_ms is None:
            return []
        findings = self._tell_until(at_ms)
        if self._told is not _Told.NOTHING:
            severity = Severity.CRITICAL if self._told is _Told.CRITICAL else Severity.MAJOR
            findings.append(self._finding(Stage.REVISED, severity, since_ms, at_ms))
        self._silent_since_ms, self._told = None, _Told.NOTHING
        return findings

    def _tell_until(self, silent_until_ms: int) -> list[Finding]:
        since_ms, findings = self._silent_since_ms, []
        if since_ms is None:
            return []
        if self._told is _Told.NOTHING and silent_until_ms - since_ms > self._settings.limit_ms:
            self._told = _Told.TOO_LONG
            at_ms = since_ms + self._settings.limit_ms
            findings.append(self._finding(Stage.CERTAIN, Severity.MAJOR, since_ms, at_ms))
        if self._told is _Told.TOO_LONG and silent_until_ms - since_ms >= self._settings.critical_ms:
            self._told = _Told.CRITICAL
            at_ms = since_ms + self._settings.critical_ms
            findings.append(self._finding(Stage.REVISED, Severity.CRITICAL, since_ms, at_ms))
        return findings

    def _finding(self, stage: Stage, severity: Severity, since_ms: int, at_ms: int) -> Finding:
        return Finding(
            kind=Kind.DEAD_AIR,
            rule=Kind.DEAD_AIR.value,
            event=f"{Kind.DEAD_AIR}:{since_ms}",
            stage=stage,
            severity=severity,
            leg=Leg.AGENT,
            audio_end_ms=at_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=since_ms,
                to_ms=at_ms,
                values=(Measure("silence_ms", at_ms - since_ms),),
                threshold=(
                    Measure("limit_ms", self._settings.limit_ms),
                    Measure("critical_ms", self._settings.critical_ms),
                ),
            ),
        )
