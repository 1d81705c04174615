"""Logging in with a real OpenID Connect provider: the good way, and every way it must not work."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jws import extract_compact

from config.settings import Settings
from config.trust import GroupSettings, OidcSettings, TrustSettings
from service.clock import SystemClock
from service.store.store import Store
from service.trust.provider import Provider
from tests.fakes.file_server import ServedFile, serving
from tests.fakes.oidc_provider import (
    at_provider,
    known_there,
    out_at_provider,
    running_provider,
    through_provider,
    to_provider,
)
from tests.web.test_browser import chromium
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
        await _east_is_known_there(opened)
        yield opened


async def _east_is_known_there(site: ClosedSite) -> None:
    fields = UserFields(roles=(Role.SUPERVISOR,), scope=ScopeFields(teams=("east",)), oidc_id="u-east")
    await site.front.change_user(_user(site, "east").user_id, fields, NOBODY)


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
        out = await browser.delete("/api/v1/session")
        assert out.status_code == 200
        assert not browser.cookies
        assert (await browser.get("/api/v1/calls")).status_code == 401  # before the provider is asked for anything
        asked = httpx.URL(out.json()["provider"]).params
        assert json.loads(extract_compact(asked["id_token_hint"].encode()).payload)["sub"] == "u-east"
        assert asked["client_id"] == "earshot"
        assert await out_at_provider(out.json()["provider"]) is None
        browser.cookies.update(kept)
        assert (await browser.get("/api/v1/calls")).status_code == 401
    rows = await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.LOG_IN, Act.LOG_OUT)))
    assert [(row.act, row.who, row.about) for row in reversed(rows)] == [
        ("log_in", "east", "provider"),
        ("log_out", "east", None),
    ]


async def test_the_provider_leads_back_to_the_page_of_the_settings(issuer: str, tmp_path: Path) -> None:
    page = "https://earshot.example/login?from=work"
    async with closed_site(tmp_path, _trust(issuer, after_log_out=page)) as site, site.client() as browser:
        await _east_is_known_there(site)
        assert (await through_provider(browser, "u-east")).status_code == 200
        out = await browser.delete("/api/v1/session")
        assert await out_at_provider(out.json()["provider"]) == page
        by_password = await site.logged_in("west")  # the provider knows nothing of them
        assert (await by_password.delete("/api/v1/session")).status_code == 204
        await by_password.aclose()


@pytest.mark.browser
async def test_a_page_goes_through_the_providers_log_out_whatever_closes_meanwhile(
    site: ClosedSite, issuer: str
) -> None:
    async with chromium() as browser:
        page = await browser.new_page(locale="en-US")
        await page.goto(f"http://{site.host}/login")
        await page.locator("a.button", has_text="OpenID Connect").click()
        await page.locator("input[name=sub]").fill("u-east")
        await page.keyboard.press("Enter")
        await page.locator("#log-out").wait_for()
        await page.goto(f"http://{site.host}/")  # a console, whose socket ends with the session
        await page.locator(".connection.live").wait_for()
        await page.locator("#log-out").click()
        await page.get_by_role("button", name="End session").click()
        await page.wait_for_url(f"{issuer}/oauth2/end_session/confirm")
        await page.goto(f"http://{site.host}/history")
        await page.wait_for_url(f"http://{site.host}/login?next=%2Fhistory")


@pytest.mark.parametrize(
    ("offered", "wished", "leads_to"),
    [
        ("https://login.test/out?realm=a", True, "https://login.test/out?realm=a&client_id=earshot&id_token_hint=t"),
        ("https://login.test/out", False, None),
        (None, True, None),
        ("javascript:alert(1)", True, None),
        ("https:///out", True, None),
        ("https://login.test:port/out", True, None),
    ],
)
async def test_only_what_the_provider_offers_and_the_settings_wish(
    offered: str | None, wished: bool, leads_to: str | None, tmp_path: Path
) -> None:
    with serving(ServedFile(b"")) as file:
        issuer = file.url.removesuffix("/models/")
        said = {"issuer": issuer} if offered is None else {"issuer": issuer, "end_session_endpoint": offered}
        file.content = json.dumps(said).encode()
        provider = _provider(issuer, tmp_path, log_out=wished)
        assert await provider.way_out("t") == leads_to


async def test_no_way_out_where_the_provider_is_away_and_no_hint_that_is_too_long(issuer: str, tmp_path: Path) -> None:
    assert await _provider("http://127.0.0.1:9", tmp_path).way_out("t") is None
    assert await _provider(issuer, tmp_path).way_out("") == f"{issuer}/oauth2/end_session?client_id=earshot"
    async with closed_site(tmp_path, _trust(issuer)) as site, site.client() as browser:
        await _east_is_known_there(site)
        known_there(issuer, "u-east", groups=[f"group-{number}" for number in range(500)])
        assert (await through_provider(browser, "u-east")).status_code == 200
        out = await browser.delete("/api/v1/session")
        assert set(httpx.URL(out.json()["provider"]).params) == {"client_id"}
    known_there(issuer, "u-east")


def _provider(issuer: str, folder: Path, **said: object) -> Provider:
    clock = SystemClock()
    return Provider(_trust(issuer, **said).oidc, Store(Settings(data_dir=folder), clock), clock)


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
