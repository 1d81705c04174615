"""500 numbers of people told in three languages, by words with times: hidden in the text, covered in the sound."""

import numpy as np
import pytest

from alerts.masking.call_masker import CallMasker
from alerts.masking.masked_text import MASK
from service.hidden_sound import HiddenSound
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from tests.fakes.told_numbers import Half, Told, numbers_of_people, ordinary_numbers

_COUNT = 500
_WORD_MS, _STEP_MS, _PAUSE_MS = 280, 300, 700
_NOISE = np.random.default_rng(1).integers(-90, 90, 16 * 60_000, dtype=np.int16)


def _told(told: Told) -> tuple[bool, bool, str]:
    """Whether every word of the number is hidden, whether just their samples are covered, and what is seen."""
    masker, hidden = CallMasker(), HiddenSound(0)
    at_ms = 1_000
    seen: dict[int, str] = {}
    secret_ms: list[tuple[int, int]] = []
    unhidden = 0
    for number, utterance in enumerate(told.utterances):
        words = []
        for text, secret in utterance:
            words.append(Word(text, at_ms, at_ms + _WORD_MS, 0.9))
            secret_ms += [(at_ms, at_ms + _WORD_MS)] * secret
            at_ms += _STEP_MS
        text = " ".join(word.text for word in words)
        at_ms += _PAUSE_MS
        heard = WordsHeard(Leg.CUSTOMER, number, 1, True, words[0].start_ms, words[-1].end_ms, text, tuple(words))
        for masked in masker.hear(heard):
            hidden.hear(masked)
            seen[masked.heard.utterance] = masked.heard.text
    sound = _NOISE[: at_ms * 16]
    covered = np.frombuffer(hidden.cover(Leg.CUSTOMER, 0, sound.tobytes()), "<i2") != sound
    wanted = np.zeros(len(sound), bool)
    for start_ms, end_ms in secret_ms:
        wanted[start_ms * 16 : end_ms * 16] = True
        unhidden += not covered[start_ms * 16 : end_ms * 16].any()
    tone = covered.reshape(-1, 16).any(axis=1).repeat(16)  # a wave of the tone crosses zero, as silence would
    return unhidden == 0, bool(np.array_equal(tone, wanted)), " / ".join(seen.values())


@pytest.mark.parametrize("half", list(Half))
def test_of_500_numbers_at_least_98_in_100_are_hidden_and_covered_to_the_sample(half: Half) -> None:
    shown, inexact = [], []
    for told in numbers_of_people(half, _COUNT):
        whole, exact, seen = _told(told)
        shown += [] if whole else [seen]
        inexact += [] if exact or not whole else [seen]
    assert len(shown) / _COUNT <= 0.02, shown
    assert inexact == []


@pytest.mark.parametrize("half", list(Half))
def test_of_500_ordinary_numbers_at_most_1_in_100_is_hidden(half: Half) -> None:
    hidden = []
    for _, text in ordinary_numbers(half, _COUNT):
        seen = CallMasker().hear(WordsHeard(Leg.CUSTOMER, 0, 1, True, 0, 900, text))[-1].heard.text
        hidden += [text] if MASK in seen else []
    assert len(hidden) / _COUNT <= 0.01, hidden
