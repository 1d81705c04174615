"""Static files: versioned by content, right types, nothing else reachable; catalogues complete; no raw HTML."""

import hashlib
import inspect
import json
import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from alerts.alert import Action, AlertState, Kind, Severity
from alerts.inspection.errors import ErrorKind
from alerts.inspection.records import AppealAct, AppealState, MarkState, Result, Step
from alerts.verdict import EndFacts, Verdict
from config.roster import KINDS
from config.roster import Role as RosterRole
from config.rule_packs import Topic
from streaming.frames import Leg, Party
from tests.web.rest import Desk
from web.figures_sources import By
from web.floor import AgentState
from web.inspection.views import ScoreState
from web.pages import _PAGES, STATIC_FOLDER, Pages, StaticFile
from web.report_sources import LoopFigures
from web.sources import CallState, Tier
from web.trust.rights import GIVEN_SINGLY, KeyKind, Right, Role
from web.trust.sources import Act

MODULES = [path for path in sorted(STATIC_FOLDER.rglob("*.js")) if path.parent.name != "vendor"]
ENGLISH, CHINESE = (
    json.loads((STATIC_FOLDER / "i18n" / f"{name}.json").read_text(encoding="utf-8")) for name in ("en", "zh-CN")
)
_WITH_FAMILY = re.compile(r"\bt\(\s*`([\w.]+\.)\$\{")
_PLAIN = re.compile(r'\bt\(\s*"([\w.]+)"|\? "([\w]+\.[\w.]+)" : "([\w]+\.[\w.]+)"|"((?:help|fault)\.\w+)"')
_VIEWS = ("open", "mine", "later", "done", "silent")
_UNSEEN = (
    *("no_audio", "stalled", "paused", "one_leg", "recognition_off", "phrases_only"),
    *("low_confidence", "narrow_band", "clipping"),
)
_ACTS = ("acknowledge", "resolve", "false_positive", "snooze", "note", "reopen")
_SECTIONS = re.findall(r'\["(\w+)", "/', (STATIC_FOLDER / "frame" / "sections.js").read_text(encoding="utf-8"))
_INSPECTION = re.findall(
    r'\["(\w+)", "/', (STATIC_FOLDER / "frame" / "inspection-pages.js").read_text(encoding="utf-8")
)
_MODES = ("both", "agent", "customer", "mono", "swap")
_STEPS = ("whisper", "barge", "take_over", "end")
_FACTS = re.findall(r'^ +\("(\w+)",', inspect.getsource(EndFacts.measures), re.MULTILINE)
_IMPORT = re.compile(r'(?:from|import\()\s*"(\.[^"]+)"|new URL\("(\.[^"]+)", import')


def test_a_change_of_any_file_changes_the_version() -> None:
    one = Pages({"a.js": StaticFile(b"1", "text/javascript")})
    other = Pages({"a.js": StaticFile(b"2", "text/javascript")})
    renamed = Pages({"b.js": StaticFile(b"1", "text/javascript")})

    assert len({one.version, other.version, renamed.version}) == 3


@pytest.mark.parametrize("path", ["/", *(path for path in _PAGES if "{" not in path and path != "/"), "/admin/feeds"])
async def test_a_page_names_files_that_are_there(desk: Desk, path: str) -> None:
    page = await desk.client.get(path)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "__" not in page.text
    assert len(addresses) >= 4
    for address in addresses:
        answer = await desk.client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("console/main.js", "text/javascript; charset=utf-8"),
        ("console/console.css", "text/css; charset=utf-8"),
        ("i18n/zh-CN.json", "application/json"),
        ("favicon.svg", "image/svg+xml"),
        ("vendor/LICENSES", "text/plain; charset=utf-8"),
    ],
)
async def test_files_have_their_own_types(desk: Desk, name: str, media_type: str) -> None:
    answer = await desk.client.get(f"/static/{Pages.load().version}/{name}")

    assert answer.headers["content-type"] == media_type


@pytest.mark.parametrize("path", ["0123456789abcdef/console/main.js", "{v}/../app.py", "{v}/%2e%2e/app.py", "{v}/"])
async def test_nothing_else_is_served(desk: Desk, path: str) -> None:
    answer = await desk.client.get("/static/" + path.replace("{v}", Pages.load().version))

    assert answer.status_code == 404


