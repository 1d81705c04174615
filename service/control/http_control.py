"""A hand on the calls of any other telephone system: what is wanted is posted, signed, to its integrator."""

import json
from collections.abc import Mapping

import httpx
import structlog
from ulid import ULID

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.pbx_control import CallLine, ControlNews
from service.webhooks.envelope import headers_of
from streaming.frames import Leg
from web.supervision import Able, ControlFailedError, Mode, UnableError

_log = structlog.get_logger(__name__)
_TYPE = "earshot.call.supervise"
_TRIES = 3


class HttpControl:
    """Fills `PbxControl`. A 2xx means done; 501 names what is missing in `detail`; anything else is a refusal."""

    def __init__(
        self, feed: PbxFeed, settings: PbxSettings, client: httpx.AsyncClient, clock: Clock, news: ControlNews
    ) -> None:
        self._news = news
        self._feed, self._settings, self._client, self._clock = feed, settings, client, clock
        self._wanted: dict[str, tuple[str, CallLine, Mode]] = {}  # extension, line and mode of running supervisions

    def ability(self, mode: Mode) -> Able:
        """What the settings say that the other side does."""
        if mode.value in self._feed.modes:
            return True
        return f"{self._feed.name} is not set to do this (pbx.feeds: modes)"

    async def begin(self, supervision_id: str, mode: Mode, extension: str, line: CallLine) -> None:
        """Ask for it."""
        self._wanted[supervision_id] = (extension, line, mode)
        try:
            await self._post("begin", supervision_id, mode, extension, line)
        except BaseException:
            self._wanted.pop(supervision_id, None)
            raise
        self._news.answered(supervision_id)

    async def change(self, supervision_id: str, mode: Mode) -> None:
        """Ask for another mode."""
        extension, line, _ = self._wanted[supervision_id]
        await self._post("change", supervision_id, mode, extension, line)
        self._wanted[supervision_id] = (extension, line, mode)

    async def end(self, supervision_id: str) -> None:
        """Ask for its end; a telephone system that does not answer ends it with the call."""
        if supervision_id not in self._wanted:
            return
        extension, line, mode = self._wanted.pop(supervision_id)
        for _ in range(_TRIES):
            try:
                await self._post("end", supervision_id, mode, extension, line)
            except (ControlFailedError, UnableError):
                continue
            return
        _log.warning("a supervision could not be ended at its telephone system", feed=self._feed.name)

    async def hang_up(self, line: CallLine) -> None:
        """Ask for the call's end."""
        await self._post("begin", str(ULID()).lower(), Mode.END, None, line)

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """The other side knows its calls."""

    def left(self, call_id: str) -> None:
        """The other side knows its calls."""

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Nobody knows what its streams hold."""
        return False

    def call_over(self, call_id: str) -> None:
        """The other side knows its calls."""
        self._wanted = {key: wanted for key, wanted in self._wanted.items() if wanted[1].call_id != call_id}

    async def _post(self, act: str, supervision_id: str, mode: Mode, extension: str | None, line: CallLine) -> None:
        said = {"act": act, "supervision_id": supervision_id, "call_id": line.call_id, "mode": mode.value}
        body = json.dumps({"type": _TYPE, "data": {**said, "extension": extension}}).encode()
        secret = self._feed.password.get_secret_value() or None
        headers = headers_of(f"{supervision_id}.{act}.{mode}", body, secret, int(self._clock.now_at().timestamp()))
        try:
            answer = await self._client.post(
                self._feed.url, content=body, headers=headers, timeout=self._settings.answer_s
            )
        except httpx.HTTPError as error:
            raise ControlFailedError(f"{self._feed.name} does not answer: {type(error).__name__}") from None
        if answer.status_code == httpx.codes.NOT_IMPLEMENTED:
            raise UnableError(_detail(answer) or f"{self._feed.name} cannot do this")
        if not answer.is_success:
            raise ControlFailedError(f"{self._feed.name} refused with {answer.status_code}")


def _detail(answer: httpx.Response) -> str | None:
    """Problem details, as we would give them."""
    try:
        said = answer.json()
    except ValueError:
        return None
    detail = said.get("detail") if isinstance(said, Mapping) else None
    return detail[:500] if isinstance(detail, str) else None
