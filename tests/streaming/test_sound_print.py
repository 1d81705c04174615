"""Prints of speech."""

import numpy as np

from streaming.frames import Leg
from streaming.sound_print import COEFFICIENTS, SoundPrint

_BINS = 257


def spectra(*peaks: int, hops: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    power = np.full((hops, _BINS), 1e-3, np.float32)
    power[:, list(peaks)] = 10.0
    return power


def rows_of(*blocks: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> bytes:
    printing = SoundPrint(Leg.AGENT, 512)
    for number, block in enumerate(blocks):
        printing.feed(block, 1_000 + 100 * number)
    (printed,) = printing.finish(2_000)
    assert (printed.leg, printed.start_ms, printed.end_ms) == (Leg.AGENT, 1_000, 2_000)
    return printed.rows


def test_a_row_every_forty_milliseconds() -> None:
    assert len(rows_of(spectra(20, hops=8), spectra(40, hops=8))) == 4 * COEFFICIENTS


def test_level_says_nothing_and_the_sound_does() -> None:
    vowel = spectra(20, 60, hops=8)
    assert rows_of(vowel) == rows_of(vowel * 100)
    assert rows_of(vowel) != rows_of(spectra(30, 90, hops=8))


def test_silence_has_no_print() -> None:
    assert SoundPrint(Leg.AGENT, 512).finish(1_000) == []


def test_a_block_too_short_for_a_row_does_no_harm() -> None:
    assert len(rows_of(spectra(20, hops=8), spectra(20, hops=2))) == 2 * COEFFICIENTS


def test_speech_without_end_is_bounded() -> None:
    assert len(rows_of(*[spectra(20, hops=8)] * 1_000)) < 1_000 * COEFFICIENTS
