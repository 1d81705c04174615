"""Charts of a report, also of a centre's first day."""

import pytest
from reportlab.graphics import renderPDF

from service.reports.charts import line_chart


@pytest.mark.parametrize("values", [(None, None), (None, 12.0), (3.0, 12.0), (3.0,), ()])
def test_a_chart_is_drawn_however_little_is_known(values: tuple[float | None, ...]) -> None:
    names = [str(at) for at, _ in enumerate(values)]
    chart = line_chart(names, [("pass rate", values), ("error rate", tuple(None for _ in values))], "Helvetica", 200)
    assert renderPDF.drawToString(chart).startswith(b"%PDF")
