"""The case library: good and bad examples by fault, for everybody who trains or is trained."""

from collections.abc import Sequence
from dataclasses import replace

from ulid import ULID

from alerts.masking.call_masker import masked_note
from service.clock import Clock
from service.inspection.kinds import example_records, versioned
from service.inspection.scoring import facts_of
from service.store.inspection_records import Step
from service.store.store import Store
from web.inspection.views import Example, NotNowError, UnknownRecordError

_LONGEST_MS = 600_000
_MOST_ALERTS = 1_000


class Library:
    """Fills `web.inspection.sources.LibrarySource`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._examples = example_records()

    async def add(
        self,
        call_id: str,
        *,
        fault: str,
        good: bool,
        title: str,
        note: str | None,
        from_ms: int,
        to_ms: int,
        consent: bool,
        by: str,
        alert_id: str | None = None,
    ) -> Example:
        """Add a stretch of a call. Raises UnknownRecordError for the call, NotNowError for what is not of it."""
        call = await self._store.call(call_id)
        if call is None:
            raise UnknownRecordError
        if not 0 <= from_ms < to_ms <= call.duration_ms or to_ms - from_ms > _LONGEST_MS:
            raise NotNowError(f"the stretch must lie in the call and be at most {_LONGEST_MS // 60_000} minutes long")
        if alert_id is not None:
            found = await self._store.search((), (), (), call_id, None, _MOST_ALERTS, None)
            if all(change.alert.alert_id != alert_id for change in found):
                raise NotNowError("the alert is not one of this call")
        now = self._clock.now_at()
        fresh = Example(
            example_id=str(ULID.from_datetime(now)),
            version=1,
            call=facts_of(call),
            fault=fault,
            good=good,
            title=masked_note(title),
            note=masked_note(note) if note else None,
            from_ms=from_ms,
            to_ms=to_ms,
            consent=consent,
            by=by,
            added_at=now,
            removed_at=None,
            alert_id=alert_id,
        )
        step = Step("add", by, now)
        return versioned(
            await self._store.write(lambda engine: self._examples.add(engine, fresh.example_id, fresh, step))
        )

    async def examples(
        self,
        *,
        fault: str | None,
        limit: int,
        good: bool | None = None,
        consent: bool | None = None,
        words: str | None = None,
    ) -> Sequence[Example]:
        """What is in the library, newest first; `words` are looked for in fault, title and note."""
        found = await self._store.read(lambda engine: self._examples.find(engine, about=fault, state="shown"))
        wanted = [
            versioned(kept)
            for kept in found
            if (good is None or kept.record.good == good)
            and (consent is None or kept.record.consent == consent)
            and (words is None or _says(kept.record, words.casefold()))
        ]
        return wanted[:limit]

    async def get(self, example_id: str) -> Example:
        """One example. Raises UnknownRecordError, also when it was removed."""
        found = versioned(await self._store.read(lambda engine: self._examples.get(engine, example_id)))
        if found.removed_at is not None:
            raise UnknownRecordError
        return found

    async def remove(self, example_id: str, version: int, by: str, reason: str) -> None:
        """Take it out of the library. Raises UnknownRecordError, StaleRecordError."""
        now = self._clock.now_at()

        def change(example: Example) -> Example:
            if example.removed_at is not None:
                raise UnknownRecordError
            return replace(example, removed_at=now)

        step = Step("remove", by, now, masked_note(reason))
        await self._store.write(lambda engine: self._examples.amend(engine, example_id, version, change, step))


def _says(example: Example, words: str) -> bool:
    said = f"{example.fault} {example.title} {example.note or ''}".casefold()
    return all(each in said for each in words.split())
