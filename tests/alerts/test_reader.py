"""Which language a node is read in."""

from alerts.reader import Reader, reader_of
from config.rule_packs import Wording
from config.settings import Language


def test_chinese_nodes_are_read_in_chinese_all_others_in_english() -> None:
    assert [reader_of(language) for language in (Language.ZH, Language.EN, Language.KO)] == [
        Reader.ZH,
        Reader.EN,
        Reader.EN,
    ]


def test_a_text_in_the_readers_language() -> None:
    text = Wording(zh="不", en="no")
    assert (Reader.ZH.of(text), Reader.EN.of(text), Reader.EN.of(None)) == ("不", "no", "")
