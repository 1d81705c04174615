"""A real OpenID Connect provider (oidc-provider-mock) in a process of its own, and a browser's way through it."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx

from tests.fakes.servers import free_port, until_works


@contextmanager
def running_provider() -> Iterator[str]:
    """Its issuer."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        until_works(lambda: httpx.get(f"{issuer}/jwks", trust_env=False).raise_for_status(), httpx.HTTPError)
        yield issuer
    finally:
        process.kill()
        process.wait()


def known_there(issuer: str, sub: str, **claims: object) -> None:
    """Register somebody at the provider, or change what it says of them."""
    body = json.dumps(claims)
    httpx.put(
        f"{issuer}/users/{sub}", content=body, headers={"Content-Type": "application/json"}, trust_env=False
    ).raise_for_status()


async def to_provider(browser: httpx.AsyncClient, then: str = "/") -> str:
    """The address at the provider where our button leads."""
    away = await browser.get("/api/v1/session/provider", params={"next": then})
    assert away.status_code == 303, away.text
    return away.headers["location"]


async def at_provider(address: str, sub: str | None) -> str:
    """Log in there as `sub`, None says no; answers the address at ours that one is sent back to."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        form = {"action": "deny"} if sub is None else {"sub": sub}
        back = await browser.post(address, data=form)
        assert back.status_code == 302, back.text
        return urljoin(address, back.headers["location"])


async def out_at_provider(address: str) -> str | None:
    """Say there that one wants to be logged out; answers where it leads to then, None for a page of its own."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        asked = await browser.get(address)
        assert asked.status_code == 200, asked.text
        form = re.search(r'<form method="post" action="([^"]+)"', asked.text)
        assert form is not None
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text)
        filled = {name: html.unescape(value) for name, value in fields}
        gone = await browser.post(urljoin(address, html.unescape(form[1])), data=filled)
        assert gone.status_code in (200, 302), gone.text
        return str(gone.headers["location"]) if "location" in gone.headers else None


async def through_provider(browser: httpx.AsyncClient, sub: str, then: str = "/") -> httpx.Response:
    """The whole way; answers what one sees at the end."""
    return await browser.get(await at_provider(await to_provider(browser, then), sub))
