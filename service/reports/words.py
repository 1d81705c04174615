"""The words of the pages, for what is printed."""

import json
from collections.abc import Callable, Mapping
from functools import cache

from web.pages import STATIC_FOLDER
from web.report_sources import ReportLanguage

Said = Callable[..., str]
"""A key of the catalogue, and what stands in its braces, in; the words out."""


@cache
def _catalogue(language: ReportLanguage) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((STATIC_FOLDER / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    return found


class Words:
    """Both languages."""

    def of(self, language: ReportLanguage) -> Said:
        """The words of one; a key that is missing says itself, as on the pages."""
        catalogue = _catalogue(language)

        def said(key: str, **values: object) -> str:
            text = catalogue.get(key, key)
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", str(value))
            return text

        return said
