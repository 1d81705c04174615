"""A site over a real store in which inspectors have worked for two weeks: a record in every state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.alert import Kind
from alerts.inspection.records import Mark
from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.roster import Person, Roster, Team
from config.roster import Role as RosterRole
from config.settings import Language, Settings
from service.inspection.inspection import Inspection
from service.inspection.kinds import score_records
from service.inspection.scoring import with_marks
from service.reports.monthly import MonthlyReports
from service.store.history import StoredHistory
from service.store.inspection_records import Step
from service.store.store import Store
from tests.fakes.desk import FakeCalls
from tests.fakes.office import an_office
from tests.fakes.site import Site, open_site
from tests.service.inspection.desk import SHEETS, faultless, judged
from tests.service.inspection.test_over_http import NoClips
from tests.service.store.examples import running
from tests.web.stored_days import fill
from web.app import utc_now
from web.inspection.routes import inspection_routes
from web.inspection.views import Score
from web.sources import CallState, CallView
from web.trust.sources import NoLedger

SHEET = "hundred_points"
ROSTER = Roster(
    people=(
        *(
            Person(id=number, name=name, roles=(RosterRole.AGENT,), teams=(team,))
            for number, name, team in (
                *(("1001", "Li Na", "east"), ("1002", "王芳", "east"), ("1003", "Zhang Wei", "west")),
                *(("1004", "김민수", "west"), ("1005", "Chen Jie", "east")),
            )
        ),
        Person(id="zhao", name="赵敏", roles=(RosterRole.SUPERVISOR,), teams=("east",)),
        Person(id="qa1", name="Wu Jing", roles=(RosterRole.INSPECTOR,)),
        Person(id="qa2", name="Sun Li", roles=(RosterRole.INSPECTOR,)),
        Person(id="qa3", name="周涛", roles=(RosterRole.INSPECTOR,)),
        Person(id="lead", name="Liu Yang", roles=(RosterRole.QA_LEAD,)),
        Person(id="lead2", name="何平", roles=(RosterRole.QA_LEAD,)),
    ),
    teams=(Team(id="east"), Team(id="west")),
)
_PLANS = [
    {"plan": "weekly", "sheet": SHEET, "number": 3, "risk_weight": 0.1},
    {"plan": "vip_queue", "sheet": "hotline_indicators", "per": "queue", "share_ratio": 0.1, "queues": ["vip"]},
]


class StoryClock:
    """Stands where the story is; once it is told, it shows the time."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def monotonic_ms(self) -> int:
        """Milliseconds of the shown time."""
        return int(self.now_at().timestamp() * 1000)

    def now_at(self) -> datetime:
        """Where the story is."""
        return self.at or utc_now()


@dataclass(frozen=True, slots=True)
class LoopSite:
    """The site and the desk behind it."""

    site: Site
    inspection: Inspection
    clock: StoryClock
    calls: dict[str, list[CallView]]
    """Calls of each agent, oldest first."""


@asynccontextmanager
async def loop_site(folder: Path) -> AsyncIterator[LoopSite]:
    """The site, its story told."""
    settings, clock, now = Settings(data_dir=folder, language=Language.EN), StoryClock(), utc_now()
    rules = InspectionSettings.model_validate({"plans": _PLANS, "closed_loop": {"recheck_calls": 2}})
    async with running(settings, clock=clock) as store:
        fill(store, now, days=14, calls_a_day=8)
        await store.written()
        desk = Inspection(store, clock, rules, FiguresSettings(), SHEETS, lambda: ("qa1", "qa2", "qa3"))
        calls: dict[str, list[CallView]] = {}
        seen = FakeCalls()
        for call in reversed(await store.calls(CallState.ENDED, None, 500, None)):
            assert call.agent is not None
            assert call.agent.id is not None
            calls.setdefault(call.agent.id, []).append(call)
            seen.views[call.call_id] = call
            seen.lines[call.call_id] = await store.words(call.call_id)
        story = Story(store, desk, clock, calls, now)
        await story.tell()
        clock.at = None
        reports = MonthlyReports(settings, store, clock, SHEETS, lambda: ROSTER)
        office = replace(an_office(), history=StoredHistory(store), reports=reports)
        further = inspection_routes(desk, lambda: ROSTER, seen, NoClips(), NoLedger())
        async with open_site(office=office, routers=further, calls=seen) as site:
            for change in await store.search((), (), (), None, None, 500, None):
                site.alerts.store(change.alert)
            yield LoopSite(site, desk, clock, calls)


