"""E-mail addresses as they are said, whole and nothing else."""

import pytest

from alerts.masking.spoken_addresses import spoken_addresses

_LONG = "j o h n underscore smith nine at my company dot co dot uk"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my email is li dot wei at example dot com thanks", ["li dot wei at example dot com"]),
        (f"to {_LONG} please", [_LONG]),
        ("我的邮箱是zhangwei艾特一六三点com谢谢", ["zhangwei艾特一六三点com"]),
        ("发到 li 二一 圈a qq 点 cn 就行", ["li 二一 圈a qq 点 cn"]),
        ("제 이메일은 길동 골뱅이 네이버 점 컴이에요", ["길동 골뱅이 네이버 점 컴"]),
        ("meet me at five", []),
        ("at the dot com company", []),
        ("look at this and dot it", []),
        ("下午三点在公司", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_an_address(text: str, hidden: list[str]) -> None:
    assert [text[start:end] for start, end in spoken_addresses(text)] == hidden
