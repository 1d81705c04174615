"""One POST to a receiver nobody trusts: no redirects, no private addresses, no waiting, nothing read of the answer."""

import asyncio
import ipaddress
import socket

import httpx

_GONE = 410


class PostError(Exception):
    """It was not delivered. The text names the reason, never the address. `for_good`: trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class SafePost:
    """Posts; the host's address is looked up and checked once and then used, so that it cannot change in between."""

    def __init__(self, *, allow_private: bool, answer_s: float, client: httpx.AsyncClient) -> None:
        self._allow_private, self._answer_s, self._client = allow_private, answer_s, client

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Returns when the receiver has said 2xx. Raises PostError."""
        try:
            async with asyncio.timeout(self._answer_s):  # of everything together: a trickle is no answer
                status = await self._status(httpx.URL(url), body, headers)
        except TimeoutError:
            raise PostError("no answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PostError(type(error).__name__) from None
        if not 200 <= status < 300:
            raise PostError(f"HTTP {status}", for_good=status == _GONE)

    async def _status(self, url: httpx.URL, body: bytes, headers: dict[str, str]) -> int:
        address = await self._address(url)
        host = url.netloc.decode("ascii")
        there = url.copy_with(host=address)
        async with self._client.stream(
            "POST", there, content=body, headers={**headers, "Host": host}, extensions={"sni_hostname": url.host}
        ) as answer:
            return answer.status_code  # the body, however long, is not read

    async def _address(self, url: httpx.URL) -> str:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise PostError("host not found") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not self._allow_private and not all(ipaddress.ip_address(each).is_global for each in addresses):
            raise PostError("private address (webhooks.allow_private)", for_good=True)
        return addresses[0]
