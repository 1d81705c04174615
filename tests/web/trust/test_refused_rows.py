"""What the ledger says of what was refused: nobody heard anything."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.fakes.supervising import FakeSupervising
from tests.web.trust.closed_site import PASSWORD, ClosedSite, closed_site
from web.supervision import Mode, UnableError, Wish
from web.trust.people import ScopeFields, UserFields
from web.trust.rights import Role
from web.trust.sources import Act, LedgerQuestion, LedgerRow
from web.trust.supervised import ScopedSupervising
from web.trust.who import EVERYWHERE, LOCAL, NOBODY, now_asks


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[ClosedSite]:
    async with closed_site(tmp_path) as opened:
        yield opened


async def _rows(site: ClosedSite, act: Act) -> Sequence[LedgerRow]:
    return await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(act,), call_id="c-east"))


async def test_what_was_refused_stands_nowhere_as_heard(site: ClosedSite) -> None:
    one_leg = UserFields(roles=(Role.QA,), scope=ScopeFields(everywhere=True), legs="agent")
    await site.front.book.add_user("one-leg", one_leg, await site.front._hashed(PASSWORD), NOBODY)
    client = await site.logged_in("one-leg")
    assert (await client.get("/api/v1/alerts/a-east/clip.flac")).status_code == 403
    assert await _rows(site, Act.CLIP) == []
    await client.aclose()


async def test_a_way_into_a_call_that_there_is_not_is_written_down_as_over(site: ClosedSite) -> None:
    nobody_is_let_in = FakeSupervising(site.calls, site.audience)
    nobody_is_let_in.lacks = "the telephone system cannot do this"
    now_asks(LOCAL)
    with pytest.raises(UnableError):
        await ScopedSupervising(nobody_is_let_in, site.calls, site.ledger).supervise(
            "c-east", Wish(Mode.WHISPER, "east", None, browser=True)
        )
    rows = await _rows(site, Act.WHISPER)
    assert sorted((row.phase, row.about) for row in rows) == [
        ("begun", "browser"),
        ("ended", "not possible by browser"),
    ]
