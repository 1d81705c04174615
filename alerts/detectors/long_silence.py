"""Long silence: nobody speaks; longer is allowed after the agent has asked for patience."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.line import Line
from alerts.phrase_book import PhraseBook
from config.detection import LongSilenceSettings
from streaming.frames import Leg
from streaming.observations import MusicStarted, Observation, PhraseSpotted, SpeechEnded, SpeechStarted, WordsHeard

_ANNOUNCED_LAST_MS = 5_000  # the request for patience stands when the silence begins this soon after it
_SAME_UTTERANCE_MS = 300  # speech beginning this long after the announcement's last word is a new utterance


class LongSilenceDetector:
    """One event per silence, on two legs or a mixed one.

    Short noises do not end it; a request for patience that is recognised late takes the event back, and so does music
    that turns out to have begun in time.
    """

    def __init__(
        self, settings: LongSilenceSettings, lateness: Lateness, announcements: PhraseBook | None = None
    ) -> None:
        self._settings = settings
        self._lateness = lateness
        self._announcements = announcements
        self._line = Line()
        self._live: dict[Leg, int] = {}
        self._since_ms: int | None = None
        self._spoken_ms = 0  # end of the last speech, however short
        self._announced_ms: int | None = None  # end of the agent's request for patience
        self._told_limit_ms: int | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard, in call order."""
        self._line.feed(observation)
        findings: list[Finding] = []
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms):
                findings += self._tell_until(start_ms)
                self._live[leg] = start_ms
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._live.pop(leg, None)
                self._spoken_ms = max(end_ms, self._spoken_ms)
                if end_ms - start_ms >= self._settings.end_speech_ms:
                    findings += self._spoke(leg, start_ms)
                    self._since_ms = max(end_ms, self._since_ms or 0)
            case MusicStarted(start_ms=start_ms):
                findings += self._take_back(start_ms)
            case WordsHeard(leg=Leg.AGENT | Leg.MIXED):
                findings += self._listen(observation)
            case PhraseSpotted(leg=Leg.AGENT | Leg.MIXED):
                findings += self._spot(observation)
            case _:
                pass
        return findings + self._abstain()

    def advance(self, now_ms: int) -> list[Finding]:
        """All legs have been heard up to `now_ms`."""
        findings: list[Finding] = []
        for leg, start_ms in self._live.items():
            if now_ms - start_ms >= self._settings.end_speech_ms + self._lateness.offset_ms:
                findings += self._spoke(leg, start_ms)
        if self._live or not (self._line.whole and self._line.clear):
            return findings
        if self._since_ms is None:
            self._since_ms = max(self._line.from_ms, self._spoken_ms)  # nobody has spoken since
        return findings + self._tell_until(now_ms - self._lateness.onset_ms)

    def _listen(self, heard: WordsHeard) -> list[Finding]:
        if self._announcements is None or not self._announcements.find(heard.text, heard.leg):
            return []
        return self._announce(heard.end_ms)

    def _spot(self, spotted: PhraseSpotted) -> list[Finding]:
        if self._announcements is None or not self._announcements.rules_with(spotted.phrase, spotted.leg):
            return []
        return self._announce(spotted.end_ms)

    def _announce(self, end_ms: int) -> list[Finding]:
        self._announced_ms = max(end_ms, self._announced_ms or 0)
        since_ms = self._since_ms
        if since_ms is None or self._told_limit_ms != self._settings.limit_ms or not self._announced(since_ms):
            return []
        self._told_limit_ms = None
        at_ms = since_ms + self._settings.limit_ms
        return [self._finding(Stage.WITHDRAWN, since_ms, at_ms, self._settings.limit_ms)]

    def _take_back(self, music_ms: int) -> list[Finding]:
        since_ms, limit_ms = self._since_ms, self._told_limit_ms
        if since_ms is None or limit_ms is None or music_ms - since_ms >= limit_ms:
            return []
        self._since_ms = self._told_limit_ms = None
        return [self._finding(Stage.WITHDRAWN, since_ms, max(since_ms, music_ms), limit_ms)]

    def _spoke(self, leg: Leg, start_ms: int) -> list[Finding]:
        findings = self._end_silence(start_ms)
        announced_ms = self._announced_ms
        if leg is not Leg.CUSTOMER and announced_ms is not None and start_ms >= announced_ms + _SAME_UTTERANCE_MS:
            self._announced_ms = None
        return findings

    def _announced(self, since_ms: int) -> bool:
        return self._announced_ms is not None and since_ms - self._announced_ms <= _ANNOUNCED_LAST_MS

    def _abstain(self) -> list[Finding]:
        since_ms = self._since_ms
        if since_ms is None or (self._line.clear and since_ms >= self._line.from_ms):
            return []
        return self._end_silence(max(since_ms, self._line.lost_ms))

    def _end_silence(self, at_ms: int) -> list[Finding]:
        since_ms = self._since_ms
        if since_ms is None or at_ms < since_ms:
            self._since_ms = None
            return []
        findings = self._tell_until(at_ms)
        if self._told_limit_ms is not None:
            findings.append(self._finding(Stage.REVISED, since_ms, at_ms, self._told_limit_ms))
        self._since_ms = self._told_limit_ms = None
        return findings

    def _tell_until(self, silent_until_ms: int) -> list[Finding]:
        since_ms = self._since_ms
        if since_ms is None or self._told_limit_ms is not None:
            return []
        settings = self._settings
        limit_ms = settings.announced_limit_ms if self._announced(since_ms) else settings.limit_ms
        if silent_until_ms - since_ms < limit_ms:
            return []
        self._told_limit_ms = limit_ms
        return [self._finding(Stage.CERTAIN, since_ms, since_ms + limit_ms, limit_ms)]

    def _finding(self, stage: Stage, since_ms: int, at_ms: int, limit_ms: int) -> Finding:
        return Finding(
            kind=Kind.LONG_SILENCE,
            rule=Kind.LONG_SILENCE.value,
            event=f"{Kind.LONG_SILENCE}:{since_ms}",
            stage=stage,
            severity=Severity.MAJOR,
            leg=None,
            audio_end_ms=at_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=since_ms,
                to_ms=at_ms,
                values=(Measure("silence_ms", at_ms - since_ms),),
                threshold=(Measure("limit_ms", limit_ms),),
            ),
        )
