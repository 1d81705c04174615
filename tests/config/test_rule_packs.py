"""Rule packs: every example of every rule, every refusal with its line."""

from pathlib import Path

import pytest

from config.rule_packs import RulePackError, Topic, load_rule_pack, packaged_rules, read_rule_pack
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
    pack.mkdir(parents=True)
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
        (('["shut up"]\n    pos', '["..."]\n    pos'), 8, "phrases.0: holds an empty phrase"),
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


WHEN = GOOD.replace("    positive:", "    when: {when}\n    positive_calls: [[{calls}]]\n    positive:")
CALL = '"1 agent: shut up"'


def asking(when: str, name: str = "rude", calls: str = CALL) -> str:
    return WHEN.format(name=name, when=when, calls=calls)


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("{}", "when: is empty; write a condition or take the key out"),
        ("[hold]", "when: must be a mapping"),
        ("{hodl: true}", "when.hodl: no such key; did you mean `hold`?"),
        ("{hold: perhaps}", "when.hold: "),
        ("{after: {kind: dead_hair}}", "when.after.kind: no such kind; did you mean `dead_air`? There are: dead_air,"),
        ("{after: {event: unheld}}", "when.after.event: no such event; did you mean `unhold`?"),
        ("{after: {}}", "when.after: names nothing; write one of rule, rules, kind, event"),
        ("{after: {kind: phrase, event: hold}}", "when.after: names kind and event; write one of"),
        ("{after: {event: hold, leg: agent}}", "leg goes with kind only"),
        ("{after: {kind: phrase, within_s: -1}}", "when.after.within_s: "),
        ("{followed_by: {event: hold}}", "followed_by needs within_s"),
        ("{window: {}}", "when.window: must hold first_s or last_s, one of them"),
        ("{not_said_by_s: {second: 5}}", "when.not_said_by_s: must name rule or rules"),
        ("{count: {at_least: 1}}", "when.count.at_least: "),
        ("{all: []}", "when.all: is empty; write at least one"),
        ("{not: {any: [{hold: true}, {silence: {}}]}}", "when.not.any.1.silence.at_least_s: is missing; add it"),
        (
            "{after: {rule: en.forbidden.ruder}}",
            "no rule is called `en.forbidden.ruder`; did you mean `en.forbidden.rude`?",
        ),
        ("{after: {rule: en.forbidden.rude}}", "the rule names itself; use `count`"),
        ("{not: {not: {not: {not: {not: {not: {not: {not: {hold: true}}}}}}}}}", "is too large (9 parts, 9 levels"),
    ],
)
def test_a_wrong_condition_is_shown_where_it_stands(tmp_path: Path, when: str, fault: str) -> None:
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=asking(when)))
    assert "forbidden.yaml, line 9: " in str(error.value)
    assert fault in str(error.value)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ('"hello"', "no such event or kind; there are: answered, "),
        ('"agent shut up"', "is no line of a call; write `12 agent: words`"),
        ('"5 hold", "4 unhold"', "goes back in time"),
    ],
)
def test_a_wrong_example_call_is_shown_where_it_stands(tmp_path: Path, call: str, fault: str) -> None:
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=asking("{hold: true}", calls=call)))
    assert "forbidden.yaml, line 10: positive_calls.0" in str(error.value)
    assert fault in str(error.value)


def test_rules_that_wait_for_each_other_are_named_in_their_circle(tmp_path: Path) -> None:
    names = {"a": "b", "b": "c", "c": "a", "d": "a"}
    text = "".join(
        asking(f"{{after: {{rule: en.forbidden.{waits_for}}}}}", name).removeprefix("rules:\n")
        for name, waits_for in names.items()
    )
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden="rules:\n" + text))
    (fault,) = error.value.faults
    assert "forbidden.yaml, line 9: rules wait for each other: " in fault
    assert "en.forbidden.a → en.forbidden.b → en.forbidden.c → en.forbidden.a; break the circle" in fault


