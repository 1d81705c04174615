"""Whom alerts are written for: titles and advice are Chinese or English, whatever the callers speak."""

from enum import StrEnum

from alerts.alert import ByLanguage
from config.rule_packs import Wording
from config.settings import Language


class Reader(StrEnum):
    """The language of the people who read alerts."""

    ZH = "zh"
    EN = "en"

    def of(self, text: Wording | None) -> str:
        """A pack's text in this language; nothing where there is none."""
        if text is None:
            return ""
        match self:
            case Reader.ZH:
                return text.zh
            case Reader.EN:
                return text.en


def by_language(text: Wording | None) -> ByLanguage | None:
    """A pack's text in both languages."""
    return ByLanguage(text.zh, text.en) if text is not None else None


def reader_of(language: Language) -> Reader:
    """Chinese nodes are read in Chinese, all others in English."""
    return Reader.ZH if language is Language.ZH else Reader.EN