class Story:
    """Two weeks of the desk."""

    def __init__(
        self, store: Store, desk: Inspection, clock: StoryClock, calls: dict[str, list[CallView]], now: datetime
    ) -> None:
        self._store, self._desk, self._clock, self._calls, self._now = store, desk, clock, calls, now

    def ago(self, **span: float) -> datetime:
        """Move the clock to so long ago."""
        self._clock.at = self._now - timedelta(**span)
        return self._clock.at

    async def tell(self) -> None:
        """Everything."""
        await self._improvements()
        await self._appeals()
        await self._calibrations()
        await self._examples()
        await self._call_backs()

    async def scored(self, call_id: str, *faults: Mark, by: str = "qa1", round_id: str | None = None) -> Score:
        """A closed score with these faults; everything else is judged faultless, in one step."""
        desk, now = self._desk, self._clock.now_at()
        score = await desk.scoring.begin(call_id, SHEET, by, round_id)
        marks = [*(faultless(SHEET, item) for item in score.result.open_items), *faults]
        kept = await self._store.write(
            lambda engine: score_records().amend(
                engine,
                score.score_id,
                score.version,
                lambda current: with_marks(current, SHEETS[SHEET], marks, now),
                Step("mark", by, now),
            )
        )
        return await desk.scoring.close(score.score_id, kept.version, None, by)

    def call_of(self, agent: str, before: datetime, place: int = 1) -> str:
        """A call of an agent, the newest before a moment or an older one."""
        return [call.call_id for call in self._calls[agent] if call.started_at < before][-place]

    async def _case(self, agent: str, item: str) -> tuple[str, int]:
        found = await self._desk.improving.cases(agent_id=agent, team=None, step=None, overdue=False, limit=50)
        view = next(each for each in found if each.case.fault == item and each.case.closed_at is None)
        return view.case.improvement_id, view.version

    async def _to(self, agent: str, item: str, *, report: float, plan: float | None = None, text: str = "") -> None:
        case, version = await self._case(agent, item)
        self.ago(hours=report)
        told = await self._desk.improving.report(case, version, "qa1")
        if plan is not None:
            self.ago(hours=plan)
            await self._desk.improving.plan(case, told.version, text, "zhao")

    async def _improvements(self) -> None:
        wrong = judged("correct", wrong=1)
        await self.scored(self.call_of("1002", self.ago(days=12)), judged("no_exaggeration", exaggerated=1))
        await self._to(
            "1002", "no_exaggeration", report=280, plan=270, text="Say only what the tariff sheet says; read two calls."
        )
        for days in (9, 7):
            await self.scored(self.call_of("1002", self.ago(days=days)))
        await self.scored(self.call_of("1004", self.ago(days=11)), wrong)
        await self._to("1004", "correct", report=250, plan=240, text="Learn the new tariff by Friday.")
        await self.scored(self.call_of("1004", self.ago(days=6)), wrong)
        await self.scored(self.call_of("1001", self.ago(days=5)), wrong, judged("pace", too_fast=1))
        await self._to(
            *("1001", "correct"), report=110, plan=96,
            text="1. Li Na goes through the refund rules with Zhao Min (Monday).\n2. Two supervised calls.",
        )  # fmt: skip
        await self.scored(self.call_of("1001", self.ago(days=1)))
        await self.scored(self.call_of("1003", self.ago(days=4)), judged("verified", not_verified=1))
        await self._to("1003", "verified", report=90)
        await self.scored(self.call_of("1004", self.ago(hours=21)), judged("complete", incomplete=1), by="qa2")
        await self.scored(self.call_of("1005", self.ago(hours=2)), judged("verified", not_verified=1), by="qa2")

    async def _appeals(self) -> None:
        desk, appeals = self._desk, self._desk.appeals
        for agent, days, reason in (
            ("1003", 3.0, "I did confirm it at the end of the call: 尾号5678 对吗?"),
            ("1004", 0.5, "The system was down, I could not see the second invoice."),
            ("1001", 4.5, "The customer spoke fast, I answered at his pace."),
            ("1004", 5.5, "The tariff changed that morning and nobody told us."),
        ):
            scores = await desk.scoring.scores(
                agent_id=agent, team=None, inspector=None, state=(), since=None, before=None, limit=50
            )
            self.ago(days=days)
            faulty = [
                each
                for each in scores
                if each.closed_at is not None and each.closed_at < self._clock.now_at() and each.result.points != 100
            ]
            await appeals.appeal(faulty[0].score_id, reason, agent)
        by_reason = {
            view.appeal.trail[0].reason[:8]: view for view in await appeals.appeals(agent_id=None, state=None, limit=9)
        }
        spoke, tariff = by_reason["The cust"].appeal.appeal_id, by_reason["The tari"].appeal.appeal_id
        self.ago(days=3)
        await appeals.decide(
            spoke, 1, marks=(), changed=False, reason="The pace was yours: 300 signs a minute.", by="lead"
        )
        self.ago(days=2)
        await appeals.ask_arbitration(spoke, 2, "A second pair of ears, please.", "1001")
        await appeals.decide(
            tariff, 1, marks=[judged("correct")], changed=True, reason="The notice came at noon.", by="lead"
        )

    async def _calibrations(self) -> None:
        drift = {"qa1": (0, 0, 1), "qa2": (1, 0, 0), "qa3": (1, 1, 1)}
        for number, (days, title) in enumerate(((10, "Opening and closing"), (7, "Tariff calls"), (4, "November"))):
            self.ago(days=days)
            calls = [self.call_of("1005", self._clock.now_at(), place) for place in (1, 2, 3)]
            each = await self._desk.calibrating.begin(title, SHEET, calls, list(drift), "lead")
            for place, call_id in enumerate(calls):
                for who, wrong in drift.items():
                    marks = [judged("correct", wrong=int(place == 0)), judged("complete", incomplete=wrong[number])]
                    await self.scored(call_id, *marks, by=who, round_id=each.calibration_id)
            await self._desk.calibrating.close(each.calibration_id, each.version, "lead")
        self.ago(hours=20)
        calls = [self.call_of("1001", self._clock.now_at(), place) for place in (1, 2)]
        each = await self._desk.calibrating.begin("Refund calls", SHEET, calls, list(drift), "lead")
        for call_id, who in ((calls[0], "qa1"), (calls[1], "qa1"), (calls[0], "qa2")):
            await self.scored(call_id, by=who, round_id=each.calibration_id)

    async def _examples(self) -> None:
        self.ago(days=2)
        for agent, fault, good, title, note, consent in (
            ("1002", "verified", True, "Confirms the number and the next step", "Note how she repeats the date.", True),
            ("1003", "correct", False, "“不归我管”:把客户推给别的部门", None, True),
            ("1004", "complete", False, "Forgets the second invoice", "The customer asks twice.", False),
        ):
            await self._desk.library.add(
                self.call_of(agent, self._clock.now_at(), 3),
                fault=fault,
                good=good,
                title=title,
                note=note,
                from_ms=20_000,
                to_ms=52_000,
                consent=consent,
                by="qa1",
            )

    async def _call_backs(self) -> None:
        found = await self._store.search((), (), (), None, None, 500, None)
        newest = {change.alert.call_id: change.alert for change in found}
        chosen = sorted(newest.values(), key=lambda alert: alert.opened_at, reverse=True)[:4]
        for number, (alert, hours) in enumerate(zip(chosen, (1, 5, 20, 30), strict=True)):
            at = self._now - timedelta(hours=hours)
            gave_up = replace(
                alert, alert_id=f"gave-up-{number}", kind=Kind.CUSTOMER_ABANDONED, rule="customer_abandoned", mark=None
            )
            self._store.save_alert(replace(gave_up, opened_at=at, updated_at=at, agent_id=None))
        await self._store.written()
        self.ago(minutes=10)
        await self._desk.call_backs.look()
        backs = await self._desk.call_backs.call_backs(state="open", limit=10)
        if backs:
            await self._desk.call_backs.tried(
                backs[0].call_back_id, 1, reached=False, note="Nobody answers.", by="zhao"
            )