def test_a_rule_that_waits_for_one_that_is_off_is_refused(tmp_path: Path) -> None:
    off = GOOD.format(name="off").removeprefix("rules:\n") + "    enabled: false\n"
    text = asking("{after: {rule: en.forbidden.off}}") + off
    with pytest.raises(RulePackError, match=r"`en\.forbidden\.off` is switched off"):
        load_rule_pack(folder(tmp_path, forbidden=text))


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        (r"(a)\\1", "RE2 refuses it (invalid escape sequence"),
        ("(?=shut)", "RE2 refuses it (invalid perl operator"),
        ("(a{{1000}}){{1000}}", "RE2 refuses it (invalid repetition size"),
        ("(((a{{100}}){{100}}){{100}})", "RE2 refuses it ("),
        ("shut*(", "RE2 refuses it (missing )"),
        ("(shut)?", "fits an empty text"),
        ("a" * 400, "is longer than 300 characters"),
    ],
)
def test_a_pattern_that_could_explode_is_refused(tmp_path: Path, pattern: str, fault: str) -> None:
    text = GOOD.replace("    positive:", f'    patterns:\n      - "fine"\n      - "{pattern}"\n    positive:')
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, forbidden=text.format(name="rude")))
    assert "forbidden.yaml, line 11: patterns.1: " in str(error.value)
    assert fault in str(error.value)


@pytest.mark.parametrize(
    ("topic", "body", "fault"),
    [
        ("sales", "leg: agent", "hears nothing; add phrases, patterns or when"),
        ("sales", "{leg: agent, phrases: [a b]}", "positive is missing"),
        ("sales", "{leg: agent, phrases: [a b], positive: [a b], when: {hold: true}}", "positive_calls is missing"),
        ("sales", "{leg: agent, phrases: [a b], positive: [a b], severity: minor}", "needs title, advice, clause"),
        ("wait", "{leg: agent, phrases: [a b], positive: [a b], severity: minor}", "rules of wait are no alerts"),
        (
            "sales",
            "{leg: agent, when: {count: {at_least: 2}}, positive_calls: [['1 hold']]}",
            "count and followed_by are asked of what the rule hears",
        ),
        (
            "sales",
            "{leg: agent, when: {window: {last_s: 2}}, positive_calls: [['1 hold']]}",
            "last_s is asked of what the rule hears",
        ),
    ],
)
def test_a_rule_that_is_not_whole(tmp_path: Path, topic: str, body: str, fault: str) -> None:
    inside = body[1:-1] if body.startswith("{") else body
    text = f"rules:\n  - {{id: en.{topic}.a, {inside}}}\n"
    with pytest.raises(RulePackError) as error:
        load_rule_pack(folder(tmp_path, **{topic: text}))
    assert f"{topic}.yaml, line 2: " in str(error.value)
    assert fault in str(error.value)


def test_every_rule_and_what_stands_in_it_has_a_place(tmp_path: Path) -> None:
    pack, places = read_rule_pack(folder(tmp_path, forbidden=asking("{hold: true}")))
    (rule,) = pack.rules
    assert rule.when is not None
    assert places.of(rule.id, "positive_calls", 0)[1] == 10
    assert places.text(rule.id).endswith("forbidden.yaml, line 2")


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    one = load_rule_pack(folder(tmp_path / "1", forbidden=GOOD.format(name="rude")))
    same = load_rule_pack(folder(tmp_path / "2", forbidden=GOOD.format(name="rude")))
    other = load_rule_pack(folder(tmp_path / "3", forbidden=GOOD.format(name="ruder")))
    assert (one.version, hash(one), one) == (same.version, hash(same), same)
    assert one.version != other.version


def test_rules_that_are_off_are_in_no_list(tmp_path: Path) -> None:
    off = GOOD.format(name="rude") + "    enabled: false\n"
    pack = load_rule_pack(folder(tmp_path, forbidden=off))
    assert len(pack.rules) == 1
    assert (pack.about(Topic.FORBIDDEN), pack.alerting()) == ((), ())


def test_a_folder_must_be_a_language(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="no language"):
        load_rule_pack(tmp_path)


@pytest.mark.parametrize("language", Language)
def test_the_packs_that_come_along_are_whole(language: Language) -> None:
    pack = load_rule_pack(packaged_rules() / language)
    assert {rule.topic for rule in pack.rules} == set(Topic)
    assert len(pack.about(Topic.FORBIDDEN, Topic.QUESTIONS)) >= 28
    assert len(pack.rules) >= 70
