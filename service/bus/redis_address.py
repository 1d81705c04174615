"""From `redis_url` to a connection: one server, TLS, a Unix socket, or whatever server the Sentinels name."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis.asyncio import Redis, Sentinel
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

_SCHEMES = ("redis", "rediss", "unix", "sentinel", "sentinels")
_CERTIFICATES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
_SENTINEL_PORT = 26_379
_PATIENCE_S = 2.0  # for connecting and for one answer: beyond it the server counts as gone


class RedisAddressError(Exception):
    """`redis_url` cannot be understood. The text holds no password."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is. `sentinel://[user:password@]host[:port][,host…]/service[/db]`; `sentinels` and `rediss`: TLS.

    `?ssl_ca_certs=FILE` names the authority of a site's own; `ssl_certfile` and `ssl_keyfile` what Redis asks of us.
    """

    url: str

    def check(self) -> None:
        """Raises RedisAddressError for what cannot be an address."""
        try:
            parts = urlsplit(self.url)
            if parts.scheme not in _SCHEMES:
                raise RedisAddressError("redis_url: must begin with " + ", ".join(f"{each}://" for each in _SCHEMES))
            if parts.scheme.startswith("sentinel"):
                self._sentinels()
                self._certificates()
            else:
                Redis.from_url(self.url)
        except ValueError:
            raise RedisAddressError("redis_url: not understood; write it as redis://host:6379/0") from None

    def client(self, patience_s: float = _PATIENCE_S) -> Redis:
        """A client that connects when it is first used."""
        options: dict[str, Any] = {
            "socket_timeout": patience_s,
            "socket_connect_timeout": _PATIENCE_S,
            "retry": Retry(NoBackoff(), 0),  # who asks tries again; a claim must not wait for a server that is gone
            "protocol": 2,
        }
        if not self.url.startswith("sentinel"):
            return Redis.from_url(self.url, **options)
        hosts, service, database = self._sentinels()
        parts = urlsplit(self.url)
        secured = {"ssl": parts.scheme == "sentinels", **self._certificates()}
        options |= secured | {
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
        }
        watched: Any = Sentinel(  # type: ignore[no-untyped-call]  # the one untyped constructor of the client
            hosts, sentinel_kwargs={"socket_timeout": _PATIENCE_S, **secured}, **options
        )
        master: Redis = watched.master_for(service, db=database)
        return master

    def _certificates(self) -> dict[str, str]:
        asked = parse_qs(urlsplit(self.url).query, strict_parsing=True) if urlsplit(self.url).query else {}
        if not asked.keys() <= _CERTIFICATES:
            raise RedisAddressError(f"redis_url: after `?` only {', '.join(sorted(_CERTIFICATES))}")
        return {name: values[-1] for name, values in asked.items()}

    async def failure(self) -> str | None:
        """Why it cannot be used now; None when it answers."""
        client = self.client()
        try:
            await client.ping()
        except (OSError, RedisError) as error:
            return failure_name(error)
        finally:
            await client.aclose()
        return None

    def _sentinels(self) -> tuple[list[tuple[str, int]], str, int]:
        parts = urlsplit(self.url)
        hosts = [_host(each) for each in parts.netloc.rpartition("@")[2].split(",") if each]
        service, _, database = parts.path.strip("/").partition("/")
        if not hosts or not service:
            raise RedisAddressError("redis_url: write it as sentinel://host:26379,other:26379/mymaster")
        return hosts, service, int(database or 0)


def _host(text: str) -> tuple[str, int]:
    name, _, port = text.partition(":") if not text.startswith("[") else text[1:].partition("]:")
    return name.rstrip("]"), int(port or _SENTINEL_PORT)


async def closed(client: Redis) -> None:
    """Close a client, and where Sentinels named its server, the connections to them. Raises RedisError, OSError."""
    await client.aclose()
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


def failure_name(error: Exception) -> str:
    """What went wrong with Redis, by type: never its text, which may hold the address."""
    return type(error).__name__ if isinstance(error, RedisError) else "unreachable"
