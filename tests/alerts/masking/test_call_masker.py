"""Everything said in a call through its masker: shares measured on 1,500 numbers, and what must never be seen."""

from random import Random

from alerts.masking.call_masker import CallMasker, MaskedWords, masked_note
from alerts.masking.masked_text import MASK
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from tests.fakes.spoken_numbers import identifiers, ordinary


class _Call:
    """Utterances of both voices, one after the other."""

    def __init__(self) -> None:
        self.masker = CallMasker()
        self.seen: dict[tuple[Leg, int], str] = {}
        self.revisions: dict[tuple[Leg, int], int] = {}
        self.at_ms = 0
        self._utterance = 0

    def say(self, text: str, leg: Leg = Leg.CUSTOMER, pause_ms: int = 700) -> str:
        """A final; what is seen of it now."""
        start_ms = self.at_ms + pause_ms
        self.at_ms = start_ms + 1_500
        self._utterance += 1
        for each in self.masker.hear(WordsHeard(leg, self._utterance, 1, True, start_ms, self.at_ms, text)):
            key = (each.heard.leg, each.heard.utterance)
            assert each.heard.revision > self.revisions.get(key, 0)
            self.revisions[key], self.seen[key] = each.heard.revision, each.heard.text
        return self.seen[leg, self._utterance]

    def partial(self, text: str, leg: Leg = Leg.CUSTOMER) -> str:
        """The running text of the next utterance."""
        heard = WordsHeard(leg, self._utterance + 1, 0, False, self.at_ms + 700, self.at_ms + 1_500, text)
        return self.masker.hear(heard)[-1].heard.text

    def text(self) -> str:
        """All that is seen now."""
        return " / ".join(self.seen.values())


def _alone(text: str) -> str:
    return _Call().say(text)


def test_of_identifiers_at_least_98_in_100_are_hidden() -> None:
    shown = []
    for said in identifiers(Random(6), 900):
        call = _Call()
        for utterance in said.utterances:
            call.say(utterance)
        if said.shows(call.text()):
            shown.append(call.text())
    assert len(shown) / 900 <= 0.02, shown


def test_of_ordinary_numbers_at_most_1_in_100_is_touched() -> None:
    touched = [said for said in ordinary(Random(7), 900) if MASK in _alone(said)]
    assert len(touched) / 900 <= 0.01, touched[:20]


def test_a_growing_number_is_hidden_from_its_third_digit_on() -> None:
    for digits, joint in (("幺一零零一三八零", ""), ("공일공일이삼", ""), ("one two three four five", " ")):
        parts = digits.split(joint) if joint else list(digits)
        call = _Call()
        for length in range(3, len(parts) + 1):
            seen = call.partial(joint.join(parts[:length]))
            assert seen.replace(MASK, "").strip() == "", seen


def test_digits_said_before_a_pause_are_hidden_when_the_number_goes_on() -> None:
    call = _Call()
    assert call.say("那就是一三") == "那就是一三"
    assert call.say("八零零一") == MASK * 4
    assert call.text() == f"那就是{MASK * 2} / {MASK * 4}"


def test_partials_hide_what_was_said_before_the_pause_too() -> None:
    call = _Call()
    call.say("it begins one three")
    seen = call.masker.hear(WordsHeard(Leg.CUSTOMER, 2, 1, False, 2_500, 3_000, "eight five"))
    assert [each.heard.text for each in seen] == [f"it begins {MASK} {MASK}", f"{MASK} {MASK}"]
    assert seen[0].heard.final


def test_a_number_read_back_in_pieces_is_hidden_on_both_legs() -> None:
    call = _Call()
    call.say("请问您的电话是多少", Leg.AGENT)
    call.say("一三八")
    assert call.say("一三", Leg.AGENT) == MASK * 2
    assert call.say("对 八", Leg.AGENT) == "对 八"  # one digit among words is no number
    assert call.say("八", Leg.CUSTOMER) == MASK


