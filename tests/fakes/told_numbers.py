"""Numbers of people as they are told on the telephone, and ordinary ones, in three languages, word by word.

Two halves with other carrier sentences, other groupings and other seeds: masking was worked on with `TUNING` alone,
`JUDGING` is what is reported.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from random import Random

_ZH = "零一二三四五六七八九"
_ZH_PHONE = "零幺二三四五六七八九"
_EN = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
_EN_OH = ["oh", *_EN[1:]]
_KO = "공일이삼사오육칠팔구"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class Half(Enum):
    """Which material."""

    TUNING = 0
    JUDGING = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Utterances of one voice, each a list of (word, whether it gives the number away)."""

    kind: str
    language: str
    utterances: tuple[tuple[tuple[str, bool], ...], ...]


Words = list[tuple[str, bool]]


def numbers_of_people(half: Half, count: int) -> Iterator[Told]:
    """Phone, card, identity and account numbers, IBANs, e-mail addresses."""
    random = Random(9_100 + half.value)
    makers: list[tuple[str, Callable[[Random, Half, str], Told]]] = [
        *((language, _digits_told) for language in ("zh", "en", "ko") for _ in range(4)),
        *((language, _address_told) for language in ("zh", "en", "ko")),
        ("en", _iban_told),
    ]
    for number in range(count):
        language, make = makers[number % len(makers)]
        yield make(random, half, language)


def ordinary_numbers(half: Half, count: int) -> Iterator[tuple[str, str]]:
    """(language, sentence) with amounts, dates, times, counts, shares, versions and hotlines."""
    random = Random(9_200 + half.value)
    for number in range(count):
        language = ("zh", "en", "ko")[number % 3]
        yield language, _ORDINARY[language][half](random)


# --- the numbers ----------------------------------------------------------------------------------------------------


