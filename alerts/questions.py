"""Whether a recognised sentence is a question: recognisers write no question marks."""

from config.settings import Language

_ZH = (
    *("吗", "呢", "什么", "多少", "哪", "几", "怎么", "如何", "是不是", "有没有", "能不能", "可不可以", "谁", "请问"),
    *("请提供", "提供一下", "请说", "说一下", "报一下", "告诉我"),
)
# An agent says 십니다 of nobody but the customer, and recognisers write it for 십니까.
_KO_ENDINGS = ("까", "십니다", "까요", "나요", "가요", "는지요", "은지요", "시죠", "지요", "주세요", "실래요", "을래요")
_EN_ASKING = frozenset(
    (
        *("who", "what", "what's", "when", "where", "which", "why", "how", "whose"),
        *("may", "can", "could", "would", "will", "do", "does", "did", "is", "are", "have", "has", "should"),
    )
)
_EN_PLEASE = ("please tell", "please give", "tell me", "give me", "confirm your")


def is_question(text: str, language: Language) -> bool:
    """By the words that ask, or that ask for something; unsure ones count as questions."""
    match language:
        case Language.ZH:
            bare = text.replace(" ", "")
            return any(word in bare for word in _ZH)
        case Language.KO:
            return any(word.endswith(_KO_ENDINGS) for word in text.rstrip("?!. ").split())
        case Language.EN:
            lowered = text.lower()
            words = lowered.split()
            starts = bool(words) and words[0] in _EN_ASKING
            return starts or any(word in _EN_ASKING for word in words[:4]) or any(ask in lowered for ask in _EN_PLEASE)
