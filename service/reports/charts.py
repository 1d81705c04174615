"""Small line charts for print."""

from collections.abc import Sequence

from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.shapes import Drawing, Line, String
from reportlab.graphics.widgets.markers import makeMarker
from reportlab.lib import colors

_HEIGHT, _LEGEND = 130, 16
_STROKES = (colors.HexColor("#13744a"), colors.HexColor("#c6262e"), colors.HexColor("#2b8fc7"))
_DIM, _RULE = colors.HexColor("#535e6d"), colors.HexColor("#dce1e7")
_MOST_NAMES = 12


def line_chart(
    names: Sequence[str], lines: Sequence[tuple[str, Sequence[float | None]]], font: str, width: float, unit: str = ""
) -> Drawing:
    """Lines over the same names; what is not known is left out, a single known value is a dot."""
    drawing = Drawing(width, _HEIGHT + _LEGEND)
    chart = HorizontalLineChart()
    chart.x, chart.y, chart.width, chart.height = 34, 18, width - 42, _HEIGHT - 26
    chart.data = [tuple(values) for _, values in lines]
    chart.joinedLines = False  # each line says for itself below: one of fewer than two points cannot be drawn
    every = -(-len(names) // _MOST_NAMES)
    chart.categoryAxis.categoryNames = [name if at % every == 0 else "" for at, name in enumerate(names)]
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.labels.fontName, axis.labels.fontSize, axis.labels.fillColor = font, 7, _DIM
        axis.strokeColor = _RULE
    highest = max((value for _, values in lines for value in values if value is not None), default=1.0)
    chart.valueAxis.valueMin, chart.valueAxis.valueMax = 0, 100 if unit == "%" else max(1.0, highest * 1.1)
    chart.valueAxis.labelTextFormat = f"%g {unit}".replace("%g %", "%g %%").rstrip()
    chart.valueAxis.visibleGrid, chart.valueAxis.gridStrokeColor = True, _RULE
    if unit == "%":
        chart.valueAxis.valueStep = 25
    x = 34.0
    for number, (name, values) in enumerate(lines):
        if sum(value is not None for value in values) > 1:
            chart.lines[number].lineStyle = "joinedLine"
        stroke = _STROKES[number % len(_STROKES)]
        chart.lines[number].strokeColor, chart.lines[number].strokeWidth = stroke, 1.6
        chart.lines[number].strokeDashArray = None if number == 0 else [4, 2]
        chart.lines[number].symbol = makeMarker("FilledCircle", size=3, fillColor=stroke, strokeColor=stroke)
        drawing.add(Line(x, _HEIGHT + 5, x + 14, _HEIGHT + 5, strokeColor=stroke, strokeWidth=1.6))
        drawing.add(String(x + 18, _HEIGHT + 2, name, fontName=font, fontSize=8, fillColor=_DIM))
        x += 34 + 8 * sum(1.0 if sign > "\u2e80" else 0.55 for sign in name)
    drawing.add(chart)
    return drawing
