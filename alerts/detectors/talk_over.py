"""Talk-over: both parties speak at once, for long or again and again."""

from collections import deque
from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.line import Line
from config.detection import TalkOverSettings
from streaming.frames import Leg, other_leg
from streaming.observations import Observation, SpeechEnded, SpeechStarted

_TURN_JOIN_MS = 700  # recognition.md §4.1: segments closer than this are one turn


@dataclass(slots=True)
class _Turn:
    start_ms: int
    end_ms: int | None = None  # None while the party speaks
    inside_other: bool = False  # it began while the other party spoke


@dataclass(slots=True)
class _Piece:
    """Both spoke without a break; `turn` is the one that came in later. The end is None while it lasts."""

    start_ms: int
    turn: _Turn
    end_ms: int | None = None
    told: bool = False


@dataclass(slots=True)
class _Run:
    """Pieces joined over short breaks."""

    start_ms: int
    end_ms: int | None = None
    event: str | None = None  # set once it has been told


class TalkOverDetector:
    """Tells a run of overlap when it reaches the limit, and once more its whole length when it is over.

    Shorter runs are summed over a window. A short turn inside the other's turn (yes, I see) is no talk-over.
    Two legs are needed: on a mixed one it abstains.
    """

    def __init__(self, settings: TalkOverSettings, lateness: Lateness) -> None:
        self._settings = settings
        self._lateness = lateness
        self._line = Line()
        self._turns: dict[Leg, _Turn] = {}
        self._pieces: deque[_Piece] = deque()
        self._run: _Run | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard, in call order."""
        self._line.feed(observation)
        findings: list[Finding] = []
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms) if leg is not Leg.MIXED:
                self._begin_turn(leg, start_ms)
                findings += self._begin_overlap(leg, start_ms)
            case SpeechEnded(leg=leg, end_ms=end_ms) if leg is not Leg.MIXED:
                findings += self._end_speech(leg, end_ms)
            case _:
                pass
        return findings + self._abstain()

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        run = self._run
        if run is None:
            return []
        if run.end_ms is None:
            return self._tell_until(now_ms - self._lateness.offset_ms)
        if now_ms - self._lateness.onset_ms - run.end_ms > self._settings.join_ms:
            return self._close()
        return []

    def _begin_turn(self, leg: Leg, start_ms: int) -> None:
        turn, other = self._turns.get(leg), self._turns.get(other_leg(leg))
        if turn is not None and turn.end_ms is not None and start_ms - turn.end_ms < _TURN_JOIN_MS:
            turn.end_ms = None
            return
        inside = other is not None and (other.end_ms is None or start_ms < other.end_ms)
        self._turns[leg] = _Turn(start_ms, inside_other=inside)

    def _begin_overlap(self, leg: Leg, start_ms: int) -> list[Finding]:
        other = self._turns.get(other_leg(leg))
        if other is None or other.end_ms is not None or not self._judging:
            return []
        findings: list[Finding] = []
        at_ms = max(start_ms, other.start_ms, self._line.from_ms)
        run = self._run
        if run is not None and run.end_ms is not None and at_ms - run.end_ms > self._settings.join_ms:
            findings += self._close()
        if self._run is None:
            self._run = _Run(at_ms)
        self._run.end_ms = None
        turn = self._turns[leg]
        self._pieces.append(_Piece(at_ms, other if other.start_ms > turn.start_ms else turn))
        return findings

    def _end_speech(self, leg: Leg, end_ms: int) -> list[Finding]:
        turn, run = self._turns.get(leg), self._run
        if turn is None:
            return []
        turn.end_ms = end_ms
        if run is None or run.end_ms is not None or not self._pieces:
            if run is not None and run.end_ms is not None and self._pieces and end_ms < run.end_ms:
                # Both stopped at nearly the same time and the earlier end came later.
                self._pieces[-1].end_ms = run.end_ms = max(end_ms, self._pieces[-1].start_ms)
            return []
        end_ms = max(end_ms, self._pieces[-1].start_ms)
        findings = self._tell_until(end_ms)
        self._pieces[-1].end_ms = run.end_ms = end_ms
        return findings

    def _tell_until(self, until_ms: int) -> list[Finding]:
        run = self._run
        if run is None or run.event is not None:
            return []
        at_ms = run.start_ms + self._settings.limit_ms
        summed_ms, from_ms = self._window_full_ms()
        if at_ms <= until_ms and (summed_ms is None or at_ms <= summed_ms):
            run.event = f"{Kind.TALK_OVER}:{run.start_ms}"
            self._drop_pieces(run.start_ms)
            return [self._finding(Stage.CERTAIN, run.event, run.start_ms, at_ms)]
        if summed_ms is not None and summed_ms <= until_ms:
            run.event = f"{Kind.TALK_OVER}:window:{from_ms}"
            self._drop_pieces(from_ms)
            run.start_ms = from_ms
            return [self._finding(Stage.CERTAIN, run.event, from_ms, summed_ms, self._settings.window_limit_ms)]
        return []

    def _window_full_ms(self) -> tuple[int | None, int]:
        """When the sum over the window reaches, or would reach, its limit, and where the summed pieces begin."""
        current = self._pieces[-1]
        while self._pieces and self._pieces[0].start_ms < current.start_ms - self._settings.window_ms:
            self._pieces.popleft()
        past = [piece for piece in list(self._pieces)[:-1] if self._counts(piece)]
        past_ms = sum(piece.end_ms - piece.start_ms for piece in past if piece.end_ms is not None)
        if not past:
            return None, current.start_ms  # one long run tells itself
        full_ms = current.start_ms + max(0, self._settings.window_limit_ms - past_ms)
        if current.turn.inside_other:
            full_ms = max(full_ms, current.turn.start_ms + self._settings.backchannel_ms + 1)
        return full_ms, past[0].start_ms

    def _counts(self, piece: _Piece) -> bool:
        turn = piece.turn
        return (
            not turn.inside_other or turn.end_ms is None or turn.end_ms - turn.start_ms > self._settings.backchannel_ms
        )

    def _drop_pieces(self, from_ms: int) -> None:
        """What has been told is not summed again; the running piece stays."""
        kept = [piece for piece in list(self._pieces)[:-1] if piece.start_ms < from_ms]
        self._pieces = deque([*kept, self._pieces[-1]])

    def _close(self) -> list[Finding]:
        run, self._run = self._run, None
        if run is None or run.event is None or run.end_ms is None:
            return []
        while self._pieces and self._pieces[-1].start_ms >= run.start_ms:
            self._pieces.pop()
        if run.event.startswith(f"{Kind.TALK_OVER}:window"):
            return []
        return [self._finding(Stage.REVISED, run.event, run.start_ms, run.end_ms)]

    @property
    def _judging(self) -> bool:
        return self._line.two_parties and self._line.clear

    def _abstain(self) -> list[Finding]:
        run = self._run
        if run is None or (self._judging and run.start_ms >= self._line.from_ms):
            return []
        if run.end_ms is None:
            run.end_ms = max(run.start_ms, min(self._line.lost_ms, self._line.from_ms))
        findings = self._close()
        self._pieces.clear()
        return findings

    def _finding(self, stage: Stage, event: str, from_ms: int, to_ms: int, summed_ms: int | None = None) -> Finding:
        settings = self._settings
        if summed_ms is None:
            values: tuple[Measure, ...] = (Measure("overlap_ms", to_ms - from_ms),)
            threshold: tuple[Measure, ...] = (Measure("limit_ms", settings.limit_ms),)
        else:
            values = (Measure("overlap_ms", summed_ms), Measure("within_ms", to_ms - from_ms))
            threshold = (Measure("limit_ms", settings.window_limit_ms), Measure("window_ms", settings.window_ms))
        return Finding(
            kind=Kind.TALK_OVER,
            rule=Kind.TALK_OVER.value,
            event=event,
            stage=stage,
            severity=Severity.MINOR,
            leg=None,
            audio_end_ms=to_ms,
            refractory_ms=settings.refractory_ms,
            evidence=Evidence(from_ms=from_ms, to_ms=to_ms, values=values, threshold=threshold),
        )
