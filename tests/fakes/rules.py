"""Small packs written in a few words."""

from typing import Any

from config.rule_packs import Rule, RulePack
from config.settings import Language

ALERT = {"severity": "major", "title": {"zh": "不", "en": "no"}, "advice": {"zh": "不", "en": "no"}, "clause": "002"}
CALL = ("1 agent: hello",)


def rule(rule_id: str, leg: str = "agent", **said: Any) -> Rule:
    """A rule of the topic in its id; an alert where the topic allows it."""
    topic = rule_id.split(".")[1]
    alert = {} if topic in ("greeting", "closing", "apology", "wait", "anger") or said.pop("cue", False) else ALERT
    content = {"id": rule_id, "leg": leg, "topic": topic, **alert, **said}
    if "phrases" in content or "patterns" in content:
        content.setdefault("positive", content.get("phrases", ("x",)))
    if "when" in content:
        content.setdefault("positive_calls", (CALL,))
    return Rule.model_validate(content)


def pack(*rules: Rule, language: Language = Language.EN) -> RulePack:
    """These rules as a pack."""
    return RulePack(language=language, rules=rules)
