"""One leg's decoded audio to frames and observations in call time."""

from collections.abc import Callable, Sequence
from enum import Enum, auto

import numpy as np

from config.hearing import HearingSettings
from streaming.framer import Framer
from streaming.frames import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS, AudioFrame, Leg, samples_to_ms
from streaming.leg_timeline import LegPlace, LegTimeline, Placed, PlacedAudio, PlacedGap
from streaming.line_survey import LineSurvey
from streaming.loudness import FLOOR_DBFS, levels_and_sums
from streaming.music import MusicEar
from streaming.observations import (
    GapHeard,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MediaLost,
    MusicEnded,
    Observation,
    PaceChanged,
    SpeechStarted,
    VoiceHeard,
)
from streaming.pace_watch import FallenBehind, PaceWatch
from streaming.prosody import Prosody
from streaming.resample import Resampler
from streaming.silero import SileroVoice
from streaming.voicing import VoiceModel, Voicing

_UNIT = np.float32(1 / 32_768)  # a power of two: int16 to [−1, 1) without rounding

Heard = AudioFrame | Observation


class _State(Enum):
    HEARING = auto()
    STALLED = auto()
    LOST = auto()  # stalled for so long that it was said once more
    MISLABELLED = auto()  # it comes too slowly for its rate: nothing of it can be placed in the call
    ENDED = auto()


