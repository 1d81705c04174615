"""What the tests of the web room share."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.site import Site, open_site
from tests.web.rest import Desk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened
