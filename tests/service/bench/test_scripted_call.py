"""Calls are ever new, the same seed gives the same one, and each holds what the acoustic rules must find."""

import numpy as np

from service.bench.material import Material
from service.bench.scripted_call import FRAME_BYTES, ScriptedCall, quiet_line
from streaming.frames import FRAME_MS, Leg

_QUIET = quiet_line()
_LOUD = 1_000


def _material() -> Material:
    def tone(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        at = np.arange(int(seconds * 16_000))
        return (8_000 * np.sin(at / 9)).astype(np.int16)

    lengths = (1.5, 2.5, 3.5, 5.0)
    return Material({leg: tuple(tone(length) for length in lengths) for leg in (Leg.AGENT, Leg.CUSTOMER)})


def _played(seed: str, seconds: int = 240) -> dict[Leg, bytes]:
    call = ScriptedCall(_material(), _QUIET, seed)
    frames = seconds * 1_000 // FRAME_MS
    return {leg: b"".join(call.frame(leg, number) for number in range(frames)) for leg in call.legs}


def _speaks(sound: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    samples = np.frombuffer(sound, np.int16).reshape(-1, FRAME_BYTES // 2)
    return np.asarray(np.abs(samples).max(axis=1) > _LOUD)


def _longest(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest * FRAME_MS


def test_a_seed_gives_one_call_and_another_seed_another() -> None:
    assert _played("a", 30) == _played("a", 30)
    assert _played("a", 30) != _played("b", 30)


def test_calls_do_not_begin_in_phase() -> None:
    begins = {_speaks(_played(str(seed), 30)[Leg.AGENT]).tobytes() for seed in range(6)}
    assert len(begins) == 6


def test_both_legs_speak_as_much_as_people_do() -> None:
    call = ScriptedCall(_material(), _QUIET, "a")
    for number in range(12_000):
        for leg in call.legs:
            call.frame(leg, number)
    for sound in call.legs.values():
        assert 0.2 < sound.spoken_frames / 12_000 < 0.6


def test_somewhere_nobody_answers_for_more_than_three_seconds_and_both_talk_for_more_than_two() -> None:
    sound = _played("a")
    agent, customer = _speaks(sound[Leg.AGENT]), _speaks(sound[Leg.CUSTOMER])
    assert 3_300 < _longest(~agent & ~customer) < 5_000
    assert _longest(agent & customer) > 2_200


def test_the_same_turn_never_comes_twice_in_the_same_samples() -> None:
    sound = _played("a", 240)[Leg.AGENT]
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    loud = [frame for frame, speaks in zip(frames, _speaks(sound), strict=True) if speaks]
    assert len(set(loud)) > 0.95 * len(loud)
