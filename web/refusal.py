"""The answer to a request or an upgrade that is not let in, before any route has seen it."""

import json

from starlette.types import Scope, Send

from web.problems import MEDIA_TYPE, Problem


async def refuse(scope: Scope, send: Send, found: Problem, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """The answer to a request or an upgrade that is not let in."""
    body = json.dumps(found.model_dump()).encode()
    lines = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()), *headers]
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": found.title})
            return
    await send({"type": f"{kind}.start", "status": found.status, "headers": lines})
    await send({"type": f"{kind}.body", "body": body})
