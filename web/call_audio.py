"""A stretch of a call as a WAV file, while it is live too."""

import io
import wave
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from streaming.frames import ANALYSIS_RATE_HZ, Leg
from web.calls_api import CallIdInPath
from web.problems import BadField, Problem, ProblemError
from web.sources import Calls, CallView
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import who_asks

_RECENT_MS = 30_000  # without `from_ms`: at least this much is always kept (api.md)
_LOOK_MS = 20  # so little of a call tells whether it is kept
_KNOWN = {"agent": Leg.AGENT, "customer": Leg.CUSTOMER, "mixed": Leg.MIXED}


class KeptAudioBody(BaseModel):
    """Which stretch of a call can be heard now."""

    from_ms: int = Field(description="0 for a call that is recorded; later where only its end is still in memory.")
    to_ms: int


def call_audio_router(calls: Calls, ledger: Ledger) -> APIRouter:
    """The route of a call's audio."""
    router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses={422: {"model": Problem}})

    @router.get("/{call_id}/audio", responses={404: {"model": Problem, "description": "Nothing of it is kept"}})
    async def get_kept_audio(call_id: CallIdInPath) -> KeptAudioBody:
        """What `audio.wav` would give. Nobody hears anything by asking, so it stands in no ledger."""
        call = await calls.get(call_id)
        for from_ms, to_ms in ((0, _LOOK_MS), (max(0, call.duration_ms - _RECENT_MS), call.duration_ms)):
            true_from_ms, channels = await calls.audio(call_id, from_ms, to_ms, (Leg.AGENT, Leg.CUSTOMER))
            if channels and channels[0]:
                return KeptAudioBody(from_ms=true_from_ms, to_ms=call.duration_ms)
        raise ProblemError(404, "no-audio", "Nothing of this call is kept.")

    @router.get(
        "/{call_id}/audio.wav",
        response_class=Response,
        responses={
            200: {
                "content": {"audio/wav": {}},
                "description": "16 kHz, 16 bit, one channel per leg in the order asked",
            },
            404: {"model": Problem, "description": "No such call, or nothing of it is kept"},
        },
    )
    async def get_call_audio(
        call_id: CallIdInPath,
        from_ms: Annotated[int | None, Query(ge=0)] = None,
        to_ms: Annotated[int | None, Query(ge=0)] = None,
        legs: Annotated[str, Query(max_length=40, description="`agent,customer`, or one of them")] = "agent,customer",
    ) -> Response:
        """As much of the stretch as is kept; without bounds the last 30 s. `X-Earshot-From-Ms` says where it begins."""
        wanted = _legs_of(legs)
        call = await calls.get(call_id)
        end_ms = call.duration_ms if to_ms is None else to_ms
        begin_ms = max(0, end_ms - _RECENT_MS) if from_ms is None else from_ms
        if begin_ms >= end_ms and (from_ms is not None or to_ms is not None):
            fault = BadField(field="query.from_ms", detail="must be smaller than to_ms and lie within the call")
            raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
        true_from_ms, channels = await calls.audio(call_id, begin_ms, end_ms, wanted)
        if not channels or not channels[0]:
            raise ProblemError(404, "no-audio", "Nothing of this stretch is kept.")
        length_ms = len(channels[0]) * 1000 // (2 * ANALYSIS_RATE_HZ)
        await ledger.write(who_asks(), _deed(call, wanted, true_from_ms, true_from_ms + length_ms))
        return Response(wav_of(channels), media_type="audio/wav", headers={"X-Earshot-From-Ms": str(true_from_ms)})

    return router


def _deed(call: CallView, legs: tuple[Leg, ...], from_ms: int, to_ms: int) -> Deed:
    agent_id = call.agent.id if call.agent is not None else None
    heard = tuple(leg for leg in legs if who_asks().hears(leg))
    return Deed(
        Act.DOWNLOAD,
        call_id=call.call_id,
        legs=heard,
        from_ms=from_ms,
        to_ms=to_ms,
        agent_id=agent_id,
        site=call.site,
        team=call.team,
        queue=call.queue,
    )


def wav_of(channels: list[bytes]) -> bytes:
    """Equally long channels of s16le at 16 kHz, interleaved behind a WAV header."""
    interleaved = bytearray(sum(len(channel) for channel in channels))
    step = 2 * len(channels)
    for number, channel in enumerate(channels):
        for byte in (0, 1):
            interleaved[number * 2 + byte :: step] = channel[byte::2]
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(len(channels))
        wav.setsampwidth(2)
        wav.setframerate(ANALYSIS_RATE_HZ)
        wav.writeframes(interleaved)
    return file.getvalue()


def _legs_of(text: str) -> tuple[Leg, ...]:
    names = text.split(",")
    unknown = [name for name in names if name not in _KNOWN]
    if unknown or len(set(names)) != len(names) or len(names) > 2:
        fault = BadField(field="query.legs", detail="one or two of agent, customer, mixed, separated by a comma")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    return tuple(_KNOWN[name] for name in names)
