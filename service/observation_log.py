"""Keeping what rules heard of every call: noted while it runs, written once it has ended, off the audio's way."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from alerts.alert import Kind
from alerts.findings import Finding
from alerts.masking.call_masker import CallMasker
from alerts.reader import Reader
from alerts.rules.observed_call import Entry, entry_of, finding_entry, words_entry
from alerts.rules.rule_hit import RuleHit
from alerts.watch import CallWatch
from config.observing import ObservationSettings
from config.privacy import Keeping
from config.rule_packs import RulePack
from config.settings import Settings
from service.call_record import CallRecord
from service.clock import Clock
from service.store.observations import CallToKeep, forget_calls, keep_call
from service.store.store import Store
from streaming.frames import Leg
from streaming.observations import LevelHeard, Observation, WordsHeard
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_FORGET_EVERY_S = 3_600.0
_WORD_FINDINGS = frozenset((Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP))  # they come of the words, which are kept


class CallNotes:
    """The entries of one running call; the digits of a final that turn out to be a number are masked afterwards."""

    def __init__(self, settings: ObservationSettings, patterns: Sequence[str] = ()) -> None:
        self.entries: list[Entry] = []
        self.whole = True
        self._settings = settings
        self._masker = CallMasker(patterns)
        self._words: dict[tuple[Leg, int], tuple[int, tuple[RuleHit, ...]]] = {}  # place among the entries, hits
        self._levelled: set[Leg] = set()

    def note(self, observation: Observation) -> None:
        """An observation other than words; of levels only the first of a leg."""
        if isinstance(observation, LevelHeard):
            if observation.leg in self._levelled:
                return
            self._levelled.add(observation.leg)
        entry = entry_of(observation)
        if entry is not None:
            self._add(entry)

    def note_words(self, heard: WordsHeard, hits: tuple[RuleHit, ...]) -> None:
        """A final with what the rules heard in it."""
        if not self._settings.with_text:
            self._add(words_entry(heard, hits, with_text=False))
            return
        for masked in self._masker.hear(heard):
            key = (masked.heard.leg, masked.heard.utterance)
            if key in self._words:
                place, known = self._words[key]
                self.entries[place] = words_entry(masked.heard, known, with_text=True)
            elif self._add(words_entry(masked.heard, hits, with_text=True)):
                self._words[key] = (len(self.entries) - 1, hits)

    def note_findings(self, findings: list[Finding]) -> None:
        """What detectors found, beside what comes of the words."""
        for finding in findings:
            if finding.kind not in _WORD_FINDINGS:
                self._add(finding_entry(finding))

    def _add(self, entry: Entry) -> bool:
        if len(self.entries) >= self._settings.most_per_call:
            self.whole = False
            return False
        self.entries.append(entry)
        return True


class NotingWatch(CallWatch):
    """The watch of one call that notes what it is told and finds."""

    def __init__(
        self, notes: CallNotes, pack: RulePack, settings: Settings, reader: Reader, record: CallRecord
    ) -> None:
        super().__init__(settings.detection, pack, reader, settings.hearing, record.whose)
        self.notes = notes
        self.pack: RulePack | None = pack

    def take(self, observation: Observation) -> list[Finding]:
        """Take one observation, and note it."""
        findings = super().take(observation)
        if not isinstance(observation, WordsHeard):
            self.notes.note(observation)
        elif observation.final:
            self.notes.note_words(observation, self.sure_hits(observation))
        if findings:
            self.notes.note_findings(findings)
        return findings

    def advance(self, now_ms: int) -> list[Finding]:
        """As any watch; what is found is noted."""
        findings = super().advance(now_ms)
        if findings:
            self.notes.note_findings(findings)
        return findings

    def change_rules(self, pack: RulePack) -> None:
        """As any watch; the call then belongs to no one pack."""
        super().change_rules(pack)
        if pack != self.pack:
            self.pack = None


class ObservationLog:
    """Gives calls their noting watch and keeps what they noted.

    Ended calls wait in a bounded queue; beyond it the oldest is dropped and counted.
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._running: dict[str, NotingWatch] = {}
        self._waiting: deque[CallToKeep] = deque()
        self._some = asyncio.Event()
        self.kept = 0
        self.dropped = 0
        self.cut_short = 0

    def watch(self, record: CallRecord, pack: RulePack | None, reader: Reader) -> CallWatch:
        """The watch for a new call: it notes, where that is wanted and the language has rules."""
        settings = self._settings
        if pack is None or not settings.observations.enabled:
            return CallWatch(settings.detection, pack, reader, settings.hearing, record.whose)
        watch = NotingWatch(CallNotes(settings.observations, settings.privacy.patterns), pack, settings, reader, record)
        self._running[record.call_id] = watch
        return watch

    def call_closed(self, record: CallRecord, duration_ms: int) -> None:
        """Nothing more will be noted of it: to be written. Calls without any words or sound are not kept."""
        watch = self._running.pop(record.call_id, None)
        if watch is None or not watch.notes.entries or record.keeping not in (Keeping.ALL, Keeping.NO_SOUND):
            return
        notes = watch.notes
        self.cut_short += not notes.whole
        self._waiting.append(
            CallToKeep(
                call_id=record.call_id,
                ended_at=record.ended_at or self._clock.now_at(),
                language=record.language,
                pack=watch.pack,
                duration_ms=duration_ms,
                whose=record.whose(),
                has_text=self._settings.observations.with_text,
                whole=notes.whole,
                entries=notes.entries,
            )
        )
        while len(self._waiting) > self._settings.observations.queue:
            self._waiting.popleft()
            self.dropped += 1
        self._some.set()

    @property
    def waiting(self) -> int:
        """Ended calls that are not written yet."""
        return len(self._waiting)

    async def run(self) -> None:
        """Write what waits, and delete what is too old, until cancelled; what is left then is written at the end."""
        next_forget_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() >= next_forget_s:
                next_forget_s = loop.time() + _FORGET_EVERY_S
                await self._forget()
            try:
                async with asyncio.timeout(_FORGET_EVERY_S):
                    await self._some.wait()
            except TimeoutError:
                continue
            self._some.clear()
            await self.write_waiting()

    async def write_waiting(self) -> None:
        """Write every call that waits. While the store cannot, they wait on."""
        while self._waiting:
            call = self._waiting[0]
            try:
                await self._store.write(partial(keep_call, call=call))
            except StoreUnavailableError:
                _log.warning("calls wait to be kept: the store does not answer", waiting=len(self._waiting))
                return
            if self._waiting and self._waiting[0] is call:
                self._waiting.popleft()
            self.kept += 1

    async def _forget(self) -> None:
        before = self._clock.now_at() - timedelta(days=self._settings.observations.kept_days)
        try:
            await self._store.write(lambda engine: forget_calls(engine, before))
        except StoreUnavailableError:
            _log.warning("old observations stay until the store answers")