def test_digits_long_after_others_begin_anew() -> None:
    call = _Call()
    call.say("还有一三")
    assert call.say("八零", pause_ms=9_000) == "八零"
    assert call.text() == "还有一三 / 八零"


def test_a_pair_of_digits_is_hidden_only_where_a_number_was_asked_for() -> None:
    assert _alone("一二 好的") == "一二 好的"
    call = _Call()
    call.say("last digits of your card number please", Leg.AGENT)
    assert call.say("one two thanks") == f"{MASK} {MASK} thanks"


def test_hotlines_are_nobodys_number_but_their_digits_may_begin_one() -> None:
    assert _alone("我要打幺二三幺五投诉") == "我要打幺二三幺五投诉"
    call = _Call()
    assert call.say("身份证是一一零") == "身份证是一一零"
    assert MASK in call.say("一零八一九九零")
    assert call.text().startswith(f"身份证是{MASK * 3} /")


def test_words_are_hidden_with_their_text_and_keep_their_times() -> None:
    text = "call one two three four"
    words = tuple(Word(each, at * 100, at * 100 + 90, 0.9) for at, each in enumerate(text.split()))
    masked = CallMasker().hear(WordsHeard(Leg.AGENT, 0, 1, True, 0, 500, text, words))[0]
    assert [word.text for word in masked.heard.words] == ["call", MASK, MASK, MASK, MASK]
    assert [word.start_ms for word in masked.heard.words] == [0, 100, 200, 300, 400]
    assert masked.spoken.words == words


def test_evidence_is_masked_out_of_its_place() -> None:
    masker = CallMasker()
    assert masker.text("你这个二百五", 0) == "你这个二百五"
    assert masker.text("记住一三八零零", 0) == f"记住{MASK * 5}"
    masker.hear(WordsHeard(Leg.AGENT, 0, 1, True, 0, 500, "your card number"))
    assert masker.text("it is one two", 900) == f"it is {MASK} {MASK}"


def test_an_utterance_without_numbers_is_handed_on_as_it_is() -> None:
    heard = WordsHeard(Leg.AGENT, 0, 1, True, 0, 500, "您好")
    seen = CallMasker().hear(heard)
    assert seen == [MaskedWords(heard, heard, seen[0].text)]
    assert CallMasker().hear(WordsHeard(Leg.AGENT, 0, 2, True, 0, 500, ""))[0].heard.text == ""


def test_addresses_and_numbers_with_letters() -> None:
    assert _alone("订单号是A12345678") == f"订单号是{MASK * 3}"
    assert _alone("write to li.wei@example.com please") == f"write to {MASK * 3} please"
    assert _alone("my email is li dot wei at example dot com thanks") == f"my email is {MASK * 3} thanks"
    assert _alone("E one two three four five six") == " ".join([MASK] * 7)


def test_what_people_type_hides_the_same_things_and_keeps_the_rest() -> None:
    for typed, hidden in (
        ("call her back on 138 0013 8000, it is urgent", "call her back on ••• •••• ••••, it is urgent"),
        ("客户手机13800138000,下午三点回电", "客户手机•••••••••••,下午三点回电"),
        ("卡号 6222 0202", "卡号 •••• ••••"),
        ("write to li.wei@example.com", "write to •••"),
    ):
        assert masked_note(typed) == hidden
    for plain in ("misheard", "allowed_context", "paid 1250 yuan on 3 May, 2 calls before", "退款 300 元", "拨打12315"):
        assert masked_note(plain) == plain


def test_typed_identifiers_of_every_kind_are_hidden() -> None:
    random = Random(20261126)
    shown = [said for said in identifiers(random, 1_500) if said.shows(masked_note(" ".join(said.utterances)))]
    hidden = [each for each in ordinary(random, 1_500) if MASK in masked_note(each)]
    assert (len(shown), len(hidden)) == (0, 0)
