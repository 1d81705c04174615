"""The sound of an alert: its clip as it was frozen, or decoded."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from web.problems import Problem, ProblemError
from web.sources import Clips

_AlertId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def clips_router(clips: Clips) -> APIRouter:
    """The routes of clips."""
    router = APIRouter(
        prefix="/api/v1/alerts", tags=["alerts"], responses={404: {"model": Problem, "description": "No clip is kept"}}
    )

    @router.get(
        "/{alert_id}/clip.flac",
        response_class=Response,
        responses={200: {"content": {"audio/flac": {}}, "description": "Channel 0 agent, 1 customer; 16 kHz"}},
    )
    async def get_clip(alert_id: _AlertId) -> Response:
        """The clip, byte for byte what `clip_sha256` was made of."""
        return Response(await _found(alert_id, as_wav=False), media_type="audio/flac")

    @router.get(
        "/{alert_id}/clip.wav",
        response_class=Response,
        responses={200: {"content": {"audio/wav": {}}, "description": "The same sound for players without FLAC"}},
    )
    async def get_clip_as_wav(alert_id: _AlertId) -> Response:
        """The clip decoded."""
        return Response(await _found(alert_id, as_wav=True), media_type="audio/wav")

    async def _found(alert_id: str, *, as_wav: bool) -> bytes:
        content = await clips.clip(alert_id, as_wav=as_wav)
        if content is None:
            raise ProblemError(404, "no-clip", "No clip of this alert is kept: not yet, no longer, or never.")
        return content

    return router
