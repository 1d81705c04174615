"""The gate: what stands at no address."""

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.web.trust.closed_site import closed_site


async def test_a_socket_at_no_address_is_not_found_and_says_so(tmp_path: Path) -> None:
    async with closed_site(tmp_path) as site:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{site.host}/ws/nothing", proxy=None)
    answer = refused.value.response
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert b"/problems/not-found" in (answer.body or b"")
