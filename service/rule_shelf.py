"""The rule packs in force, read again when they change; a bad edit is refused and nothing changes."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import structlog
from watchfiles import awatch

from alerts.watch import CallWatch
from config.rule_packs import Places, RulePack, RulePackError, packaged_rules, read_rule_pack
from config.settings import Language, Settings
from service.clock import Clock, SystemClock
from web.rule_sources import RulesRefused, RulesView

_log = structlog.get_logger(__name__)
_SETTLE_MS = 400  # an editor's save is several steps: read when it has been quiet for so long
_POLL_MS = 1_000  # where the system cannot tell of changes
_AGAIN_S = 2.0
_Packs = Mapping[Language, tuple[RulePack, Places]]


def own_rules(settings: Settings) -> Path:
    """Where rules are kept that were published from the pages, while no `rules_dir` is named."""
    return settings.data_dir / "rules"


def rules_folder(settings: Settings) -> Path:
    """The rules that count: those of `rules_dir`, else those published from the pages, else those that come along."""
    if settings.rules_dir is not None:
        return settings.rules_dir
    return own_rules(settings) if own_rules(settings).is_dir() else packaged_rules()


def read_packs(folder: Path) -> dict[Language, tuple[RulePack, Places]]:
    """Every language's pack in a folder. Raises RulePackError naming the faults of all of them at once."""
    packs: dict[Language, tuple[RulePack, Places]] = {}
    faults: list[str] = []
    for language in Language:
        if (folder / language).is_dir():
            try:
                packs[language] = read_rule_pack(folder / language)
            except RulePackError as error:
                faults += error.faults
    if not packs and not faults:
        faults.append(f"{folder}: holds no rules; make folders {', '.join(Language)} there")
    if faults:
        raise RulePackError(faults)
    return packs


class RuleShelf:
    """One pack per language. Fills `web.rule_sources.Rules`; belongs to the event loop.

    `changed` is called once per changed pack, after it is in force. Raises RulePackError when built from bad files.
    """

    def __init__(
        self,
        settings: Settings,
        changed: Callable[[RulePack], None] = lambda _pack: None,
        clock: Clock | None = None,
    ) -> None:
        self._settings, self._changed, self._clock = settings, changed, clock or SystemClock()
        self._folder = rules_folder(settings)
        self._moved = asyncio.Event()
        self._packs: _Packs = read_packs(self._folder)
        self._loaded_at = self._clock.now_at()
        self._refused: RulesRefused | None = None
        self._one_at_a_time = asyncio.Lock()
        self.reloads = 0
        self.refusals = 0

    def pack(self, language: Language | None) -> RulePack | None:
        """The pack of a language; None where there is none."""
        found = self._packs.get(language) if language is not None else None
        return found[0] if found is not None else None

    def view(self) -> RulesView:
        """What is in force, and what was refused since."""
        packs = tuple(pack for pack, _ in self._packs.values())
        places = {language: where for language, (_, where) in self._packs.items()}
        return RulesView(self._folder, self._version(), self._loaded_at, packs, places, self._refused)

    @property
    def refusal(self) -> str:
        """The sentence for an edit that was refused and not mended yet; empty while there is none."""
        if self._refused is None:
            return ""
        return "an edit was refused, the rules before it are in force: " + "; ".join(self._refused.faults)

    async def reload(self, folder: Path | None = None) -> RulesView:
        """Read the folder again, or another from now on; what has changed is in force when it returns.

        Raises RulePackError when refused.
        """
        async with self._one_at_a_time:
            try:
                packs = await asyncio.to_thread(self._read_and_prepare, folder or self._folder)
            except RulePackError as error:
                self._refuse(error, self._clock.now_at())
                raise
            before, self._packs, self._refused = self._packs, packs, None
            if folder is not None and folder != self._folder:
                self._folder = folder
                self._moved.set()
            changed = [pack for language, (pack, _) in packs.items() if before.get(language, (None,))[0] != pack]
            if changed or set(packs) != set(before):
                self.reloads += 1
                self._loaded_at = self._clock.now_at()
                _log.info("rules were changed", version=self._version(), languages=[p.language for p in changed])
            for pack in changed:
                self._changed(pack)
        return self.view()

    async def run(self) -> None:
        """Watch the rules' folder until cancelled; the packs that come along do not change."""
        if self._folder == packaged_rules():
            await self._moved.wait()
        polling = False
        while True:
            try:
                async for _ in awatch(self._folder, debounce=_SETTLE_MS, force_polling=polling, poll_delay_ms=_POLL_MS):
                    await self._reload_quietly()
            except (OSError, RuntimeError) as error:  # no more watches to be had, or the folder is gone for now
                _log.warning("the rules' folder is polled for changes", failure=type(error).__name__)
                polling = True
            await asyncio.sleep(_AGAIN_S)
            await self._reload_quietly()

    async def _reload_quietly(self) -> None:
        try:
            await self.reload()
        except RulePackError:
            return  # logged, shown by the API and by /readyz

    def _refuse(self, error: RulePackError, at: datetime) -> None:
        if self._refused is None or self._refused.faults != error.faults:
            self.refusals += 1
            _log.warning("an edit of the rules is refused; the rules before it stay in force", faults=error.faults)
        self._refused = RulesRefused(at, error.faults)

    def _read_and_prepare(self, folder: Path) -> _Packs:
        """In a thread: phrases are made ready here, so that no call waits for it."""
        packs = read_packs(folder)
        for pack, _ in packs.values():
            CallWatch(self._settings.detection, pack)
        return packs

    def _version(self) -> str:
        versions = "".join(pack.version for pack, _ in self._packs.values())
        return hashlib.sha256(versions.encode()).hexdigest()[:12]
