"""How much one address, key or person may ask for: requests a minute, sockets at once. Bounded memory, no own clock."""

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from config.limits import LimitSettings
from web.trust.who import Principal

_AT_ONCE_S = 15.0  # so many seconds' worth of requests may come at once
_MOST_REMEMBERED = 50_000  # beyond it the one that asked longest ago is forgotten
_SOCKET_WAIT_S = 5.0  # a socket that is one too many may try again then
_NETWORK_BITS = 64  # of IPv6: whoever has one address there has all of these


class Whose(StrEnum):
    """Whom a limit is for."""

    ADDRESS = "address"
    KEY = "key"
    PERSON = "person"


class OverLimitError(Exception):
    """Too much; `wait_s` says when to come again."""

    def __init__(self, whose: Whose, what: str, wait_s: float) -> None:
        super().__init__(f"{whose} {what}")
        self.whose, self.what, self.wait_s = whose, what, wait_s


class Pace:
    """So many a minute for each name, evenly, some at once (generic cell rate algorithm: one number a name)."""

    def __init__(self, per_min: int, monotonic_s: Callable[[], float]) -> None:
        self._step_s, self._monotonic_s = 60 / per_min, monotonic_s
        self._due_s: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """0 when one more may come now, and it counts; else how long to wait, and it does not."""
        now_s = self._monotonic_s()
        due_s = max(now_s, self._due_s.get(name, now_s))
        if (early_s := due_s - now_s) > _AT_ONCE_S:
            return early_s - _AT_ONCE_S
        self._due_s[name] = due_s + self._step_s
        self._due_s.move_to_end(name)
        if len(self._due_s) > _MOST_REMEMBERED:
            self._due_s.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        return len(self._due_s)


class Sockets:
    """So many at once for each name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.open: Counter[str] = Counter()

    def come(self, name: str) -> bool:
        """Whether there is room for one more; then it is counted."""
        if self.open[name] >= self._most:
            return False
        self.open[name] += 1
        return True

    def go(self, name: str) -> None:
        """One less."""
        self.open[name] -= 1
        if self.open[name] <= 0:
            del self.open[name]


class OpenSocket:
    """One socket and everybody in whose name it is counted."""

    def __init__(self, limits: "Limits") -> None:
        self._limits = limits
        self._counted: list[tuple[Whose, str]] = []

    def count(self, whose: Whose, name: str) -> None:
        """Raises OverLimitError."""
        if not self._limits.sockets[whose].come(name):
            raise self._limits.over(whose, "sockets", _SOCKET_WAIT_S)
        self._counted.append((whose, name))

    def end(self) -> None:
        """It is closed."""
        for whose, name in self._counted:
            self._limits.sockets[whose].go(name)
        self._counted.clear()


class Limits:
    """Asked by the gate for every request and socket, and by a socket's hello once it is known whose it is."""

    def __init__(self, settings: LimitSettings, monotonic_s: Callable[[], float], most_sockets: int) -> None:
        """`most_sockets`: no address may have more, whatever the settings say."""
        self.refused: Counter[tuple[Whose, str]] = Counter()
        self.sockets = {
            Whose.ADDRESS: Sockets(min(settings.sockets_per_address, most_sockets)),
            Whose.KEY: Sockets(settings.sockets_per_key),
            Whose.PERSON: Sockets(settings.sockets_per_person),
        }
        self._paces = {
            Whose.ADDRESS: Pace(settings.requests_per_address, monotonic_s),
            Whose.KEY: Pace(settings.requests_per_key, monotonic_s),
            Whose.PERSON: Pace(settings.requests_per_person, monotonic_s),
        }

    def request(self, whose: Whose, name: str) -> None:
        """One more request. Raises OverLimitError."""
        if (wait_s := self._paces[whose].wait_s(name)) > 0:
            raise self.over(whose, "requests", wait_s)

    @contextmanager
    def socket(self) -> Iterator[OpenSocket]:
        """A socket, for as long as it is open; what serves it finds it by `of_person`."""
        opened = OpenSocket(self)
        token = _open_socket.set(opened)
        try:
            yield opened
        finally:
            opened.end()
            _open_socket.reset(token)

    def over(self, whose: Whose, what: str, wait_s: float) -> OverLimitError:
        """Counted."""
        self.refused[whose, what] += 1
        return OverLimitError(whose, what, wait_s)


def whose(principal: Principal) -> tuple[Whose, str] | None:
    """In whose name what the principal does is counted; None for nobody in particular."""
    if principal.user_id is not None:
        return Whose.PERSON, principal.user_id
    return (Whose.KEY, principal.key_id) if principal.key_id is not None else None


def of_person(principal: Principal) -> None:
    """The socket that is served now is this person's. Raises OverLimitError."""
    opened, counted = _open_socket.get(), whose(principal)
    if opened is not None and counted is not None:
        opened.count(*counted)


def network_of(address: str) -> str:
    """What an address is counted by: itself, or for IPv6 its network."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    return str(known.ipv4_mapped or ipaddress.ip_network((known, _NETWORK_BITS), strict=False))


_open_socket: ContextVar[OpenSocket | None] = ContextVar("open_socket", default=None)
