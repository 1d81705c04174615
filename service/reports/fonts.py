"""The type a report is printed in: one that holds Chinese, within the file where the machine has such a font."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_NAME = "Report"
_FILES = tuple(
    Path("/usr/share/fonts/truetype") / name
    for name in ("wqy/wqy-microhei.ttc", "droid/DroidSansFallbackFull.ttf", "wqy/wqy-zenhei.ttc")
)
_LENT = "STSong-Light"  # not in the file: whoever shows it brings the font, as readers of PDF do


@cache
def report_font() -> str:
    """Its name, registered."""
    for file in _FILES:
        if file.is_file():
            try:
                pdfmetrics.registerFont(TTFont(_NAME, str(file)))
            except TTFError:
                continue
            return _NAME
    pdfmetrics.registerFont(UnicodeCIDFont(_LENT))
    return _LENT
