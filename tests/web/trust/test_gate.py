"""The gate: what stands at no address."""

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.web.trust.closed_site import closed_site


async def test_a_socket_at_no_address_is_not_found_by_those_who_may_be_here(tmp_path: Path) -> None:
    async with closed_site(tmp_path) as site:
        east = await site.logged_in("east")
        cookie = "; ".join(f"{name}={value}" for name, value in east.cookies.items())
        for headers, status, what in (({}, 401, b"not-signed-in"), ({"Cookie": cookie}, 404, b"not-found")):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://{site.host}/ws/nothing", proxy=None, additional_headers=headers)
            answer = refused.value.response
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
            assert b"/problems/" + what in (answer.body or b"")
        await east.aclose()
