"""Logging in with a real OpenID Connect provider: the good way, and every way it must not work."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from config.trust import GroupSettings, OidcSettings, TrustSettings
from tests.fakes.oidc_provider import at_provider, known_there, running_provider, through_provider, to_provider
from tests.web.trust.closed_site import ClosedSite, closed_site
from web.trust.people import ScopeFields, User, UserFields
from web.trust.rights import Role
from web.trust.sources import Act, LedgerQuestion
from web.trust.who import EVERYWHERE, NOBODY


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider() as address:
        yield address


def _trust(issuer: str, **said: object) -> TrustSettings:
    fields = {"issuer": issuer, "client_id": "earshot", "client_secret": "of this test", **said}
    return TrustSettings(oidc=OidcSettings.model_validate(fields), failures_per_address=1_000, failures_per_name=100)


@pytest.fixture
async def site(issuer: str, tmp_path: Path) -> AsyncIterator[ClosedSite]:
    """East's supervisor is u-east at the provider."""
    async with closed_site(tmp_path, _trust(issuer)) as opened:
        east = _user(opened, "east")
        fields = UserFields(roles=(Role.SUPERVISOR,), scope=ScopeFields(teams=("east",)), oidc_id="u-east")
        await opened.front.change_user(east.user_id, fields, NOBODY)
        yield opened


def _user(site: ClosedSite, name: str) -> User:
    found = site.front.book.by_name(name)
    assert found is not None
    return found[0]


async def _failures(site: ClosedSite) -> list[str | None]:
    return [row.about for row in await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.LOG_IN_FAILED,)))]


async def test_in_with_the_own_roles_to_the_page_asked_for_and_out(site: ClosedSite) -> None:
    async with site.client() as browser:
        back = await through_provider(browser, "u-east", "/history?show=alerts")
        assert back.status_code == 200
        assert 'url=/history?show=alerts"' in back.text
        user = (await browser.get("/api/v1/session")).json()["user"]
        assert user["acts_as"] == "east"
        assert "listen" in user["rights"]
        assert user["scope"]["teams"] == ["east"]
        assert (await browser.get("/api/v1/calls/c-east")).status_code == 200
        assert (await browser.get("/api/v1/calls/c-west")).status_code == 404
        kept = dict(browser.cookies)
        assert (await browser.delete("/api/v1/session")).status_code == 204
        assert (await browser.get("/api/v1/calls")).status_code == 401
        browser.cookies.update(kept)
        assert (await browser.get("/api/v1/calls")).status_code == 401
    rows = await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.LOG_IN, Act.LOG_OUT)))
    assert [(row.act, row.who, row.about) for row in reversed(rows)] == [
        ("log_in", "east", "provider"),
        ("log_out", "east", None),
    ]


async def test_who_is_unknown_here_or_disabled_stays_out(site: ClosedSite) -> None:
    async with site.client() as browser:
        assert (await through_provider(browser, "somebody-else")).status_code == 401
        east = _user(site, "east")
        fields = UserFields.model_validate({name: getattr(east, name) for name in UserFields.model_fields})
        await site.front.change_user(east.user_id, fields.model_copy(update={"disabled": True}), NOBODY)
        assert (await through_provider(browser, "u-east")).status_code == 401
        assert (await browser.get("/api/v1/session")).json()["user"] is None
    assert await _failures(site) == ["unknown here"] * 2


async def test_a_state_that_is_not_this_browsers_or_was_used_is_refused(site: ClosedSite) -> None:
    async with site.client() as victim, site.client() as thief:
        back = await at_provider(await to_provider(thief), "u-east")
        assert (await victim.get(back)).status_code == 401  # another's log-in put under (CSRF)
        assert (await thief.get(back.replace("state=", "state=x"))).status_code == 401
        assert (await thief.get(back)).status_code == 200
        state = httpx.URL(back).params["state"]
        thief.cookies.set("earshot-log-in", state, domain="127.0.0.1", path="/api")
        assert (await thief.get(back)).status_code == 401  # once
        assert (await thief.get("/api/v1/session/provider/callback")).status_code == 401
    assert await _failures(site) == ["provider"]  # the others were refused by the cookie alone


