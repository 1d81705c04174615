"""What comes back within the window of a run: lags, latencies, calls that were shed, sockets that were lost."""

from collections import Counter

from service.bench.orders import PlayReport


class HeardBack:
    """Filled by the target's sockets; nothing counts before `open_window` and after `close_window`."""

    def __init__(self) -> None:
        self._open = False
        self._partial_lags_s: list[float] = []
        self._final_lags_s: list[float] = []
        self._alert_latencies_s: list[float] = []
        self._alert_arrivals_s: list[float] = []
        self._level_lags_s: list[float] = []
        self._lates_s: list[float] = []
        self._below: set[str] = set()
        self._shed: set[str] = set()
        self._sockets_lost = 0
        self._faults: Counter[str] = Counter()

    def open_window(self) -> None:
        """From now on everything counts."""
        self._open = True
        self._shed = set(self._below)

    def close_window(self) -> None:
        """Nothing counts any more."""
        self._open = False

    def words(self, lag_s: float, *, final: bool) -> None:
        """A partial or final (or a peer's reply) came so long after its sound was sent."""
        if self._open:
            (self._final_lags_s if final else self._partial_lags_s).append(max(0.0, lag_s))

    def alert(self, latency_s: float, arrival_s: float | None) -> None:
        """A new alert: published − received by the service's clock; sent − told by ours, where that is known."""
        if self._open:
            self._alert_latencies_s.append(latency_s)
            if arrival_s is not None:
                self._alert_arrivals_s.append(arrival_s)

    def levels(self, lag_s: float) -> None:
        """The level of sound that was sent so long ago."""
        if self._open:
            self._level_lags_s.append(max(0.0, lag_s))

    def tier(self, call_id: str, *, below: bool) -> None:
        """A call stands in its tier, or below it."""
        if below:
            self._below.add(call_id)
            if self._open:
                self._shed.add(call_id)
        else:
            self._below.discard(call_id)

    def over(self, call_id: str) -> None:
        """The call has ended."""
        self._below.discard(call_id)

    def late(self, late_s: float) -> None:
        """The driver's worst lateness of a tenth of a second."""
        if self._open:
            self._lates_s.append(late_s)

    def socket_lost(self) -> None:
        """The other side closed a socket we still needed."""
        self._sockets_lost += 1

    def fault(self, what: str) -> None:
        """Something else went wrong; counted by kind, whether the window is open or not."""
        self._faults[what] += 1

    def report(self, calls_begun: int, spoken_ratio: float) -> PlayReport:
        """Everything so far."""
        return PlayReport(
            partial_lags_s=_rounded(self._partial_lags_s),
            final_lags_s=_rounded(self._final_lags_s),
            alert_latencies_s=_rounded(self._alert_latencies_s),
            alert_arrivals_s=_rounded(self._alert_arrivals_s),
            level_lags_s=_rounded(self._level_lags_s),
            driver_lates_s=_rounded(self._lates_s),
            calls_begun=calls_begun,
            calls_shed=len(self._shed),
            sockets_lost=self._sockets_lost,
            faults=[f"{what} ({times} times)" for what, times in sorted(self._faults.items())],
            spoken_ratio=round(spoken_ratio, 3),
        )


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 3) for value in values]
