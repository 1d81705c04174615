"""Secrets that we give out: long enough that a plain hash keeps them, compared without telling how far they fit."""

import hashlib
import hmac
import secrets as random_secrets

_BYTES = 32
_TICKET_BYTES = 16  # 128 bit, good for half a minute
_KEY_SIGN = "esk"


def new_secret() -> str:
    """256 random bits."""
    return random_secrets.token_urlsafe(_BYTES)


def new_ticket() -> str:
    """128 random bits."""
    return random_secrets.token_urlsafe(_TICKET_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret. Only for secrets of ours: a password needs a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, kept_hash: str | None) -> bool:
    """Whether the secret is the one."""
    return kept_hash is not None and hmac.compare_digest(hashed(secret), kept_hash)


def key_of(key_id: str, secret: str) -> str:
    """A key as it is shown once: it says which one it is, and scanners for lost secrets know its sign."""
    return f"{_KEY_SIGN}_{key_id}_{secret}"


def parts_of_key(key: str) -> tuple[str, str] | None:
    """Id and secret of a key; None for what is none."""
    sign, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    return (key_id, secret) if sign == _KEY_SIGN and key_id and secret else None