async def test_docs_and_favicon_are_served_without_a_foreign_host(desk: Desk) -> None:
    docs = await desk.client.get("/docs")
    icon = await desk.client.get("/favicon.ico")

    assert "//" not in re.sub(r"<!doctype[^>]*>", "", docs.text)
    assert icon.headers["content-type"] == "image/svg+xml"


def test_both_languages_have_the_same_words() -> None:
    assert list(ENGLISH) == list(CHINESE)
    for key, text in ENGLISH.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", CHINESE[key])), key
        assert text
        assert CHINESE[key]


def test_every_word_the_pages_use_is_there() -> None:
    used = {
        key
        for module in MODULES
        for found in _PLAIN.findall(module.read_text(encoding="utf-8"))
        for key in found
        if key
    }

    assert len(used) > 40
    assert used - set(ENGLISH) == set()


def test_every_family_of_words_is_complete() -> None:
    families = {family for module in MODULES for family in _WITH_FAMILY.findall(module.read_text(encoding="utf-8"))}
    members: dict[str, Iterable[str]] = {
        "severity.": [severity.word for severity in Severity],
        "state.": list(AlertState),
        "kind.": list(Kind),
        "leg.": list(Leg),
        "party.": list(Party),
        "call.state.": list(CallState),
        "connection.": ["connecting", "live", "lost"],
        "banner.": ["bus", "store"],
        "listen.mode.": _MODES,
        "listen.mode_says.": _MODES,
        "listen.": ["replay", "clip"],
        "listen.status.": ["connecting", "live", "ended", "lost"],
        "listen.now.": ["connecting", "live", "replay", "clip", "ended", "lost"],
        "lane.": ["silence", "talk_over", "tone", "hold", "gap", "whisper"],
        "strip.span.": ["minute", "five", "all"],
        "admin.": ["feeds", "roster", "retention", "models"],
        "days.": ["today", "yesterday", "week", "month"],
        "feeds.kind.": ["asterisk_ari", "asterisk_ami", "freeswitch_esl"],
        "figures.": [
            "calls",
            "alerts",
            "per_100",
            "critical",
            "major",
            "minor",
            "reached",
            "precision",
            "coverage",
            "talk",
        ],
        "figures.by.": list(By),
        "figures.one.": list(By),
        "figures.show.": ["alerts", "quality"],
        "quality.": [
            *("calls", "mean_talk", "alerts", "per_100", "scored", "mean_score", "pass_ratio", "error_ratio"),
            *("fatal_ratio", "service_fatal", "business_fatal", "mistakes", "faults", "faults_per_100", "csat", "fcr"),
            *("complaints", "answer_s", "handle_s"),
        ],
        "quality.error.": list(ErrorKind),
        "report.": ["this_month", "last_month", "change", "target", "met", "missed", "unknown"],
        "report.loop.": [each.name for each in fields(LoopFigures)],
        "forget.": ["calls", "rows", "files"],
        "history.": ["calls", "alerts"],
        "kept.kind.": ["calls", "alerts", "transcripts", "observations", "deliveries", "clips", "recordings"],
        "roster.role.": list(RosterRole),
        "roster.": list(KINDS),
        "roster.field.": {each for kind in KINDS.values() for each in kind.model_fields},
        "rules.order.": ["precision", "alerts", "file"],
        "rules.view.": ["list", "edit", "editions"],
        "tier.": list(Tier),
        "topic.": list(Topic),
        "undecided.": _UNSEEN,
        "coverage.": ["service_stopped", "not_connected", "gaps", "recognition_off", "speech_unheard", "phrases_only"],
        "ended.": _FACTS,
        "step.": _STEPS,
        "step.says.": _STEPS,
        "step.now.": ["listen", *_STEPS],
        "act.": _ACTS,
        "did.": list(Action),
        "cause.": ["inhibited", "muted", "silent_rule", "counted", "too_many", "unconfirmed"],
        "reason.": ["helped", "coached", "no_action", "misheard", "quoted", "allowed_context", "wrong_leg", "other"],
        "outcome.": ["reached_in_time", "missed"],
        "mood.": ["calm", "tense", "hostile"],
        "verdict.": [verdict.value.replace(" ", "_") for verdict in Verdict],
        "level.": ["1", "2"],
        "escalates.": ["1", "2"],
        "wall.tier.": list(Tier),
        "wall.heard.": list(Tier),
        "wall.banner.": ["bus", "store"],
        "wall.queue.": ["waiting", "longest", "level", "gone", "handle"],
        "agent.state.": [state for state in AgentState if state is not AgentState.LOGOUT],
        "section.": _SECTIONS,
        "alerts.none.": _VIEWS,
        "inbox.": _VIEWS,
        "filter.": ["team", "queue"],
        "filter.least.": [severity.word for severity in Severity],
        "calls.tier.": ["spotting", "acoustic"],
        "shift.": ["critical", "major", "notify"],
        "theme.": ["auto", "light", "dark"],
        "role.": list(Role),
        "right.": [*GIVEN_SINGLY, Right.LISTEN, Right.WHISPER, Right.REPLAY, Right.DOWNLOAD],
        "key_kind.": list(KeyKind),
        "deed.": list(Act),
        "phase.": ["begun", "running", "ended"],
        "people.": ["sites", "teams", "queues"],
        "keys.": ["lists", "alert", "listening", "stepping", "scoring", "page", "case"],
        "key.": ["space", "esc", "enter"],
        "listen.figure.": ["frames", "buffer", "underruns", "lost", "dropped", "skips"],
        "inspection.tab.": [*_INSPECTION],
        "loop.": ["before", "after"],
        "loop.choice.": ["passed", "failed", "not_involved"],
        "loop.done.": ["report", "plan", "close"],
        "loop.result.": list(Result),
        "loop.show.": ["open", *Step],
        "appeal.show.": ["waiting", "decided", "final", "all"],
        "appeal.state.": list(AppealState),
        "back.show.": ["open", "mine", "reached", "given_up", "dropped"],
        "models.graph.": ["composed", "composing", "shipped"],
        "plans.field.": ["name", "sheet", "many", "risk", "of", "inspectors"],
        "plans.list.": ["teams", "queues", "sites", "inspectors"],
        "plans.origin.": ["settings", "page"],
        "plans.per.": ["agent", "queue", "team", "all"],
        "plans.view.": ["plans", "sheets", "check"],
        "sheets.fatal.": ["service", "business"],
        "sheets.form.": [
            *("deductions", "levels", "errors", "penalty", "fatal", "mistake", "bonus", "indicator"),
        ],
        "sheets.zeroes.": ["call", "group"],
        "talk.": ["whisper", "barge"],
        "worklist.state.": ["open", "done", "dropped"],
        "worklist.due.": ["late", "soon", "later"],
        "worklist.per.": ["agent", "queue", "team", "all"],
        "sheet.state.": list(MarkState),
        "sheet.score.": list(ScoreState),
        "sheet.act.": ["begin", "mark", "close", "correct"],
        "sheet.indicator.": ["passed", "failed", "not_involved"],
        "sheet.fatal.": ["service", "business"],
        "own.appeal.": list(AppealState),
        "own.act.": list(AppealAct),
        "own.heard.": ["listen", "replay", "clip", "download", "whisper", "barge"],
        "talk.says.": ["whisper", "barge"],
        "talk.status.": ["asking", "denied", "absent", "insecure", "connecting", "lost"],
    }

    assert families == set(members)
    for family, names in members.items():
        assert [name for name in names if f"{family}{name}" not in ENGLISH] == []


