"""Figures of other systems: kept by day and name, the newest word counts."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.service.inspection.desk import desk
from web.inspection.views import OutsideFigure

CSAT = OutsideFigure("csat", date(2026, 11, 23), "agent", "1007", 0.9, 20)


async def test_figures_are_kept_and_replaced(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        outside = house.inspection.outside
        complaints = OutsideFigure("complaints", date(2026, 11, 24), "site", "wuhan", 3, 3)
        assert await outside.put([CSAT, complaints], "crm") == 2
        assert await outside.put([replace(CSAT, value=0.8), complaints], "crm") == 2
        days = (date(2026, 11, 23), date(2026, 11, 25))
        assert await outside.outside(None, *days) == [replace(CSAT, value=0.8), complaints]
        assert await outside.outside("csat", *days) == [replace(CSAT, value=0.8)]
        assert await outside.outside(None, date(2026, 11, 24), date(2026, 11, 25)) == [complaints]
