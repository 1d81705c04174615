"""OpenID Connect with any standard provider: authorization code with PKCE, state, nonce and a checked id token."""

import asyncio
import base64
import hashlib
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.trust import OidcSettings
from service.clock import Clock
from service.store import trust_writes
from service.store.store import Store
from service.store.trust_writes import KeptLogIn
from service.trust.secrets import hashed, new_secret
from web.trust.sources import WrongError

_ON_THE_WAY_MIN = 10.0
_KNOWN_S = 3_600.0  # how long what the provider says of itself is believed
_LEEWAY_S = 60  # its clock may differ by this
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512"]  # none that knows no key
_LONGEST_ANSWER_BYTES = 262_144
_LONGEST_NAME = 200
_LONGEST_HINT = 4_000  # of an id token in an address; with longer ones browsers and proxies may refuse the whole
_CALLBACK = "/api/v1/session/provider/callback"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who has come back from the provider: what it says of them, its token, and the page that was asked for."""

    oidc_id: str
    page: str
    name: str
    full_name: str | None
    groups: frozenset[str]
    id_token: str


class Provider:
    """One provider. What it says is believed only as far as its signature, issuer, audience, time and nonce go."""

    def __init__(self, settings: OidcSettings, store: Store, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._read_s = 0.0

    async def way(self, then: str, own_address: str) -> tuple[str, str]:
        """The address to go to, and the state to come back with. Raises WrongError when the provider is not there."""
        metadata = await self._about()
        state, verifier, nonce = new_secret(), new_secret(), new_secret()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = httpx.QueryParams(
            response_type="code",
            client_id=str(self._settings.client_id),
            redirect_uri=self._redirect_uri(own_address),
            scope="openid profile email",
            state=state,
            nonce=nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        address = httpx.URL(str(metadata["authorization_endpoint"])).copy_merge_params(asked)
        ends_at = self._clock.now_at() + timedelta(minutes=_ON_THE_WAY_MIN)
        kept = KeptLogIn(hashed(state), nonce, verifier, then[:500], ends_at)
        await self._store.write(lambda engine: trust_writes.add_log_in(engine, kept))
        return str(address), state

    async def who(self, state: str, code: str, own_address: str) -> Arrived:
        """Raises WrongError."""
        kept = await self._store.write(lambda engine: trust_writes.take_log_in(engine, hashed(state)))
        if kept is None or kept.ends_at < self._clock.now_at():
            raise WrongError
        token = await self._token(code, kept.verifier, own_address)
        id_token = str(token.get("id_token", ""))
        claims = await self._claims(id_token, kept.nonce)
        oidc_id, full_name = self._id_in(claims), claims.get("name")
        groups = claims.get(self._settings.groups_claim)
        return Arrived(
            oidc_id,
            kept.page,
            str(claims.get("preferred_username") or oidc_id),
            full_name if isinstance(full_name, str) and 0 < len(full_name) <= _LONGEST_NAME else None,
            frozenset(each for each in groups if isinstance(each, str)) if isinstance(groups, list) else frozenset(),
            id_token if len(id_token) <= _LONGEST_HINT else "",
        )

    async def way_out(self, id_token: str) -> str | None:
        """Where a browser logs out of the provider too; None where that is not wished, not offered or not known."""
        if not self._settings.log_out:
            return None
        asked = {"client_id": str(self._settings.client_id)}
        if id_token:
            asked["id_token_hint"] = id_token
        if self._settings.after_log_out is not None:
            asked["post_logout_redirect_uri"] = self._settings.after_log_out
        try:
            metadata = self._metadata or await self._about()
            offered = httpx.URL(str(metadata.get("end_session_endpoint") or ""))
        except (WrongError, httpx.InvalidURL):
            return None
        if offered.scheme not in ("https", "http") or not offered.host:
            return None
        return str(offered.copy_merge_params(asked))

    def _id_in(self, claims: dict[str, Any]) -> str:
        value = claims.get(self._settings.claim)
        if not isinstance(value, str) or not value:
            raise WrongError
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise WrongError  # anybody could write another's address there
        return value

    async def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        metadata = await self._about()
        checks = jwt.JWTClaimsRegistry(
            now=lambda: int(time.time()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": metadata["issuer"]},
            aud={"essential": True, "value": str(self._settings.client_id)},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):  # a provider may have changed its keys since
            try:
                token = jwt.decode(id_token, await self._key_set(fresh=fresh), algorithms=_ALGORITHMS)
                checks.validate(token.claims)
            except (JoseError, ValueError) as error:
                failure = type(error).__name__
            else:
                return dict(token.claims)
        _log.warning("the provider's id token is not good", failure=failure)
        raise WrongError

    async def _about(self) -> dict[str, Any]:
        issuer = str(self._settings.issuer).rstrip("/")
        if self._metadata is None or time.monotonic() - self._read_s > _KNOWN_S:
            metadata = await self._get(f"{issuer}/.well-known/openid-configuration")
            if str(metadata.get("issuer", "")).rstrip("/") != issuer:
                _log.warning("the provider calls itself otherwise than trust.oidc.issuer")
                raise WrongError
            self._metadata, self._keys, self._read_s = metadata, None, time.monotonic()
        return self._metadata

    async def _key_set(self, *, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            metadata = await self._about()
            self._keys = KeySet.import_key_set(await self._get(str(metadata["jwks_uri"])))  # type: ignore[arg-type]
        return self._keys

    async def _token(self, code: str, verifier: str, own_address: str) -> dict[str, Any]:
        """What the provider gives for the code; only who began the log-in has the verifier."""
        settings = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri(own_address),
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if settings.client_secret is not None:  # RFC 6749 §2.3.1: both are form-encoded first
            secret = settings.client_secret.get_secret_value()
            auth = httpx.BasicAuth(quote(str(settings.client_id), safe=""), quote(secret, safe=""))
        else:
            form["client_id"] = str(settings.client_id)
        address = str((await self._about())["token_endpoint"])
        return await self._answer(httpx.Request("POST", address, data=form), auth)

    async def _get(self, address: str) -> dict[str, Any]:
        return await self._answer(httpx.Request("GET", address))

    async def _answer(self, request: httpx.Request, auth: httpx.Auth | None = None) -> dict[str, Any]:
        """A JSON object; WrongError for anything else, be it late, long, or no answer at all."""
        try:
            async with (
                asyncio.timeout(self._settings.answer_s),
                httpx.AsyncClient(timeout=self._settings.answer_s, trust_env=False) as client,
            ):
                request.headers["Accept"] = "application/json"
                answer = await client.send(request, auth=auth, stream=True)
                answer.raise_for_status()
                body = bytearray()
                async for block in answer.aiter_bytes():
                    body += block
                    if len(body) > _LONGEST_ANSWER_BYTES:
                        raise ValueError
                said = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
            _log.warning("the provider gives no good answer", failure=type(error).__name__)
            raise WrongError from None
        if not isinstance(said, dict):
            raise WrongError
        return said

    def _redirect_uri(self, own_address: str) -> str:
        return (self._settings.address or own_address).rstrip("/") + _CALLBACK
