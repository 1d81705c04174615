"""The framer: whole frames of 20 ms, by sample index."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.framer import Framer
from streaming.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame, Leg

START_SAMPLE = 5_000 * 16


def audio(samples: int) -> bytes:
    return b"".join(number.to_bytes(2, "little", signed=True) for number in (at % 30_000 for at in range(samples)))


def fed(framer: Framer, pcm_s16le: bytes, block_bytes: int) -> list[AudioFrame]:
    given = [framer.feed(pcm_s16le[at : at + block_bytes]) for at in range(0, len(pcm_s16le), block_bytes)]
    given.append(framer.close())
    return [frame for frame in given if frame is not None]


@given(st.integers(0, 2_000), st.integers(1, 900))
def test_frames_follow_each_other_whatever_the_cut(samples: int, block_samples: int) -> None:
    framer = Framer(Leg.AGENT, START_SAMPLE)
    frames = fed(framer, audio(samples), 2 * block_samples)
    whole = b"".join(frame.pcm_s16le for frame in frames)
    assert whole[: 2 * samples] == audio(samples)
    assert len(whole) == -(-samples // FRAME_SAMPLES) * FRAME_BYTES
    at_sample = START_SAMPLE
    for frame in frames:
        assert frame.leg is Leg.AGENT
        assert frame.start_sample == at_sample
        assert len(frame.pcm_s16le) % FRAME_BYTES == 0
        at_sample += len(frame.pcm_s16le) // 2


def test_the_first_frame_starts_where_the_leg_does() -> None:
    frame = Framer(Leg.CUSTOMER, START_SAMPLE).feed(audio(FRAME_SAMPLES))
    assert frame is not None
    assert (frame.start_ms, frame.end_ms) == (5_000, 5_020)


def test_a_remainder_is_filled_up_with_silence() -> None:
    framer = Framer(Leg.AGENT, 0)
    assert framer.feed(audio(100)) is None
    assert framer.position_samples == 0
    assert framer.close() == AudioFrame(Leg.AGENT, 0, audio(100) + bytes(FRAME_BYTES - 200))
    assert framer.position_samples == FRAME_SAMPLES
    assert framer.close() is None


def test_after_a_gap_frames_go_on_later() -> None:
    framer = Framer(Leg.AGENT, 0)
    framer.feed(audio(FRAME_SAMPLES))
    framer.skip(10)
    frame = framer.feed(audio(FRAME_SAMPLES))
    assert frame is not None
    assert frame.start_ms == 20 + 10 * 20