async def test_a_token_for_another_log_in_another_client_or_nobody_is_refused(site: ClosedSite) -> None:
    async with site.client() as browser:
        for changed in ({"nonce": "of another log-in"}, {"client_id": "another-program"}):
            address = httpx.URL(await to_provider(browser)).copy_merge_params(changed)
            assert (await browser.get(await at_provider(str(address), "u-east"))).status_code == 401
        one, other = [await at_provider(await to_provider(browser), "u-east") for _ in range(2)]
        code = httpx.URL(one).params["code"]  # a stolen code put into one's own log-in
        assert (await browser.get(str(httpx.URL(other).copy_merge_params({"code": code})))).status_code == 401
        refused = await at_provider(await to_provider(browser), None)
        assert (await browser.get(refused)).status_code == 401
        assert (await browser.get("/api/v1/session")).json()["user"] is None


async def test_nobody_is_sent_elsewhere_and_a_provider_that_is_away_lets_nobody_in(issuer: str, tmp_path: Path) -> None:
    async with closed_site(tmp_path / "a", _trust(issuer, claim="email")) as site, site.client() as browser:
        root = _user(site, "west")
        fields = UserFields(roles=(Role.QA,), scope=ScopeFields(everywhere=True), oidc_id="qa@example.com")
        await site.front.change_user(root.user_id, fields, NOBODY)
        known_there(issuer, "u-mail", email="qa@example.com")
        assert (await through_provider(browser, "u-mail")).status_code == 401  # whoever may have written that
        known_there(issuer, "u-mail", email="qa@example.com", email_verified=True)
        back = await through_provider(browser, "u-mail", "//evil.test/")
        assert back.status_code == 200
        assert "evil" not in back.text
    async with closed_site(tmp_path / "b", _trust("http://127.0.0.1:9")) as site, site.client() as browser:
        assert (await browser.get("/api/v1/session/provider")).status_code == 401


async def test_groups_of_the_provider_are_roles_here_anew_at_each_log_in(issuer: str, tmp_path: Path) -> None:
    groups = {
        "floor-east": GroupSettings(roles=("supervisor",), teams=("east",)),
        "floor-west": GroupSettings(roles=("floor_manager",), teams=("west",)),
        "it": GroupSettings(roles=("admin",)),
    }
    async with closed_site(tmp_path, _trust(issuer, groups=groups, groups_claim="memberOf")) as site:
        known_there(issuer, "u-1", preferred_username="Kim", name="Kim Min", memberOf=["floor-east", "choir"])
        async with site.client() as kim:
            assert (await through_provider(kim, "u-1")).status_code == 200
            user = (await kim.get("/api/v1/session")).json()["user"]
            assert (user["name"], user["scope"]["teams"]) == ("Kim Min", ["east"])
            assert _user(site, "kim").roles == (Role.SUPERVISOR,)
            known_there(issuer, "u-1", preferred_username="Kim", memberOf=["floor-east", "floor-west"])
            assert (await through_provider(kim, "u-1")).status_code == 200
            assert _user(site, "kim").roles == (Role.FLOOR_MANAGER, Role.SUPERVISOR)
            assert _user(site, "kim").scope.teams == ("east", "west")
            for memberships in (["choir"], [], "floor-east", ["floor-east", "it"]):  # who gives rights hears nothing
                known_there(issuer, "u-1", preferred_username="Kim", memberOf=memberships)
                assert (await through_provider(kim, "u-1")).status_code == 401, memberships
            known_there(issuer, "u-2", preferred_username="root", memberOf=["it"])
            assert (await through_provider(kim, "u-2")).status_code == 401  # not the root who has a password here
        changes = await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.USER_CHANGE,), who="provider"))
        assert [(row.about or "").split(":")[0] for row in reversed(changes)] == ["added kim", "changed kim"]
