"""Asks an Asterisk's REST interface (ARI) for something: one answer, one refusal, or a lost link."""

import asyncio
import ssl
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from config.pbx import PbxFeed, PbxSettings
from service.control.follower import LinkError
from web.supervision import ControlFailedError

_MOST_AT_ONCE = 20  # an Asterisk under load answers slowly; more at once makes it slower


class AriRefusedError(ControlFailedError):
    """Asterisk said no. Its own words name no person and no number."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"Asterisk refused with {status}: {message}" if message else f"Asterisk refused with {status}")
        self.status = status


class AriRest:
    """One Asterisk. Every method raises LinkError when it cannot be asked, AriRefusedError when it refuses."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, headers: dict[str, str]) -> None:
        self._at_once = asyncio.Semaphore(_MOST_AT_ONCE)
        self._base = f"{feed.url.rstrip('/')}/ari"
        self._client = httpx.AsyncClient(
            headers=headers, timeout=settings.answer_s, trust_env=False, verify=certificates()
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Any:
        """What is there, as JSON."""
        return _json(await self._ask("GET", path, {}, None))

    async def post(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Make or change something; the answer's JSON, None where it has none."""
        answer = await self._ask("POST", path, query, body)
        return _json(answer) if answer.content else None

    async def delete(self, path: str, **query: str) -> bool:
        """Remove something; false when it was not there."""
        try:
            await self._ask("DELETE", path, query, None)
        except AriRefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    async def _ask(self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None) -> httpx.Response:
        try:
            async with self._at_once:
                answer = await self._client.request(method, f"{self._base}/{path}", params=query, json=body)
        except httpx.HTTPError as error:
            raise LinkError(f"Asterisk cannot be asked: {type(error).__name__}") from None
        if answer.status_code >= 400:
            raise AriRefusedError(answer.status_code, _message(answer))
        return answer


@lru_cache
def certificates() -> ssl.SSLContext:
    """The system's certificates, read once."""
    return ssl.create_default_context()


def part(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise LinkError("Asterisk answers with something that is no JSON") from None


def _message(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    message = said.get("message") if isinstance(said, dict) else None
    return message[:200] if isinstance(message, str) else ""
