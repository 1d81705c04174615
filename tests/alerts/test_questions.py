"""What asks for an answer."""

import pytest

from alerts.questions import is_question
from config.settings import Language


@pytest.mark.parametrize(
    ("text", "language", "asks"),
    [
        ("请问 您的 订单号 是 多少", Language.ZH, True),
        ("您 收到 了 吗", Language.ZH, True),
        ("好的 我 帮 您 处理", Language.ZH, False),
        ("주문 번호가 어떻게 되십니까", Language.KO, True),
        ("성함이 어떻게 되세요 고객님 확인 부탁드릴까요", Language.KO, True),
        ("주문 번호를 알려 주세요", Language.KO, True),
        ("주문 번호가 어떻게 되십니다", Language.KO, True),  # 까 misheard
        ("네 알겠습니다 고객님", Language.KO, False),
        ("what is your order number", Language.EN, True),
        ("okay and can you spell that", Language.EN, True),
        ("please tell me your name", Language.EN, True),
        ("i will send it to you", Language.EN, True),  # unsure ones count
        ("thank you very much", Language.EN, False),
    ],
)
def test_what_asks(text: str, language: Language, asks: bool) -> None:
    assert is_question(text, language) is asks
