"""Sentences with numbers as people say them in three languages: identifiers to hide, ordinary numbers to keep."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

_ZH = "零一二三四五六七八九"
_ZH_TELEPHONE = "零幺二三四五六七八九"
_KO = "공일이삼사오육칠팔구"
_KO_NUMBER = "영일이삼사오육칠팔구"
_SAID = "zero one two three four five six seven eight nine"
_EN = _SAID.split(" ")
_EN_TELEPHONE = ["oh", *_EN[1:]]
_SAID_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_EN_TEENS = _SAID_TEENS.split(" ")
_SAID_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_EN_TENS = _SAID_TENS.split(" ")


@dataclass(frozen=True, slots=True)
class Said:
    """Utterances of one voice, one after the other, and what in them says the number: words, or characters."""

    utterances: tuple[str, ...]
    digits: frozenset[str]

    def shows(self, seen: str) -> bool:
        """Whether a text shows any of them."""
        return any(each in self.digits for each in (seen.split() if max(map(len, self.digits)) > 1 else seen))


def identifiers(random: Random, count: int) -> Iterator[Said]:
    """Phone, card, identity, account and order numbers, in one breath or in groups with pauses."""
    makers = (_zh_identifier, _en_identifier, _ko_identifier)
    for index in range(count):
        yield makers[index % 3](random)


def ordinary(random: Random, count: int) -> Iterator[str]:
    """Amounts, dates, times, counts and order quantities."""
    makers = (_zh_ordinary, _en_ordinary, _ko_ordinary)
    for index in range(count):
        yield makers[index % 3](random)


def _digits(random: Random) -> str:
    length = random.choice((11, 11, 11, 16, 18, 10, 8, 6))
    return "".join(random.choice("0123456789") for _ in range(length))


def _groups(random: Random, digits: str) -> list[str]:
    groups = []
    while digits:
        size = random.choice((3, 4, 4))
        groups.append(digits[:size])
        digits = digits[size:]
    return groups


def _told(random: Random, groups: list[str], opening: str, closing: str, digits: Iterable[str]) -> Said:
    if random.random() < 0.5:
        return Said((opening + " ".join(groups) + closing,), frozenset(digits))
    return Said((opening + groups[0], *groups[1:-1], groups[-1] + closing), frozenset(digits))


def _zh_identifier(random: Random) -> Said:
    spelling = random.choice((_ZH, _ZH_TELEPHONE))
    joint = random.choice(("", " "))
    groups = [joint.join(spelling[int(each)] for each in group) for group in _groups(random, _digits(random))]
    opening = random.choice(("我的电话号码是", "身份证号是 ", "卡号 ", "", "嗯 ", "你记下来 "))
    return _told(random, groups, opening, random.choice(("", "", " 对")), spelling)


def _en_identifier(random: Random) -> Said:
    spelling = random.choice((_EN, _EN_TELEPHONE))
    groups = [" ".join(spelling[int(each)] for each in group) for group in _groups(random, _digits(random))]
    if random.random() < 0.3:
        groups[-1] = f"double {spelling[int(random.choice('123456789'))]} {groups[-1]}"
    opening = random.choice(("my number is ", "the account is ", "yes it's ", "", "card "))
    return _told(random, groups, opening, random.choice(("", "", " thanks")), spelling)


def _ko_identifier(random: Random) -> Said:
    joint = random.choice(("", "", " "))
    groups = [joint.join(_KO[int(each)] for each in group) for group in _groups(random, _digits(random))]
    if random.random() < 0.3:
        groups[0] += "에" if not joint else " 에"
    opening = random.choice(("제 번호는 ", "계좌번호가 ", "네 ", "", "카드 번호 불러드릴게요 "))
    return _told(random, groups, opening, random.choice(("", "요", "번")) if not joint else "", _KO)


def _zh_number(number: int) -> str:
    if number < 10:
        return _ZH[number]
    for value, word in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        if number >= value:
            head, rest = divmod(number, value)
            said = ("" if head == 1 and value == 10 else _zh_number(head)) + word
            if not rest:
                return said
            return said + ("零" if rest < value // 10 else "") + _zh_number(rest)
    raise AssertionError


def _ko_number(number: int) -> str:
    if number < 10:
        return _KO_NUMBER[number]
    for value, word in ((10_000, "만"), (1_000, "천"), (100, "백"), (10, "십")):
        if number >= value:
            head, rest = divmod(number, value)
            joint = " " if value == 10_000 else ""
            return ("" if head == 1 else _ko_number(head)) + word + (joint + _ko_number(rest) if rest else "")
    raise AssertionError


def _en_number(number: int) -> str:
    if number < 20:
        return [*_EN, *_EN_TEENS][number]
    if number < 100:
        return _EN_TENS[number // 10] + (f" {_EN[number % 10]}" if number % 10 else "")
    for value, word in ((1_000, "thousand"), (100, "hundred")):
        if number >= value:
            head, rest = divmod(number, value)
            return f"{_en_number(head)} {word}" + (f" {_en_number(rest)}" if rest else "")
    raise AssertionError


def _zh_ordinary(random: Random) -> str:
    number = random.randint(1, 99_999)
    year = "".join(_ZH[int(each)] for each in str(random.randint(1970, 2030)))
    return random.choice(
        (
            f"一共{_zh_number(number)}块钱",
            f"我订了{_zh_number(random.randint(2, 500))}个",
            f"{year}年{random.randint(1, 12)}月{random.randint(1, 28)}号",
            f"{year}年{_zh_number(random.randint(1, 12))}月{_zh_number(random.randint(1, 31))}号 生效",
            f"下午{_zh_number(random.randint(1, 12))}点{_zh_number(random.randint(10, 59))}分 给您回电",
            f"订单里有{_zh_number(random.randint(2, 99))}件 每件{_zh_number(random.randint(2, 999))}元",
            f"等了{_zh_number(random.randint(2, 60))}分钟 打了{random.choice(('三四', '五六', '两三'))}次",
            f"百分之{_zh_number(random.randint(2, 100))}的优惠",
            f"零点{_ZH[random.randint(1, 9)]}{_ZH[random.randint(1, 9)]}个百分点",
            f"共 {number} 元,{random.randint(2, 50)} 件",
            f"{random.randint(2020, 2027)}-{random.randint(1, 12):02}-{random.randint(1, 28):02} 到货",
        )
    )


def _en_ordinary(random: Random) -> str:
    number = random.randint(1, 99_999)
    return random.choice(
        (
            f"that is {_en_number(number)} dollars",
            f"i ordered {_en_number(random.randint(2, 400))} pieces",
            f"on {random.choice(('march', 'june', 'may'))} {_en_number(random.randint(1, 31))}",
            f"at {_en_number(random.randint(1, 12))} {_en_number(random.randint(10, 59))}",
            f"at {_en_number(random.randint(1, 9))} oh {_EN[random.randint(1, 9)]}",
            f"since nineteen {_en_number(random.randint(50, 99))}",
            f"two or three times in {_en_number(random.randint(2, 30))} days",
            f"{_en_number(random.randint(2, 99))} point {_EN[random.randint(1, 9)]} percent",
            f"a total of ${number:,}.50 for {random.randint(2, 40)} items",
            f"open nine to five, {random.randint(2, 5)} days a week",
        )
    )


def _ko_ordinary(random: Random) -> str:
    number = random.randint(10, 99_999)
    return random.choice(
        (
            f"모두 {_ko_number(number)}원입니다",
            f"{_ko_number(random.randint(2, 400))} 개 주문했어요",
            f"{_ko_number(random.randint(2020, 2027))}년 {_ko_number(random.randint(1, 12))}월 십오일",
            f"오후 두 시 {_ko_number(random.randint(10, 59))}분에 전화 주세요",
            f"{random.choice(('삼일', '사오일', '이삼일'))} 정도 걸립니다",
            "이 일은 제가 확인해 드리겠습니다",
            f"{_ko_number(random.randint(2, 60))} 퍼센트 할인됩니다",
            f"{number:,}원 결제하셨고 {random.randint(2, 9)}개 받으셨어요",
            f"세 번이나 {_ko_number(random.randint(10, 59))}분 동안 기다렸어요",
        )
    )
