"""Events of the PBX become observations at their place in the call."""

import pytest

from service.call_events import observation_of
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallTransferred,
    HangUpReported,
    HoldChanged,
    MuteChanged,
    Observation,
    PauseChanged,
)
from web.sources import CallEvent, CallEventType


@pytest.mark.parametrize(
    ("event", "observation"),
    [
        (CallEvent(CallEventType.ANSWERED), CallAnswered(7)),
        (CallEvent(CallEventType.HOLD), HoldChanged(True, 7)),
        (CallEvent(CallEventType.UNHOLD), HoldChanged(False, 7)),
        (CallEvent(CallEventType.MUTE), MuteChanged(Leg.AGENT, True, 7)),
        (CallEvent(CallEventType.UNMUTE, Leg.CUSTOMER), MuteChanged(Leg.CUSTOMER, False, 7)),
        (CallEvent(CallEventType.TRANSFER), CallTransferred(7)),
        (CallEvent(CallEventType.HANGUP), HangUpReported(Party.UNKNOWN, 7, None)),
        (CallEvent(CallEventType.HANGUP, party=Party.AGENT, cause="16"), HangUpReported(Party.AGENT, 7, "16")),
        (CallEvent(CallEventType.PAUSE), PauseChanged(True, 7)),
        (CallEvent(CallEventType.RESUME), PauseChanged(False, 7)),
        (CallEvent(CallEventType.DTMF), None),
    ],
)
def test_each_event(event: CallEvent, observation: Observation | None) -> None:
    assert observation_of(event, 7) == observation