class LegEar:
    """Audio blocks of any rate and size in, in the order of call time out: frames, levels, speech, voice, gaps.

    Each 20 ms are followed by their LevelHeard, whose `speaking` is what the speech observations before it have said,
    then by the speech, voice, line and music observations that they made known; the AudioFrame before may hold several
    times 20 ms. The longer the blocks, the cheaper: one of 100 ms costs half of five of 20. A gap is preceded by the
    end of running speech; a stalled leg says GapHeard (if audio was lost), LegResumed and then the frames. `arrived_ms`
    and `now_ms` are call milliseconds by the monotonic clock and never go back.
    """

    def __init__(self, leg: Leg, settings: HearingSettings, new_model: Callable[[], VoiceModel] = SileroVoice) -> None:
        self.leg = leg
        self._timeline = LegTimeline(settings)
        self._voicing = Voicing(leg, settings, new_model)
        self._prosody = Prosody(leg)
        self._survey = LineSurvey(leg)
        self._music = MusicEar(leg)
        self._media_lost_ms = settings.media_lost_ms
        self._unknown_after_ms = settings.unknown_after_ms
        self._last_packet_ms = 0  # by the clock, as far as a stall tells it
        self._pace, self._suppressed = PaceWatch(settings.unknown_after_ms), settings.silence_suppression
        self._unplaced_ms = self._stated_ms = 0  # audio that came and was not heard; lost by the sender's own word
        self._resampler: Resampler | None = None
        self._framer: Framer | None = None
        self._state = _State.HEARING
        self._gaps_ms = 0
        self._level_dbfs = FLOOR_DBFS

    @property
    def received_ms(self) -> int:
        """Audio that has come on this leg; gaps are not in it."""
        return self._timeline.received_ms + self._unplaced_ms

    @property
    def gaps_ms(self) -> int:
        """Time of the leg that is unknown because its audio was lost."""
        return self._gaps_ms

    @property
    def heard_ms(self) -> int:
        """How far in the call this leg has been given out; 0 before its first audio."""
        return 0 if self._framer is None else samples_to_ms(self._framer.position_samples)

    @property
    def level_dbfs(self) -> float:
        """Level of the last frame."""
        return self._level_dbfs

    @property
    def speaking(self) -> bool:
        """Whether speech has started and its end is not known yet."""
        return self._voicing.speaking

    def start(self, rate_hz: int) -> None:
        """The rate is known before the audio: build what it needs now. Raises ValueError for a rate we cannot take."""
        if self._resampler is None:
            self._resampler = Resampler(rate_hz)

    def hear(self, pcm_s16le: bytes, rate_hz: int, arrived_ms: int) -> list[Heard]:
        """One block of whole samples. Raises ValueError for a rate we cannot take."""
        self.start(rate_hz)
        length_ms = len(pcm_s16le) * 500 // rate_hz
        if self._state is _State.MISLABELLED:
            self._unplaced_ms += length_ms
            return self._paced(arrived_ms)
        heard = self._take(self._timeline.arrive(pcm_s16le, rate_hz, arrived_ms))
        return heard + self._paced(arrived_ms)

    def lost(self, length_ms: int, *, unsent: bool = False) -> list[Heard]:
        """The sender says that this much did not come: a gap; nothing before the first audio.

        What was not sent (`unsent`) by a source that suppresses silence is told by the clock: silence, and no gap.
        """
        if unsent and self._suppressed:
            return []
        self._stated_ms += length_ms
        return self._take(self._timeline.lost(length_ms))

    def pulse(self, now_ms: int) -> list[Heard]:
        """Time goes on, at best every 100 ms or less: lets held audio go and notices that nothing comes."""
        heard = self._take(self._timeline.pulse(now_ms))
        if self._state is _State.HEARING and self._timeline.stalled(now_ms):
            self._state, self._last_packet_ms = _State.STALLED, now_ms - self._unknown_after_ms
            heard.append(LegStalled(self.leg, self.heard_ms))
        if self._state is _State.STALLED and now_ms - self._last_packet_ms >= self._media_lost_ms:
            self._state = _State.LOST
            heard.append(MediaLost(self.leg, self.heard_ms, self._media_lost_ms))
        return heard

    def reconnect(self, arrived_ms: int) -> list[Heard]:
        """The leg came back on a new socket; its first block makes the gap. Also after `end`."""
        heard = self.pulse(arrived_ms)
        if self._state is _State.MISLABELLED:  # a new socket may have a new rate
            self._pace = PaceWatch(self._unknown_after_ms)
            return [*heard, PaceChanged(self.leg, self.heard_ms, 1.0), *self._relabelled(arrived_ms)]
        return heard + self._take(self._timeline.reconnect())

    def end(self, explicit: bool) -> list[Heard]:
        """The stream is over. Everything held back comes out, the last frame filled up with silence; at most once."""
        heard = self._take(self._timeline.finish())
        if self._state is _State.ENDED:
            return heard
        heard += self._break_off(ends_speech=True)
        self._state = _State.ENDED
        heard.append(LegEnded(self.leg, self.heard_ms, explicit))
        return heard

    def leave(self) -> list[Heard]:
        """It is heard elsewhere from now on: everything held back comes out, running speech ends."""
        return [*self._take(self._timeline.finish()), *self._break_off(ends_speech=True)]

    @property
    def place(self) -> LegPlace | None:
        """Where it stands, after `leave`; None for a leg without audio, or whose audio has no place in the call."""
        if self._framer is None or self._state in (_State.MISLABELLED, _State.ENDED):
            return None
        return self._timeline.place_at(self.heard_ms)

    @property
    def rate_hz(self) -> int:
        """The rate on the wire; 0 before it is known."""
        return 0 if self._resampler is None else self._resampler.rate_hz

    def resume(self, place: LegPlace, rate_hz: int) -> None:
        """Go on where another ear has left the leg. Before its first block; follow it with `reconnect`."""
        self.start(rate_hz)
        self._timeline.resume(place)
        self._framer = Framer(self.leg, place.end_ms * SAMPLES_PER_MS)

    def _paced(self, arrived_ms: int) -> list[Heard]:
        """What the pace of the audio says of its rate, and of losses that nobody numbers."""
        heard: list[Heard] = []
        if self._suppressed:
            return heard  # what is not sent is silence there, and its pauses have no pace
        for seen in self._pace.hear(self.received_ms + self._stated_ms, arrived_ms):
            if isinstance(seen, FallenBehind):
                heard += self._take(self._timeline.lost(seen.lost_ms))
                continue
            heard.append(PaceChanged(self.leg, self.heard_ms, seen.ratio))
            if self._state is _State.MISLABELLED:
                heard += self._relabelled(arrived_ms)
            elif seen.ratio < 1:
                heard += self._break_off(ends_speech=True)
                self._state = _State.MISLABELLED
                heard.append(LegStalled(self.leg, self.heard_ms))
        return heard

    def _relabelled(self, now_ms: int) -> list[Heard]:
        """The next audio is heard again, behind a gap."""
        self._state, self._last_packet_ms = _State.STALLED, now_ms
        return self._take(self._timeline.reconnect(slipped=True))

    def _take(self, placed: Sequence[Placed]) -> list[Heard]:
        heard: list[Heard] = []
        for item in placed:
            match item:
                case PlacedAudio(pcm_s16le=pcm_s16le, rate_hz=rate_hz):
                    if self._state is not _State.HEARING:
                        self._state = _State.HEARING
                        heard.append(LegResumed(self.leg, self.heard_ms))
                    heard += self._audio(pcm_s16le, rate_hz)
                case PlacedGap(length_ms=length_ms, silent=silent):
                    heard += self._silence(length_ms) if silent else self._gap(length_ms)
        return heard

    def _audio(self, pcm_s16le: bytes, rate_hz: int) -> list[Heard]:
        heard: list[Heard] = []
        if self._resampler is None or self._resampler.rate_hz != rate_hz:
            if self._resampler is not None:
                heard += self._frames(self._resampler.finish())
            self._resampler = Resampler(rate_hz)
        return heard + self._frames(self._resampler.feed(pcm_s16le))

    def _silence(self, length_ms: int) -> list[Heard]:
        return self._break_off(ends_speech=False) + self._frames(bytes(FRAME_BYTES) * (length_ms // FRAME_MS))

    def _gap(self, length_ms: int) -> list[Heard]:
        heard = self._break_off(ends_speech=True)
        start_ms = self.heard_ms
        self._framing.skip(length_ms // FRAME_MS)
        self._gaps_ms += length_ms
        heard.append(GapHeard(self.leg, start_ms, self.heard_ms))
        return heard

    def _break_off(self, ends_speech: bool) -> list[Heard]:
        """Whatever the resampler and the framer still hold, as whole frames."""
        if self._framer is None:
            return []
        tail = b"" if self._resampler is None else self._resampler.finish()
        heard = self._frames(tail)
        if (last := self._framer.close()) is not None:
            heard += self._blocks(last)
        if ends_speech:
            heard += self._prosody.interrupt(self._framer.position_samples, self._voicing.speech_start_ms)
            heard += self._voicing.interrupt(self.heard_ms)
            self._survey.interrupt()
            self._music.interrupt()
        return heard

    def _frames(self, pcm_s16le: bytes) -> list[Heard]:
        block = self._framing.feed(pcm_s16le)
        return [] if block is None else self._blocks(block)

    def _blocks(self, block: AudioFrame) -> list[Heard]:
        """Cut where music may end: the voice detector, full of it, would miss the first soft words behind it."""
        heard: list[Heard] = []
        told, count = 0, len(block.pcm_s16le) // FRAME_BYTES
        while told < count:
            end = min(count, told + self._music.due_frames)
            heard += self._block(block.part(told, end))
            if isinstance(heard[-1], MusicEnded):
                self._voicing.forget()
            told = end
        return heard

    def _block(self, block: AudioFrame) -> list[Heard]:
        """Frames in a row: what is worked out frame by frame is worked out for all of them at once, then told in turn.

        A frame of sound reaches as far as the next observation about speech, so that whoever cuts speech out of the
        sound gets the two in the same order however the audio came.
        """
        samples = np.frombuffer(block.pcm_s16le, "<i2").reshape(-1, FRAME_SAMPLES)
        count, end_sample = len(samples), block.start_sample + samples.size
        levels_dbfs, sums = levels_and_sums(samples)
        self._level_dbfs = levels_dbfs[-1]
        starts_ms = [self._voicing.speech_start_ms] * (count + 1)  # of the speech going on before each frame
        scaled = (samples * _UNIT).ravel()
        speech = self._voicing.feed(scaled, levels_dbfs, end_sample)
        for number, each in speech:
            starts_ms[number + 1 :] = [each.start_ms if isinstance(each, SpeechStarted) else None] * (count - number)
        voices = self._prosody.feed(scaled, end_sample, starts_ms[1:])
        music = self._music.feed(scaled, levels_dbfs, [each is not None for each in starts_ms[1:]], end_sample)
        heard: list[Heard] = []
        told = 0
        for end in sorted({number + 1 for number, _ in speech} | {count}):
            heard.append(block.part(told, end))
            for number in range(told, end):
                start_ms = samples_to_ms(block.start_sample) + number * FRAME_MS
                level = LevelHeard(
                    self.leg, start_ms, start_ms + FRAME_MS, levels_dbfs[number], starts_ms[number] is not None
                )
                heard.append(level)
                heard += [each for at, each in speech if at == number]
                for at, of_frame in voices:
                    if at == number:
                        heard += of_frame
                        self._survey.voices(each for each in of_frame if isinstance(each, VoiceHeard))
                heard += self._survey.feed(level, sums[number])
                heard += [each for at, each in music if at == number]
            told = end
        return heard

    @property
    def _framing(self) -> Framer:
        if self._framer is None:
            self._framer = Framer(self.leg, (self._timeline.offset_ms or 0) * SAMPLES_PER_MS)
        return self._framer
