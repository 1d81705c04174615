"""Signatures of an upgrade request: HTTP message signatures (HMAC-SHA256) as AudioHook makes them, and Twilio's."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import http_sf

_OLDEST_S = 10  # AudioHook reference server: a request is at most this old
_SKEW_S = 3  # and at most this far in the future
_SHORTEST_NONCE = 22  # characters: 128 bits in base64
_REQUIRED = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """What of a request can be signed: the target as it was sent (path and query), the host, headers in lower case."""

    target: str
    authority: str
    headers: Mapping[str, str]


class SignatureRefusedError(Exception):
    """The request is not signed as it must be. The text says what is wrong, nothing of keys or signatures."""


def check_message_signature(request: UpgradeRequest, secret: bytes, now_s: float) -> None:
    """Raises SignatureRefusedError unless one signature covers all required components and is right and fresh.

    `secret` is the client secret, decoded. The draft `httpbis-message-signatures` as AudioHook's own client uses it.
    """
    inputs = _dictionary(request.headers, "signature-input")
    given = _dictionary(request.headers, "signature")
    for label, signed in inputs.items():
        if not isinstance(signed, tuple) or not isinstance(signed[0], list) or label not in given:
            continue
        components, parameters = [item[0] for item in signed[0]], signed[1]
        _check_parameters(components, parameters, request, now_s)
        base = "\n".join(
            [
                *(f'"{name}": {_value(request, str(name))}' for name in components),
                f'"@signature-params": {http_sf.ser([signed])}',
            ]
        )
        right = hmac.new(secret, base.encode(), hashlib.sha256).digest()
        signature = _item(given[label])
        if isinstance(signature, bytes) and hmac.compare_digest(right, signature):
            return
        raise SignatureRefusedError("the signature is wrong")
    raise SignatureRefusedError("Signature-Input and Signature name no signature in common")


def check_twilio_signature(url: str, auth_token: bytes, signature: str | None) -> None:
    """Raises SignatureRefusedError unless `X-Twilio-Signature` is the base64 HMAC-SHA1 of the full wss address."""
    if not signature:
        raise SignatureRefusedError("X-Twilio-Signature is missing")
    right = base64.b64encode(hmac.new(auth_token, url.encode(), hashlib.sha1).digest())
    if not hmac.compare_digest(right, signature.encode("ascii", "replace")):
        raise SignatureRefusedError("X-Twilio-Signature is wrong")


def _dictionary(headers: Mapping[str, str], name: str) -> dict[str, object]:
    text = headers.get(name)
    if not text:
        raise SignatureRefusedError(f"the header {name} is missing")
    try:
        parsed: object = http_sf.parse(text.encode("ascii"), tltype="dictionary")
    except ValueError:  # not ASCII, or not a structured field
        parsed = None
    if not isinstance(parsed, dict):
        raise SignatureRefusedError(f"the header {name} is not a dictionary of structured fields")
    return parsed


def _item(member: object) -> object:
    """The bare value of a dictionary's member, its parameters left out."""
    return member[0] if isinstance(member, tuple) else member


def _check_parameters(
    components: list[object], parameters: Mapping[str, object], request: UpgradeRequest, now_s: float
) -> None:
    missing = [name for name in _REQUIRED if name not in components]
    if missing:
        raise SignatureRefusedError(f"the signature does not cover {', '.join(missing)}")
    if parameters.get("alg") != "hmac-sha256":
        raise SignatureRefusedError("alg must be hmac-sha256")
    if parameters.get("keyid") != request.headers.get("x-api-key"):
        raise SignatureRefusedError("keyid and X-API-KEY differ")
    nonce, created = parameters.get("nonce"), parameters.get("created")
    if not isinstance(nonce, str) or len(nonce) < _SHORTEST_NONCE:
        raise SignatureRefusedError(f"nonce must have at least {_SHORTEST_NONCE} characters")
    if not isinstance(created, int) or not -_SKEW_S <= now_s - created <= _OLDEST_S:
        raise SignatureRefusedError("the signature is too old, or of the future: check both clocks")
    expires = parameters.get("expires")
    if isinstance(expires, int) and now_s > expires:
        raise SignatureRefusedError("the signature has expired")


def _value(request: UpgradeRequest, name: str) -> str:
    match name:
        case "@request-target":
            return request.target
        case "@authority":
            return request.authority
        case _ if name in request.headers:
            return request.headers[name]
        case _:
            raise SignatureRefusedError(f"the signature covers {name}, which the request does not have")
