"""Sampling plans: those of the settings, and what lead inspectors put in their place or beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from config.sampling import SamplingPlan
from service.clock import Clock
from service.inspection.kinds import plan_records, versioned
from service.store.inspection_records import Step
from service.store.store import Store
from web.inspection.views import KeptPlan, NotNowError, StaleRecordError, UnknownRecordError

_MOST = 100  # plans are few; each is drawn every quarter of an hour


class SamplingPlans:
    """Fills `web.inspection.sources.PlanSource`. Every node reads what is kept each time, so all draw alike."""

    def __init__(self, store: Store, clock: Clock, said: Iterable[SamplingPlan], sheets: Iterable[str]) -> None:
        self._store, self._clock, self._sheets = store, clock, frozenset(sheets)
        self._said = {plan.plan: KeptPlan(plan, 0) for plan in said}
        self._records = plan_records()

    async def all(self) -> Mapping[str, KeptPlan]:
        """The plans in force by name; version 0 is as the settings say."""
        kept = [versioned(each) for each in await self._store.read(self._records.find)]
        named = self._said | {each.plan.plan: each for each in kept}
        return {name: named[name] for name in sorted(named) if not named[name].removed}

    async def put(self, plan: SamplingPlan, version: int, by: str) -> KeptPlan:
        """Put a plan in force; `version` is the one that was seen, 0 for none and for one of the settings.

        Raises StaleRecordError, NotNowError for a sheet that is not there.
        """
        if plan.sheet not in self._sheets:
            raise NotNowError(f"there is no sheet {plan.sheet}; there are {', '.join(sorted(self._sheets))}")
        if plan.plan not in await self.all() and len(await self.all()) >= _MOST:
            raise NotNowError(f"there are {_MOST} plans; remove one first")
        return await self._keep(KeptPlan(plan, version), version, Step("put", by, self._clock.now_at()))

    async def remove(self, name: str, version: int, by: str) -> None:
        """Draw nothing more by it; what was drawn stays. Raises UnknownRecordError, StaleRecordError."""
        found = (await self.all()).get(name)
        if found is None:
            raise UnknownRecordError
        await self._keep(replace(found, removed=True), version, Step("remove", by, self._clock.now_at()))

    async def _keep(self, plan: KeptPlan, version: int, step: Step) -> KeptPlan:
        name = plan.plan.plan
        known = {each.record.plan.plan for each in await self._store.read(self._records.find)}
        if name in known:
            seen = version
            if version == 0:  # it was removed, or somebody was faster
                newest = versioned(await self._store.read(lambda engine: self._records.get(engine, name)))
                if not newest.removed:
                    raise StaleRecordError(newest.version)
                seen = newest.version
            kept = await self._store.write(lambda engine: self._records.amend(engine, name, seen, lambda _: plan, step))
        else:
            kept = await self._store.write(lambda engine: self._records.add(engine, name, plan, step))
        return versioned(kept)