def test_every_act_of_a_trail_has_its_word() -> None:
    improvements = ("confirm", "report", "plan", "recheck", "close", "withdraw")

    assert [act for act in AppealAct if f"appeal.did.{act}" not in ENGLISH] == []
    assert [act for act in improvements if f"loop.did.{act}" not in ENGLISH] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_text_is_never_made_into_html(module: Path) -> None:
    source = module.read_text(encoding="utf-8")

    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "dangerouslySet", "eval("):
        assert forbidden not in source
    assert "//" not in re.sub(r"^\s*//.*$|\s// .*$|`\$\{scheme\}://", "", source, flags=re.MULTILINE)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_modules_import_files_that_are_there(module: Path) -> None:
    for found in _IMPORT.findall(module.read_text(encoding="utf-8")):
        address = next(filter(None, found))
        assert (module.parent / address).is_file() or "${" in address, address


def test_vendored_files_are_the_ones_that_were_built() -> None:
    folder = STATIC_FOLDER / "vendor"
    listed = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in listed}

    assert set(sums) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_vendored_packages_are_locked_without_naming_a_registry() -> None:
    folder = STATIC_FOLDER.parents[1] / "scripts" / "vendor"
    lock = json.loads((folder / "package-lock.json").read_text())
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    licences = (STATIC_FOLDER / "vendor" / "LICENSES").read_text()

    assert "resolved" not in json.dumps(lock)
    for name, version in wanted.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
        assert f"{name} {version} (" in licences
