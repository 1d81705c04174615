"""The monthly report as PDF: key figures against last month and targets, trends, sites, teams, agents, faults, loop."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from service.reports.charts import line_chart
from service.reports.fonts import report_font
from service.reports.words import Said
from web.quality_sources import QualityLine, QualityTable
from web.report_sources import MonthlyReport

_INK, _DIM, _RULE, _BAND = (
    *(colors.HexColor("#171c23"), colors.HexColor("#535e6d")),
    *(colors.HexColor("#c9d0d9"), colors.HexColor("#f3f5f8")),
)
_BAD, _GOOD = colors.HexColor("#c6262e"), colors.HexColor("#13744a")
_MOST_AGENTS, _MOST_RULES = 200, 15
_WIDTH = A4[0] - 32 * mm
Value = Callable[[QualityLine], str]


def percent(value: float | None) -> str:
    """A share as people read it."""
    return "–" if value is None else f"{value * 100:.1f} %"


def number(value: float | None, digits: int = 0) -> str:
    """With its thousands apart."""
    return "–" if value is None else f"{value:,.{digits}f}"


def outside_text(line: QualityLine, figure: str) -> str:
    """A figure of another system: shares of 0 to 1 in percent."""
    found = line.outside.get(figure)
    if found is None:
        return "–"
    if figure in ("csat", "fcr") and 0 <= found.value <= 1:
        return percent(found.value)
    return number(found.value, 0 if figure == "complaints" else 1)


FIGURES: Mapping[str, Value] = {
    "calls": lambda line: number(line.figures.calls),
    "mean_talk": lambda line: "–" if line.mean_talk_ms is None else f"{line.mean_talk_ms / 1000:.0f} s",
    "alerts": lambda line: number(line.figures.alerts),
    "per_100": lambda line: number(line.figures.per_hundred_calls, 1),
    "scored": lambda line: number(line.scored.scored),
    "mean_score": lambda line: number(line.scored.mean, 2),
    "pass_ratio": lambda line: percent(line.scored.pass_ratio),
    "error_ratio": lambda line: percent(line.scored.error_ratio),
    "fatal_ratio": lambda line: percent(line.scored.fatal_ratio),
    "service_fatal": lambda line: number(line.scored.service_fatal),
    "business_fatal": lambda line: number(line.scored.business_fatal),
    "mistakes": lambda line: number(line.scored.mistakes),
    "faults": lambda line: number(line.scored.faults),
    "faults_per_100": lambda line: number(line.scored.faults_per_hundred, 1),
    "csat": lambda line: outside_text(line, "csat"),
    "fcr": lambda line: outside_text(line, "fcr"),
    "complaints": lambda line: outside_text(line, "complaints"),
    "answer_s": lambda line: outside_text(line, "answer_s"),
    "handle_s": lambda line: outside_text(line, "handle_s"),
}
_OF_PLACES = ("calls", "per_100", "scored", "mean_score", "pass_ratio", "error_ratio", "fatal_ratio", "csat", "fcr")


def monthly_pdf(report: MonthlyReport, said: Said, names: Mapping[str, str | None]) -> bytes:
    """The file. `names` are those of people by their id."""
    page = _Page(report_font(), said, report)
    parts: list[Flowable] = [*page.head(), *page.key_figures(), *page.to_explain(), *page.trends()]
    if len(report.sites.lines) > 1:
        parts += page.places("report.sites", report.sites, lambda key: key)
    parts += page.places("report.teams", report.teams, lambda key: key)
    parts += page.places("report.agents", report.agents, lambda key: names.get(key) or key, _MOST_AGENTS)
    parts += [*page.faults(), *page.rules(), *page.loop()]
    target = io.BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=f"{said('report.title')} {report.asked.month}",
        author="Earshot",
        lang="zh-CN" if said("report.title") != "Monthly quality report" else "en",
    )
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=page.foot))
    document.build(parts)
    return target.getvalue()


class _Page:
    """The parts of the report in one language and type."""

    def __init__(self, font: str, said: Said, report: MonthlyReport) -> None:
        self._font, self._said, self._report = font, said, report
        self._text = ParagraphStyle("text", fontName=font, fontSize=9, leading=13, textColor=_INK, wordWrap="CJK")
        self._cell = ParagraphStyle("cell", parent=self._text, fontSize=8, leading=10.5)
        self._right = ParagraphStyle("right", parent=self._cell, alignment=TA_RIGHT)
        self._head = ParagraphStyle("head", parent=self._cell, textColor=_DIM)
        self._head_right = ParagraphStyle("head-right", parent=self._head, alignment=TA_RIGHT)
        self._section = ParagraphStyle(
            "section", parent=self._text, fontSize=12, leading=16, spaceBefore=12, spaceAfter=4, keepWithNext=1
        )

    def head(self) -> list[Flowable]:
        report, said = self._report, self._said
        place = " · ".join(each for each in (report.asked.site, report.asked.team) if each) or said("report.everything")
        made_at = report.made_at.astimezone(ZoneInfo(report.timezone))
        title = ParagraphStyle("title", parent=self._text, fontSize=19, leading=25)
        dim = ParagraphStyle("dim", parent=self._text, textColor=_DIM)
        about = said("report.about", zone=report.timezone, time=report.day_begins, at=f"{made_at:%Y-%m-%d %H:%M}")
        return [
            Paragraph(f"{said('report.title')} {report.asked.month}", title),
            Paragraph(_safe(place), self._text),
            Paragraph(_safe(about), dim),
        ]

    def key_figures(self) -> list[Flowable]:
        said, report = self._said, self._report
        targets = {each.figure: each for each in report.targets}
        rows = [
            [
                self._th(said("report.figure")),
                *(self._th(said(f"report.{name}"), right=True) for name in ("this_month", "last_month", "target")),
            ]
        ]
        for name, value in FIGURES.items():
            target = targets.get(name)
            wanted = ""
            if target is not None:
                sign = "≥" if target.at_least else "≤"
                bound = percent(target.target) if target.target <= 1 else number(target.target, 1)
                colour = {True: _GOOD, False: _BAD, None: _DIM}[target.met]
                mark = {True: "report.met", False: "report.missed", None: "report.unknown"}[target.met]
                wanted = f'<font color="{colour.hexval().replace("0x", "#")}">{sign} {bound} · {said(mark)}</font>'
            rows.append(
                [
                    self._td(_safe(said(f"quality.{name}"))),
                    self._td(value(report.total), right=True),
                    self._td(value(report.before) if report.before.figures.calls else "–", right=True),
                    self._td(wanted, right=True),
                ]
            )
        return [self._heading("report.key_figures"), self._table(rows, (0.4, 0.18, 0.18, 0.24))]

    def to_explain(self) -> list[Flowable]:
        said, report = self._said, self._report
        points = [
            said("report.explain_target", figure=said(f"quality.{each.figure}"), value=percent(each.value))
            for each in report.targets
            if each.met is False
        ]
        points += [
            said(
                "report.explain_gap",
                site=gap.site or said("figures.nobody"),
                figure=said(f"quality.{gap.figure}"),
                value=percent(gap.value),
                together=percent(gap.together),
            )
            for gap in report.gaps
        ]
        if not points:
            return []
        lines: list[Flowable] = [self._heading("report.explain")]
        for point in points:
            lines += [Paragraph(f"• {_safe(point)}", self._text), Spacer(1, 16), _rule()]
        return [KeepTogether(lines)]

    def trends(self) -> list[Flowable]:
        said, report = self._said, self._report
        months = [line.figures.key or "" for line in report.months.lines]
        days = [str(day.day) for day in report.days.days]
        half = _WIDTH / 2 - 4
        ratios = [
            (said("quality.pass_ratio"), [_percent_of(each.scored.pass_ratio) for each in report.months.lines]),
            (said("quality.error_ratio"), [_percent_of(each.scored.error_ratio) for each in report.months.lines]),
        ]
        alerts = [
            (said("quality.per_100"), [each.figures.per_hundred_calls for each in report.days.lines]),
        ]
        charts = Table(
            [
                [
                    line_chart(months, ratios, self._font, half, unit="%"),
                    line_chart(days, alerts, self._font, half),
                ]
            ],
            colWidths=[half + 4, half + 4],
        )
        return [KeepTogether([self._heading("report.trends"), charts])]

    def places(self, title: str, table: QualityTable, name: Callable[[str], str], most: int = 100) -> list[Flowable]:
        said = self._said
        lines = sorted(table.lines, key=lambda each: (each.scored.mean is None, each.scored.mean or 0.0))[:most]
        if not lines:
            return []
        heads = [self._th(said(f"figures.one.{table.by}"))]
        heads += [self._th(said(f"quality.{each}"), right=True) for each in _OF_PLACES]
        rows = [heads]
        for line in lines:
            key = line.figures.key
            shown = name(key) if key is not None else said("figures.nobody")
            rows.append([self._td(_safe(shown)), *(self._td(FIGURES[each](line), right=True) for each in _OF_PLACES)])
        return [self._heading(title), self._table(rows, (0.19, *[0.09] * 9))]

    def faults(self) -> list[Flowable]:
        said, report = self._said, self._report
        if not report.faults:
            return []
        names = ("fault", "kind", "calls", "of_scored", "last_month", "agents_with")
        rows = [[self._th(said(f"report.{each}"), right=each not in ("fault", "kind")) for each in names]]
        language = "zh" if said("report.title") != "Monthly quality report" else "en"
        for each in report.faults:
            share = each.calls / report.total.scored.scored if report.total.scored.scored else None
            rows.append(
                [
                    self._td(_safe(each.titles.get(language) or each.item)),
                    self._td(said(f"quality.error.{each.error}")),
                    *(self._td(text, right=True) for text in (number(each.calls), percent(share))),
                    self._td(number(report.faults_before.get((each.sheet, each.item), 0)), right=True),
                    self._td(number(each.agents), right=True),
                ]
            )
        return [self._heading("report.faults"), self._table(rows, (0.34, 0.16, 0.12, 0.14, 0.12, 0.12))]

    def rules(self) -> list[Flowable]:
        said = self._said
        lines = self._report.rules.lines[:_MOST_RULES]
        if not lines:
            return []
        rows = [
            [
                self._th(said("figures.one.rule")),
                *(
                    self._th(said(each), right=True)
                    for each in ("figures.alerts", "figures.precision", "report.proved")
                ),
            ]
        ]
        for line in lines:
            values = (number(line.figures.alerts), percent(line.figures.precision), number(line.scored.faulty))
            key = line.figures.key or said("figures.nobody")
            rows.append([self._td(_safe(key)), *(self._td(value, right=True) for value in values)])
        return [self._heading("report.rules"), self._table(rows, (0.49, 0.15, 0.18, 0.18))]

    def loop(self) -> list[Flowable]:
        said, loop = self._said, self._report.loop
        rows = [
            [self._td(said(f"report.loop.{name}")), self._td(number(getattr(loop, name)), right=True)]
            for name in LOOP_NAMES
        ]
        return [KeepTogether([self._heading("report.loop"), self._table(rows, (0.6, 0.4), head=False)])]

    def foot(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(self._font, 8)
        canvas.setFillColor(_DIM)
        title = f"Earshot · {self._said('report.title')} {self._report.asked.month}"
        canvas.drawString(document.leftMargin, 10 * mm, title)
        canvas.drawRightString(A4[0] - document.rightMargin, 10 * mm, str(document.page))

    def _heading(self, key: str) -> Paragraph:
        return Paragraph(_safe(self._said(key)), self._section)

    def _th(self, text: str, *, right: bool = False) -> Paragraph:
        return Paragraph(_safe(text), self._head_right if right else self._head)

    def _td(self, text: str, *, right: bool = False) -> Paragraph:
        return Paragraph(text, self._right if right else self._cell)

    def _table(self, rows: Sequence[Sequence[Any]], shares: Sequence[float], *, head: bool = True) -> Table:
        styles: list[Any] = [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
        if head:
            styles.append(("BACKGROUND", (0, 0), (-1, 0), _BAND))
        widths = [share * _WIDTH for share in shares]
        return Table(rows, colWidths=widths, repeatRows=1 if head else 0, style=styles)


LOOP_NAMES = (
    *("confirmed", "reported_in_time", "planned_in_time", "improved", "repeated", "overdue"),
    *("appeals", "appeals_changed", "call_backs", "reached", "given_up"),
)


def _rule() -> Table:
    return Table([[""]], colWidths=[_WIDTH], rowHeights=[2], style=[("LINEABOVE", (0, 0), (-1, 0), 0.4, _RULE)])


def _percent_of(ratio: float | None) -> float | None:
    return None if ratio is None else ratio * 100


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
