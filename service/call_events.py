"""What the PBX reports of a call, as observations for the rules."""

from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallTransferred,
    HangUpReported,
    HoldChanged,
    MuteChanged,
    Observation,
    PauseChanged,
    SupervisorHeard,
)
from web.sources import CallEvent, CallEventType


def observation_of(event: CallEvent, at_ms: int) -> Observation | None:
    """The event at its place in the call; None for one that no rule listens to."""
    match event.type:
        case CallEventType.ANSWERED:
            return CallAnswered(at_ms)
        case CallEventType.HOLD | CallEventType.UNHOLD:
            return HoldChanged(event.type is CallEventType.HOLD, at_ms)
        case CallEventType.MUTE | CallEventType.UNMUTE:
            return MuteChanged(event.leg or Leg.AGENT, event.type is CallEventType.MUTE, at_ms)
        case CallEventType.TRANSFER:
            return CallTransferred(at_ms)
        case CallEventType.HANGUP:
            return HangUpReported(event.party or Party.UNKNOWN, at_ms, event.cause)
        case CallEventType.PAUSE | CallEventType.RESUME:
            return PauseChanged(event.type is CallEventType.PAUSE, at_ms)
        case CallEventType.WHISPER | CallEventType.BARGE | CallEventType.WHISPER_END:
            return _supervisor(event, at_ms)
        case CallEventType.DTMF:
            return None


def _supervisor(event: CallEvent, at_ms: int) -> SupervisorHeard:
    """On a leg whose source is not known to be free of it, a supervisor's voice is to be expected."""
    if event.type is CallEventType.WHISPER_END:
        return SupervisorHeard("nobody", (), at_ms)
    if event.type is CallEventType.WHISPER:
        legs = (event.leg,) if event.leg is not None else (Leg.AGENT, Leg.MIXED)
        return SupervisorHeard("agent", () if event.clean else legs, at_ms)
    return SupervisorHeard("both", () if event.clean else (Leg.AGENT, Leg.CUSTOMER, Leg.MIXED), at_ms)
