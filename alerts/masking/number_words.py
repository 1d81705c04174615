"""How digits are said and written in Chinese, Korean and English, and the words around them that say what they are."""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


HANZI_DIGITS = dict(zip("零〇洞一幺二两三四五六七八九", "00011223456789", strict=True))
HANZI_SCALES = frozenset("十百千万亿拾佰仟萬億")
# Not digits although made of them; longest first where one begins like another.
HANZI_WORDS = ("三三两两", "七七八八", "五五开", "一一对应", "一二三四五六七", "三三两", "七上八下")
# What is counted or measured by the number before it: such a number is no identifier.
HANZI_UNITS = (
    *("个月", "小时", "分钟", "季度", "星期", "公里", "公斤", "平方", "毫升", "厘米", "块钱", "美元", "人民币"),
    *"个位次天月年号日秒块元毛角分件台条张本份斤米岁度倍成折楼层期单箱盒瓶袋套双只头人户种项周页步兆克升吨支把辆间套家名%\uff05",
)
HANZI_FILLERS = (
    "那个",
    "然后",
    "就是",
    "横杠",
    "横线",
    "空格",
    "下划线",
    "嗯",
    "呃",
    "啊",
    "哦",
    "额",
    "哎",
    "杠",
    "转",
)
HANZI_X = ("艾克斯", "埃克斯", "叉")  # the last sign of one identity number in eleven
HANZI_POINTS = ("点", "點")
HANZI_CUES = (
    *("身份证", "验证码", "银行卡", "信用卡", "手机", "电话", "号码", "卡号", "账号", "帐号", "账户", "证件", "密码"),
    *(
        "尾号",
        "后四位",
        "后六位",
        "前四位",
        "单号",
        "编号",
        "护照",
        "工号",
        "会员号",
        "邮箱",
        "微信",
        "座机",
        "联系方式",
    ),
)

HANGUL_DIGITS = dict(zip("공영령일이삼사오육륙칠팔구", "0001234566789", strict=True))
_NATIVE = "제로 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉"
HANGUL_NATIVE = dict(zip(_NATIVE.split(" "), "0123456789", strict=True))
HANGUL_SCALES = frozenset("십백천만억")
HANGUL_UNITS = (
    *("시간", "개월", "주일", "킬로", "미터", "프로", "퍼센트", "달러", "그램", "리터", "박스", "세트", "번째"),
    *"원년월시분초개명살층호회차건대장병배주달권잔칸",
)
HANGUL_PARTICLES = (
    *("이라고요", "이고요", "이구요", "이에요", "입니다", "이라고", "번이요", "번입니다", "번이에요", "이요", "예요"),
    *("고요", "구요", "라고요", "인데요", "인데", "에서", "에요", "번", "에", "요", "은", "는", "을", "를", "가", "로"),
)
HANGUL_FILLERS = frozenset(
    ("음", "어", "그", "아", "저", "네", "다시", "하이픈", "대시", "에", "그리고", "그다음에", "다음에")
)
HANGUL_POINTS = frozenset(("점", "쩜"))
HANGUL_CUES = (
    *("번호", "전화", "핸드폰", "휴대폰", "연락처", "계좌", "카드", "주민등록", "인증", "뒷자리", "앞자리", "여권"),
    *("생년월일", "네자리", "여섯자리", "메일"),
)

_LATIN = "zero oh o nought one two three four five six seven eight nine niner"
LATIN_DIGITS = dict(zip(_LATIN.split(" "), "00001234567899", strict=True))
LATIN_TEENS = _words(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
)
LATIN_TENS = _words(
    "twenty thirty forty fifty sixty seventy eighty ninety",
)
LATIN_TIMES = frozenset(("double", "triple", "treble"))
LATIN_SCALES = frozenset(("hundred", "thousand", "million", "billion"))
LATIN_SOUND_LIKE_DIGITS = frozenset(
    ("to", "too", "for", "ate", "won", "tree", "fife")
)  # between digits they are digits
LATIN_UNITS = _words(
    "dollars dollar cents cent bucks pounds pound euros euro percent day days week weeks month months year years ",
    "hour hours minute minutes second seconds am pm a.m p.m o'clock people items item pieces piece times units unit",
    "boxes box packs pack copies copy miles mile meters metres feet inches kilos kilometers degrees points stars ",
    "yuan won per hundredths st nd rd th of",
)
LATIN_FILLERS = _words(
    "um uh er erm ah dash hyphen space then and slash okay",
)
LATIN_POINTS = frozenset(("point", "dot"))
LATIN_CUES = _words(
    "number numbers phone telephone mobile cell cellphone account card passport pin code password passcode ssn ",
    "security digits id identification licence license policy routing tracking confirmation email e-mail iban cvv",
)
LATIN_BEFORE_TIMES = _words(
    "at by before until till around from after about",
)

# Numbers that everybody knows say nothing of anybody: emergency calls, hotlines, regulators.
PUBLIC_NUMBERS = _words(
    "110 119 120 122 112 114 911 999 311 411 118 1372 1333 1345 182 116 117 ",
    "10000 10001 10010 10011 10086 10099 12110 12300 12305 12306 12315 12321 12329 12333 12345 12348 12358 12365 ",
    "12366 12369 12377 12378 12386 12388 12395 12398 11185 95511 95512 95516 95518 95519 95533 95555 95558 95559 ",
    "95566 95568 95577 95588 95595 95599",
)