def luhn_complete(digits: str) -> str:
    """The digits with their check digit behind them."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _card(random: Random) -> str:
    return luhn_complete(random.choice(("4", "51", "62", "37")) + "".join(random.choices("0123456789", k=14)))[:16]


def _zh_identity(random: Random) -> str:
    born = f"{random.randint(1950, 2009)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    body = f"{random.choice(('110101', '420106', '310115', '440305'))}{born}{random.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(each) * weight for each, weight in zip(body, weights, strict=True)) % 11]


def _ko_identity(random: Random) -> str:
    born = f"{random.randint(50, 99)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    body = born + random.choice("12") + "".join(random.choices("0123456789", k=5))
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    return body + str((11 - sum(int(e) * w for e, w in zip(body, weights, strict=True)) % 11) % 10)


def _some_number(random: Random, language: str) -> tuple[str, str]:
    kinds: dict[str, Callable[[], str]] = {
        "card": lambda: _card(random),
        "account": lambda: "".join(random.choices("0123456789", k=random.choice((10, 12, 19)))),
        "phone": lambda: (
            {"zh": "1", "en": "", "ko": "010"}[language]
            + "".join(random.choices("0123456789", k={"zh": 10, "en": 10, "ko": 8}[language]))
        ),
        "identity": lambda: {"zh": _zh_identity, "ko": _ko_identity}.get(
            language, lambda each: "".join(each.choices("0123456789", k=9))
        )(random),
    }
    kind = random.choice(list(kinds))
    return kind, kinds[kind]()


# --- how they are told ----------------------------------------------------------------------------------------------

_CARRIER = {
    ("zh", Half.TUNING): ("我 的 号码 是/", "/", "你 记 一下/谢谢", "卡号/对 吧", "身份证/"),
    ("zh", Half.JUDGING): ("那 我 报 给 您/好 的", "嗯 是/", "账户 呢 是/没错", "/您 看 一下", "联系 我 打/"),
    ("en", Half.TUNING): ("my number is/", "/", "it's/thanks", "card/okay", "the account is/"),
    ("en", Half.JUDGING): (
        *("sure let me read it out/", "so that would be/got it", "/please", "okay/", "you can reach me on/any time"),
    ),
    ("ko", Half.TUNING): ("제 번호는/", "/", "네/맞습니다", "카드 번호/요", "계좌번호가/"),
    ("ko", Half.JUDGING): ("불러 드릴게요/네", "여기 적어 주세요/", "/확인해 주세요", "음/", "연락은/여기로 주세요"),
}
_FILLER = {"zh": ("嗯", "然后"), "en": ("uh", "then"), "ko": ("음", "그다음에")}
_SIZES = {Half.TUNING: (3, 4, 4), Half.JUDGING: (2, 3, 4, 5)}


def _digits_told(random: Random, half: Half, language: str) -> Told:
    kind, number = _some_number(random, language)
    groups: list[str] = []
    rest = number
    while rest:
        size = random.choice(_SIZES[half])
        groups.append(rest[:size])
        rest = rest[size:]
    if random.random() < 0.12:
        spoken: list[Words] = [[(group, True)] for group in groups]  # as recognisers with figures write it
    else:
        spoken = [_said(random, language, half, group) for group in groups]
    before, behind = random.choice(_CARRIER[language, half]).split("/")
    opening: Words = [(each, False) for each in before.split()]
    closing: Words = [(each, False) for each in behind.split()]
    if len(spoken) > 2 and random.random() < 0.4:
        cut = random.randint(1, len(spoken) - 1)
        first, second = (list(chain.from_iterable(groups)) for groups in (spoken[:cut], spoken[cut:]))
        parts = [opening + first, second + closing]
    else:
        parts = [opening + _joined(random, language, spoken) + closing]
    return Told(kind, language, tuple(tuple(part) for part in parts))


def _joined(random: Random, language: str, spoken: Sequence[Words]) -> Words:
    words: Words = []
    for number, group in enumerate(spoken):
        if number and random.random() < 0.15:
            words.append((random.choice(_FILLER[language]), False))
        words += group
    return words


def _said(random: Random, language: str, half: Half, group: str) -> Words:
    if language == "en":
        return _said_in_english(random, half, group)
    spelling = _KO if language == "ko" else random.choice((_ZH, _ZH_PHONE))
    said = ["X" if digit == "X" else spelling[int(digit)] for digit in group]
    if random.random() < 0.4:  # one word for the group, as recognisers often cut
        return [("".join(said), True)]
    return [(each, True) for each in said]


def _said_in_english(random: Random, half: Half, group: str) -> Words:
    spelling = random.choice((_EN, _EN_OH))
    words: Words = []
    at = 0
    while at < len(group):
        run = len(group) - at - len(group[at:].lstrip(group[at]))
        if run >= 2 and random.random() < 0.5:
            times = 3 if run >= 3 and half is Half.JUDGING else 2
            words += [("triple" if times == 3 else "double", True), (spelling[int(group[at])], True)]
            at += times
        else:
            words.append((spelling[int(group[at])], True))
            at += 1
    return words


_NAMES = ("li", "wei", "john", "smith", "kim", "minsu", "chen", "anna")
_HOSTS = {
    "zh": (("一六三",), ("qq",), ("一二六",), ("example",)),
    "en": (("gmail",), ("example",), ("outlook",), ("my", "company")),
    "ko": (("네이버",), ("지메일",), ("example",), ("다음",)),
}
_AT: dict[str, dict[Half, tuple[str, ...]]] = {
    "zh": {Half.TUNING: ("艾特", "at"), Half.JUDGING: ("圈a", "@")},
    "en": {Half.TUNING: ("at",), Half.JUDGING: ("at",)},
    "ko": {Half.TUNING: ("골뱅이", "앳"), Half.JUDGING: ("골뱅이", "at")},
}
_DOT = {"zh": ("点", "dot"), "en": ("dot",), "ko": ("점", "닷")}
_TOP = {"zh": ("com", "cn"), "en": ("com", "org"), "ko": ("컴", "com", "씨오엠")}


def _address_told(random: Random, half: Half, language: str) -> Told:
    local = list(random.sample(_NAMES, random.choice((1, 1, 2))))
    if len(local) == 2:
        local.insert(1, random.choice(("dot", "underscore") if language == "en" else ("dot",)))
    if random.random() < 0.3:
        digits = "".join(random.choices("123456789", k=2))
        digit_words: dict[str, Sequence[str]] = {"en": _EN, "ko": _KO, "zh": _ZH}
        local += [digit_words[language][int(each)] for each in digits]
    address = [*local, random.choice(_AT[language][half]), *random.choice(_HOSTS[language])]
    address += [random.choice(_DOT[language]), random.choice(_TOP[language])]
    carriers = {
        "zh": {Half.TUNING: ("我 的 邮箱 是", "谢谢"), Half.JUDGING: ("发 到", "就 行")},
        "en": {Half.TUNING: ("my email is", "thanks"), Half.JUDGING: ("please send it to", "okay")},
        "ko": {Half.TUNING: ("제 이메일은", "입니다"), Half.JUDGING: ("메일 주소가", "이에요")},
    }
    before, behind = carriers[language][half]
    if random.random() < 0.25:
        address = [f"{''.join(local[:1])}.{random.choice(_NAMES)}{random.randint(1, 99)}@example.com"]
    words = [(each, False) for each in before.split()] + [(each, True) for each in address]
    return Told("email", language, (tuple(words + [(each, False) for each in behind.split()]),))


def _iban_told(random: Random, half: Half, language: str) -> Told:
    country, bank = random.choice((("DE", ""), ("GB", "NWBK"), ("FR", ""), ("NL", "ABNA")))
    account = "".join(random.choices("0123456789", k=18 if not bank else 14))
    moved = "".join(str(int(each, 36)) for each in f"{bank}{account}{country}00")
    iban = f"{country}{98 - int(moved) % 97:02}{bank}{account}"
    if random.random() < 0.2:
        return Told("iban", language, (tuple((iban[at : at + 4], True) for at in range(0, len(iban), 4)),))
    words = [(each.lower() if each.isalpha() else _EN[int(each)], True) for each in iban]
    opening = [
        (each, False) for each in ("the iban is" if half is Half.TUNING else "here comes my bank account").split()
    ]
    return Told("iban", language, (tuple(opening + words),))


# --- ordinary numbers -----------------------------------------------------------------------------------------------


def _zh_number(number: int) -> str:
    if number < 10:
        return _ZH[number]
    for value, word in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        if number >= value:
            head, rest = divmod(number, value)
            said = ("" if head == 1 and value == 10 else _zh_number(head)) + word
            return said + (("零" if rest < value // 10 else "") + _zh_number(rest) if rest else "")
    raise AssertionError


def _ko_number(number: int) -> str:
    if number < 10:
        return "영일이삼사오육칠팔구"[number]
    for value, word in ((10_000, "만"), (1_000, "천"), (100, "백"), (10, "십")):
        if number >= value:
            head, rest = divmod(number, value)
            return ("" if head == 1 else _ko_number(head)) + word + (_ko_number(rest) if rest else "")
    raise AssertionError


_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


def _en_number(number: int) -> str:
    if number < 20:
        return [*_EN, *_TEENS][number]
    if number < 100:
        return _TENS[number // 10] + (f" {_EN[number % 10]}" if number % 10 else "")
    value, word = (1_000, "thousand") if number >= 1_000 else (100, "hundred")
    head, rest = divmod(number, value)
    return f"{_en_number(head)} {word}" + (f" {_en_number(rest)}" if rest else "")


def _one_of(*makers: Callable[[Random], str]) -> Callable[[Random], str]:
    return lambda random: random.choice(makers)(random)


_ORDINARY: dict[str, dict[Half, Callable[[Random], str]]] = {
    "zh": {
        Half.TUNING: _one_of(
            lambda r: f"一共 是 {_zh_number(r.randint(10, 99_999))} 块 钱",
            lambda r: f"要 等 {_zh_number(r.randint(2, 30))} 天",
            lambda r: f"{_zh_number(r.randint(1, 12))} 月 {_zh_number(r.randint(1, 28))} 号 之前",
            lambda r: f"打 了 {r.choice(('三四', '五六', '两三'))} 次 都 没 人 接",
        ),
        Half.JUDGING: _one_of(
            lambda r: f"您 这个 月 用 了 {_zh_number(r.randint(1, 900))} 兆",
            lambda r: f"百分之 {_zh_number(r.randint(1, 99))} 的 用户",
            lambda r: f"上午 {_zh_number(r.randint(8, 11))} 点 {_zh_number(r.randint(10, 59))} 分 到",
            lambda r: f"买 {_zh_number(r.randint(2, 9))} 送 {_zh_number(r.randint(1, 5))}",
            lambda r: f"套餐 {r.choice(('九十八', '一百二十八', '三百九十九'))} 元 一个 月",
            lambda r: f"请 拨打 {r.choice(('一零零八六', '幺二三幺五', '一二三四五'))}",
            lambda r: f"合计 {r.randint(100, 9_999)}.{r.randint(10, 99)} 元",
        ),
    },
    "en": {
        Half.TUNING: _one_of(
            lambda r: f"that comes to {_en_number(r.randint(20, 9_999))} dollars",
            lambda r: f"within {_en_number(r.randint(2, 30))} days",
            lambda r: f"at {_en_number(r.randint(1, 12))} {_en_number(r.randint(10, 59))} tomorrow",
            lambda r: "two or three of them",
        ),
        Half.JUDGING: _one_of(
            lambda r: f"your plan has {_en_number(r.randint(2, 900))} minutes left",
            lambda r: f"about {_en_number(r.randint(2, 99))} percent of customers",
            lambda r: f"we open from {_en_number(r.randint(7, 9))} to {_en_number(r.randint(4, 8))}",
            lambda r: f"it was {_en_number(r.randint(2, 20))} or {_en_number(r.randint(21, 40))} people",
            lambda r: f"in two thousand {_en_number(r.randint(10, 26))}",
            lambda r: f"version {_en_number(r.randint(1, 9))} point {_en_number(r.randint(1, 9))}",
            lambda r: f"you owe ${r.randint(10, 999)}.{r.randint(10, 99)} since 2019",
            lambda r: "please call nine one one in an emergency",
        ),
    },
    "ko": {
        Half.TUNING: _one_of(
            lambda r: f"모두 {_ko_number(r.randint(1_000, 99_999))}원입니다",
            lambda r: f"{_ko_number(r.randint(2, 30))}일 걸립니다",
            lambda r: f"{_ko_number(r.randint(1, 12))}월 {_ko_number(r.randint(1, 28))}일까지",
            lambda r: "두 세 번 전화했어요",
        ),
        Half.JUDGING: _one_of(
            lambda r: f"이번 달에 {_ko_number(r.randint(10, 900))}분 쓰셨어요",
            lambda r: f"고객의 {_ko_number(r.randint(2, 99))} 퍼센트가",
            lambda r: f"오전 {r.choice(('아홉', '열', '열한'))} 시 {_ko_number(r.randint(10, 59))}분에",
            lambda r: f"{_ko_number(r.randint(2, 9))}개월 할부로 {_ko_number(r.randint(10_000, 99_999))}원",
            lambda r: f"{_ko_number(r.randint(2, 30))}층 {_ko_number(r.randint(2, 9))}번째 자리",
            lambda r: f"{r.randint(1_000, 99_999):,}원이 결제됐어요",
            lambda r: "일이 많아서 오래 걸렸어요",
        ),
    },
}
