"""What the rules make of the endings, against what is true."""

from dataclasses import dataclass
from functools import cache

from alerts.alert import Measure
from alerts.findings import Finding
from alerts.watch import CallWatch
from config.detection import DetectionSettings
from config.rule_packs import RulePack, load_rule_pack, packaged_rules
from config.settings import Language
from tests.endings.told import ToldEnding


@dataclass(frozen=True)
class JudgedEnding:
    """A verdict, whether it says of itself that it is sure, and its facts."""

    ending: ToldEnding
    verdict: str | None
    sure: bool
    facts: tuple[Measure, ...]
    findings: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        """As the truth is."""
        return self.verdict == self.ending.truth

    @property
    def abstained(self) -> bool:
        """Undecided, where something was true."""
        return not self.right and self.verdict == "undecided"


@cache
def _pack(language: Language) -> RulePack:
    return load_rule_pack(packaged_rules() / language)


def judged(ending: ToldEnding) -> JudgedEnding:
    """All detectors of a call, as they run live."""
    watch = CallWatch(DetectionSettings(), _pack(ending.language))
    findings = ending.conversation().play(watch)
    facts = watch.verdict_facts
    sure = any(each.name == "sure" and each.value is True for each in facts)
    return JudgedEnding(ending, watch.verdict, sure, facts, tuple(findings))
