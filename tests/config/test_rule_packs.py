"""Rule packs: every example of every rule, every refusal with its line."""

from pathlib import Path

import pytest

from config.rule_packs import RulePackError, Topic, load_rule_pack, packaged_rules
from config.settings import Language

GOOD = """rules:
  - id: en.forbidden.{name}
    clause: "002"
    severity: major
    leg: agent
    title: {{zh: 不, en: no}}
    advice: {{zh: 不, en: no}}
    phrases: ["shut up"]
    positive: ["shut up"]
"""


def folder(tmp_path: Path, **files: str) -> Path:
    pack = tmp_path / "en"
    pack.mkdir()
    for name, text in files.items():
        (pack / f"{name}.yaml").write_text(text, encoding="utf-8")
    return pack


def test_a_pack_holds_its_rules_by_topic(tmp_path: Path) -> None:
    greeting = "rules:\n  - {id: en.greeting.hello, leg: agent, phrases: [hello], positive: [hello]}\n"
    pack = load_rule_pack(folder(tmp_path, forbidden=GOOD.format(name="rude"), greeting=greeting))
    assert pack.language is Language.EN
    assert [rule.id for rule in pack.about(Topic.FORBIDDEN)] == ["en.forbidden.rude"]
    assert [rule.id for rule in pack.about(Topic.GREETING, Topic.FORBIDDEN)] == [
        "en.forbidden.rude",
        "en.greeting.hello",
    ]


@pytest.mark.parametrize(
    ("change", "line", "fault"),
    [
        (("leg: agent", "leg: boss"), 5, "leg"),
        (("leg: agent", "leg: agent\n    colour: red"), 6, "colour: no such key; correct or remove it"),
        (('["shut up"]\n    pos', "[]\n    pos"), 8, "phrases: is empty; write at least one"),
        (('["shut up"]\n    pos', '["..."]\n    pos'), 8, "phrases: holds an empty phrase"),
        (('["shut up"]\n    pos', '["a", "a"]\n    pos'), 8, "phrases: holds the same phrase twice"),
        (("    severity: major\n", ""), 2, "needs severity; add them"),
        (("    leg: agent\n", ""), 2, "leg: is missing; add it"),
        (("en.forbidden.rude", "en.threats.rude"), 2, "the id must begin with `en.forbidden.`"),
        (("en.forbidden.rude", "Rude!"), 2, "id"),
        (("    leg: agent", "    leg: agent\n    topic: wait"), 6, "topic is the file's name; take it out"),
        (("title: {zh: 不, en: no}", "title: {zh: 不}"), 6, "title.en: is missing"),
    ],
)
def test_a_fault_is_shown_where_it_stands(tmp_path: Path, change: tuple[str, str], line: int, fault: str) -> None:
    text = GOOD.format(name="rude")
    assert change[0] in text
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=text.replace(change[0], change[1], 1)))
    assert f"forbidden.yaml, line {line}: " in str(error.value)
    assert fault in str(error.value)


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({}, "holds no rules"),
        ({"swearing": "rules: []"}, "no such topic; call it one of forbidden"),
        ({"wait": "- a"}, "line 1: must hold `rules:` with a list, and nothing else"),
        ({"wait": ""}, "line 1: must hold `rules:` with a list, and nothing else"),
        ({"wait": "rules:\n  - hello"}, "line 2: a rule must be a mapping with an id"),
        ({"wait": "rules: ["}, "is not YAML"),
    ],
)
def test_a_file_that_is_no_pack(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    with pytest.raises(RulePackError, match="en") as error:
        load_rule_pack(folder(tmp_path, **files))
    assert fault in str(error.value)


def test_an_id_taken_twice_names_both_places(tmp_path: Path) -> None:
    text = GOOD.format(name="rude") + GOOD.format(name="rude").removeprefix("rules:\n")
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=text))
    assert "forbidden.yaml, line 10: the id is taken by" in str(error.value)
    assert "forbidden.yaml, line 2; give it another" in str(error.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    broken = GOOD.format(name="rude").replace("leg: agent", "leg: boss")
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=broken, wait="rules: {}", apologies="rules: []"))
    assert len(str(error.value).splitlines()) == 4


def test_a_folder_must_be_a_language(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="no language"):
        load_rule_pack(tmp_path)


@pytest.mark.parametrize("language", Language)
def test_the_packs_that_come_along_are_whole(language: Language) -> None:
    pack = load_rule_pack(packaged_rules() / language)
    assert {rule.topic for rule in pack.rules} == set(Topic)
    assert len(pack.about(Topic.FORBIDDEN)) >= 24
