"""G.711 against the published tables, and there and back."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.wire.g711 import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw

Coder = Callable[[bytes], bytes]
ALL_CODES = bytes(range(256))

# The first sixteen entries of the decoders as printed in the reference implementations.
MULAW_BEGINS = [-32124, -31100, -30076, -29052, -28028, -27004, -25980, -24956]
MULAW_BEGINS += [-23932, -22908, -21884, -20860, -19836, -18812, -17788, -16764]
ALAW_BEGINS = [-5504, -5248, -6016, -5760, -4480, -4224, -4992, -4736]
ALAW_BEGINS += [-7552, -7296, -8064, -7808, -6528, -6272, -7040, -6784]


def samples(pcm_s16le: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(pcm_s16le, "<i2")]


def pcm(*values: int) -> bytes:
    return np.array(values, "<i2").tobytes()


def test_decoders_begin_like_the_printed_tables() -> None:
    assert samples(decode_mulaw(ALL_CODES))[:16] == MULAW_BEGINS
    assert samples(decode_alaw(ALL_CODES))[:16] == ALAW_BEGINS


@pytest.mark.parametrize(
    ("code", "sample"),
    [
        (0x00, -32124),
        (0x80, 32124),
        (0x7F, 0),
        (0xFF, 0),
        (0x7E, -8),
        (0xFE, 8),
        (0x8F, 16764),
        (0xEF, 132),
        (0x6F, -132),
    ],
)
def test_mulaw_reference_values(code: int, sample: int) -> None:
    assert samples(decode_mulaw(bytes([code]))) == [sample]


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0x80, 5504), (0xC5, 264), (0x45, -264), (0xDA, 248)],
)
def test_alaw_reference_values(code: int, sample: int) -> None:
    assert samples(decode_alaw(bytes([code]))) == [sample]


def test_every_code_comes_back_and_only_minus_zero_becomes_zero() -> None:
    assert encode_alaw(decode_alaw(ALL_CODES)) == ALL_CODES
    assert encode_mulaw(decode_mulaw(ALL_CODES)) == ALL_CODES.replace(b"\x7f", b"\xff")


@pytest.mark.parametrize(
    ("encode", "sample", "code"),
    [
        (encode_mulaw, 0, 0xFF),
        (encode_mulaw, -1, 0x7F),
        (encode_mulaw, 32_767, 0x80),
        (encode_mulaw, -32_768, 0x00),
        (encode_mulaw, 1_000, 0xCE),
        (encode_alaw, 0, 0xD5),
        (encode_alaw, -1, 0x55),
        (encode_alaw, 32_767, 0xAA),
        (encode_alaw, -32_768, 0x2A),
        (encode_alaw, 1_000, 0xFA),
    ],
)
def test_encoded_reference_values(encode: Coder, sample: int, code: int) -> None:
    assert encode(pcm(sample)) == bytes([code])


@pytest.mark.parametrize(("encode", "decode"), [(encode_mulaw, decode_mulaw), (encode_alaw, decode_alaw)])
def test_every_sample_comes_back_within_half_a_step_and_in_order(encode: Coder, decode: Coder) -> None:
    original = np.arange(-32_768, 32_768)
    back = np.frombuffer(decode(encode(original.astype("<i2").tobytes())), "<i2").astype(int)
    assert (np.diff(back) >= 0).all()
    unclipped = np.abs(original) < 32_000  # beyond, the loudest code is all there is
    assert (np.abs(back - original) <= np.abs(original) // 32 + 8)[unclipped].all()


@pytest.mark.parametrize(("encode", "decode"), [(encode_mulaw, decode_mulaw), (encode_alaw, decode_alaw)])
@settings(deadline=None)
@given(coded=st.binary(max_size=400))
def test_what_was_once_coded_does_not_change_again(encode: Coder, decode: Coder, coded: bytes) -> None:
    heard = decode(coded)
    assert len(heard) == 2 * len(coded)
    assert decode(encode(heard)) == heard


def test_half_a_sample_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="multiple"):
        encode_mulaw(b"\x00\x01\x02")
