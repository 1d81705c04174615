"""A line sends every frame once, in order, when it has been spoken, however late it is asked."""

from service.bench.line import Line, LineCall
from service.bench.material import load_material
from service.bench.scripted_call import FRAME_BYTES, quiet_line
from service.bench.sent_sound import SentSound
from streaming.frames import Leg


class _Out:
    """Remembers its frames."""

    def __init__(self) -> None:
        self.sent = SentSound()
        self.frames: list[bytes] = []

    def send(self, frame: bytes | memoryview) -> None:
        self.frames.append(bytes(frame))


class _Clock:
    """Goes on when told."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def _line(clock: _Clock, call_s: tuple[float, float] | None = None) -> tuple[Line, LineCall, dict[Leg, _Out]]:
    line = Line(0, "seed", load_material(), quiet_line(), call_s, clock)
    call = line.next_call()
    outs = {Leg.AGENT: _Out(), Leg.CUSTOMER: _Out()}
    call.legs |= outs
    line.connected(call)
    return line, call, outs


def test_what_has_been_spoken_is_sent_on_both_legs_and_lateness_is_told() -> None:
    clock = _Clock()
    line, _, outs = _line(clock)
    line.tick()
    assert outs[Leg.AGENT].frames == []
    clock.now_s += 0.021
    assert line.tick() < 0.002
    clock.now_s += 0.5
    assert 0.48 < line.tick() < 0.49
    for out in outs.values():
        assert len(out.frames) == 26
        assert all(len(frame) == FRAME_BYTES for frame in out.frames)


def test_a_call_is_over_when_it_has_lasted_its_length_and_the_next_is_another() -> None:
    clock = _Clock()
    line, call, _ = _line(clock, (1.0, 1.0))
    first = call.call_id
    overs = []
    for step_s in (0.99, 0.02):
        clock.now_s += step_s
        line.tick()
        overs.append(line.over)
    assert overs == [False, True]
    assert line.next_call().call_id != first
    assert line.begun == 2


def test_without_a_length_a_call_goes_on() -> None:
    clock = _Clock()
    line, *_ = _line(clock)
    clock.now_s += 100
    line.tick()
    assert not line.over
