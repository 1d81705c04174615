"""One call, first byte to last alert: audio and events in; alerts, transcript, levels and sound out."""

from collections.abc import Callable

from alerts.alert import Alert
from alerts.desk import AlertDesk
from alerts.findings import Finding
from alerts.watch import CallWatch
from config.privacy import Keeping
from config.rule_packs import RulePack
from config.settings import Settings
from service.call_ending import CallEnding
from service.call_events import observation_of
from service.call_findings import CallFindings
from service.call_outlet import CallOutlet
from service.call_record import CallRecord
from service.call_sound import CallSound
from service.call_time import CallTime
from service.call_words import CallWords
from service.clock import Clock
from service.recognition.leg_recognition import LegRecognition, Recognized
from streaming.call_clock import CallClock
from streaming.call_order import CallOrder
from streaming.frames import AudioFrame, Leg
from streaming.leg import LegEar
from streaming.observations import (
    BandHeard,
    CallOver,
    LegEnded,
    LevelHeard,
    LineHeard,
    MediaLost,
    Observation,
    RecognitionChanged,
    SoundPrinted,
    SyllableHeard,
    VoiceHeard,
    WordsHeard,
)
from web.sources import CallEvent, CallEventType, CallOverError, Tier

_LAST_WORDS_MS = 1_500  # after the end, finals still on their way may come this long before the verdict is given
_AFTER_CALL_MS = 35_000  # a leg left over after the hang-up is heard this long (abuse after hang-up, recognition.md 14)
_EVERYTHING_MS = 1 << 62
_EVENT_PATIENCE_MS = 300  # an event waits this long for the audio before it, then counts without
_OF_THE_VOICE = (VoiceHeard, SyllableHeard, SoundPrinted, LineHeard)  # for the rules alone


class LiveCall:
    """The only loop of a call: `hear`, `report` and `pulse` run the whole road and return when it is run.

    Nothing here waits; recognition answers later through `_words`. All methods belong to one thread.
    """

    def __init__(
        self,
        record: CallRecord,
        settings: Settings,
        clock: Clock,
        recognize: Callable[[str, Leg, Callable[[Recognized], None]], LegRecognition],
        watch: CallWatch,
        desk: AlertDesk,
        outlet: CallOutlet,
    ) -> None:
        self.record = record
        self.ears: dict[Leg, LegEar] = {}
        self.sound = CallSound(record.call_id, settings, outlet, self._known_ms)
        self.recognitions: dict[Leg, LegRecognition] = {}
        self.tier = Tier.FULL  # the ladder's word; a leg may do with less (no model, speech given up)
        self._settings, self._clock, self._recognize = settings, clock, recognize
        self._watch, self._outlet = watch, outlet
        self._said = CallWords(record, settings.privacy, outlet, self.sound.hear)
        self._found = CallFindings(record, clock, watch, desk, self._said, outlet, self.ears.keys())
        self._ending = CallEnding(settings, clock)
        self._order, self._call_clock = CallOrder(), CallClock(settings.hearing)
        self._time = CallTime(clock)
        self._judged_ms = 0
        self.paused = False
        self._event_since_ms: int | None = None
        self.closed = False

    # --- audio -------------------------------------------------------------------------------------------------

    def hear(self, leg: Leg, pcm_s16le: bytes, rate_hz: int, waited_ms: int = 0) -> None:
        """Audio of one leg, whole int16 samples, any length; its first samples arrived `waited_ms` ago."""
        if self.paused or self.closed or self._ending.has_ended(leg) or self.record.keeping is Keeping.NOTHING_HEARD:
            return
        if not self._time.begun:
            self._time.begin(len(pcm_s16le) * 500 // rate_hz)
        arrived_ms = self._time.elapsed_ms()
        ear = self.ears.get(leg) or self._new_leg(leg, rate_hz)
        if self._ending.back(leg):
            self._take(leg, ear.reconnect(arrived_ms))
        self._take(leg, ear.hear(pcm_s16le, rate_hz, arrived_ms))
        self._found.arrivals.note(leg, ear.heard_ms, self._clock.now_at(), waited_ms)
        self._advance()

    def lost(self, leg: Leg, length_ms: int, *, unsent: bool = False) -> None:
        """Audio of the leg that did not come, or (`unsent`) was not sent, by the sender's own word."""
        ear = self.ears.get(leg)
        if ear is None or self.paused or self.closed or self._ending.has_ended(leg):
            return
        self._take(leg, ear.lost(length_ms, unsent=unsent))
        self._advance()

    def flush(self, leg: Leg) -> None:
        """The words of what has been heard are wanted now, not at the end of the speech."""
        if leg in self.recognitions:
            self.recognitions[leg].interrupt(self.ears[leg].heard_ms)

    def leg_ended(self, leg: Leg, explicit: bool) -> None:
        """The leg's socket is over: because the sender said so (`explicit`), or it just closed and may return."""
        ear = self.ears.get(leg)
        if ear is None or self._ending.has_ended(leg):
            return
        if explicit:
            self._end_leg(leg, explicit=True)
        else:
            self._ending.drop(leg)
            self.recognitions[leg].interrupt(ear.heard_ms)
            if self._ending.none_left(self.ears):
                self._ending.due_in(_LAST_WORDS_MS)
        self._advance()

    # --- events of the PBX -------------------------------------------------------------------------------------

    def report(self, event: CallEvent) -> None:
        """An event of the PBX; without a time it counts now. Raises CallOverError after the end."""
        if self.closed:
            raise CallOverError
        at_ms = self._time.ms_of(event.at)
        observation = observation_of(event, at_ms)
        match event.type:
            case CallEventType.HANGUP:
                self._ending.due_in(_LAST_WORDS_MS)
            case CallEventType.PAUSE:
                self.pause(at_ms)
            case CallEventType.RESUME:
                self.paused = False
        if observation is not None:
            self._order.report(observation, at_ms)
            self._event_since_ms = self._event_since_ms or self._clock.monotonic_ms()
        self._advance()

    # --- the wall clock ----------------------------------------------------------------------------------------

    def pulse(self) -> None:
        """Ten times a second: stalled legs, legs that do not return, verdicts that are due, the end."""
        if not self._time.begun or self.closed:
            return
        now_ms = self._clock.monotonic_ms()
        for leg, ear in self.ears.items():
            if not self._ending.has_ended(leg):
                heard = ear.pulse(self._time.elapsed_ms())
                # A dropped leg has no socket, and while the call is paused nothing is taken: no line is to blame.
                excused = self.paused or self._ending.has_dropped(leg)
                self._take(leg, [each for each in heard if not (excused and isinstance(each, MediaLost))])
        for leg in self._ending.give_up(now_ms):
            self._end_leg(leg, explicit=False)
        waiting_ms = now_ms - self._event_since_ms if self._event_since_ms is not None else 0
        self._advance(hurry=waiting_ms > _EVENT_PATIENCE_MS)
        if self._ending.is_due(now_ms, last_words_in=self._last_words_in()):
            self._finish()
        self._close_if_done()

    def pause(self, at_ms: int | None = None) -> None:
        """Nothing is recognised, kept or heard until the resume; what came since `at_ms` is forgotten again."""
        self.paused = True
        for leg, recognition in self.recognitions.items():
            late = at_ms is not None and at_ms < self.ears[leg].heard_ms
            recognition.interrupt(self.ears[leg].heard_ms, forget=late)
        if at_ms is not None:
            self.sound.forget_from(at_ms)

    async def drained(self) -> None:
        """Wait for the last finals of every leg."""
        for recognition in self.recognitions.values():
            await recognition.drained()

    def serve(self, tier: Tier) -> None:
        """Listen to the call this closely from now on."""
        self.tier = tier
        for leg, recognition in self.recognitions.items():
            recognition.serve(tier, self.ears[leg].heard_ms)
        self._outlet.changed(self)

    def close(self) -> None:
        """End what is still running: the service stops, or the recording is over."""
        for leg in self.ears:
            self._end_leg(leg, explicit=not self._ending.has_dropped(leg))
        self._advance(hurry=True)
        self._say_over(final=True)
        self._found.call_over()
        self.closed = True
        self._outlet.changed(self)

    def show(self) -> None:
        """What is known of it beside its sound has changed."""
        self._outlet.changed(self)

    def adopt(self, alert: Alert) -> None:
        """An alert of this call as people have left it: what is found next is laid on that."""
        self._found.adopt(alert)

    def change_rules(self, pack: RulePack) -> None:
        """Other rules of its language from now on."""
        self._watch.change_rules(pack)

    def release(self) -> None:
        """Nobody asks for the call any more: its sound goes at once, not with some later collection of cycles."""
        self.sound.release()
        self.ears.clear()
        self.recognitions.clear()

    # --- what is known -----------------------------------------------------------------------------------------

    @property
    def alerts(self) -> dict[str, Alert]:
        """Its alerts by their ids, in their newest versions."""
        return self._found.alerts

    @property
    def now_ms(self) -> int:
        """How far the call has been heard."""
        return self._call_clock.now_ms

    @property
    def verdict(self) -> str | None:
        """Who ended the call and how, once that is judged."""
        return self._watch.verdict

    @property
    def is_ending(self) -> bool:
        """Whether its end is told within moments; what was suspected once and has come back is none."""
        return self._ending.is_near

    @property
    def listened(self) -> bool:
        """Whether anybody hears the call now."""
        return self.sound.listened

    @property
    def watch(self) -> CallWatch:
        """What the rules make of it so far."""
        return self._watch

    def settled_ms(self) -> int:
        """Up to where every word of both legs has its time."""
        return min((each.settled_ms(self.ears[leg].heard_ms) for leg, each in self.recognitions.items()), default=0)

    def connected(self, leg: Leg) -> bool:
        """Whether the leg's socket is there."""
        return leg in self.ears and not (self._ending.has_dropped(leg) or self._ending.has_ended(leg))

    # --- the road ----------------------------------------------------------------------------------------------

    def _new_leg(self, leg: Leg, rate_hz: int) -> LegEar:
        ear = self.ears[leg] = LegEar(leg, self._settings.hearing)
        self.sound.open(leg)
        self.recognitions[leg] = self._recognize(self.record.call_id, leg, self._words).at_rate(rate_hz)
        self._judge(self._watch.feed(BandHeard(leg, rate_hz)))
        self.recognitions[leg].serve(self.tier, 0)
        self.record.went_live(self._clock.now_at())
        self._outlet.changed(self)
        return ear

    def _take(self, leg: Leg, heard: list[AudioFrame | Observation]) -> None:
        """What an ear made of its audio: sound to the ring, speech to the recogniser, observations into the order."""
        recognition, ring = self.recognitions[leg], self.sound.rings[leg]
        for item in heard:
            if isinstance(item, AudioFrame):
                ring.add(item)
            if not isinstance(item, _OF_THE_VOICE):
                recognition.feed(item)
        self._call_clock.follow(heard)
        self._order.hear(leg, heard)

    def _advance(self, hurry: bool = False) -> None:
        """Run everything that both legs have reached through the rules; in a hurry, all that is there."""
        for at_ms, moment in self._order.take(_EVERYTHING_MS if hurry else self._call_clock.now_ms):
            self._judged_ms = max(self._judged_ms, min(at_ms, self._call_clock.now_ms))
            findings: list[Finding] = []
            changed = False
            for observation in moment:
                changed |= self._note(observation)
                findings += self._watch.feed(observation)
            findings += self._watch.advance(self._judged_ms)
            self._judge(findings, changed)
        if not len(self._order):
            self._event_since_ms = None
        if (levels := self.record.levels.batch(self.now_ms, self._watch.tone)) is not None:
            self._outlet.levels(levels)
            if self._found.weigh():
                self._outlet.changed(self)
        self.sound.pass_on(self.now_ms)

    def _known_ms(self, leg: Leg) -> int:
        return self.recognitions[leg].known_ms(self.ears[leg].heard_ms)

    def _note(self, observation: Observation) -> bool:
        """Whether the call's view is another by it, once the rules have been fed it too."""
        if isinstance(observation, LevelHeard):
            self.record.levels.note(observation)
        elif not isinstance(observation, _OF_THE_VOICE):
            return self.record.note(observation, self._time.at(getattr(observation, "at_ms", 0)))
        return False

    def _words(self, heard: Recognized) -> None:
        """The recogniser's answer, late by design."""
        if self.closed:
            return  # what comes behind the end is on no page any more
        if isinstance(heard, WordsHeard):
            self._said.take(heard, self._watch.hits_of)
        elif isinstance(heard, RecognitionChanged) and self.record.note(heard, self._time.at(heard.at_ms)):
            self._outlet.changed(self)
        self._judge(self._watch.feed(heard))

    def _judge(self, findings: list[Finding], changed: bool = False) -> None:
        if findings:
            self._found.take(findings)
        if findings or changed:
            self._outlet.changed(self)

    # --- the end -----------------------------------------------------------------------------------------------

    def _end_leg(self, leg: Leg, explicit: bool) -> None:
        if not self._ending.end(leg):
            return
        self._take(leg, self.ears[leg].end(explicit))
        self.recognitions[leg].close()
        if self._ending.all_ended(self.ears):
            self._ending.due_in(_LAST_WORDS_MS)

    def _last_words_in(self) -> bool:
        return all(recognition.idle for recognition in self.recognitions.values())

    def _finish(self) -> None:
        """The end as far as it is known now: certain when the PBX or every sender said so."""
        self._ending.taken()
        dropped = self._ending.dropped()
        for leg in dropped:
            self._order.report(LegEnded(leg, self.ears[leg].heard_ms, explicit=False), self.ears[leg].heard_ms)
        self._advance(hurry=True)
        self._say_over(final=self.record.hung_up_at is not None or not dropped)

    def _say_over(self, final: bool) -> None:
        over = CallOver(self.now_ms, final)
        if not self._ending.tell(over):
            return
        self._judge(self._watch.feed(over) + self._watch.advance(self.now_ms))
        if final:
            self.record.ended(self._clock.now_at())
        self._outlet.changed(self)

    def _close_if_done(self) -> None:
        left_over_ms = 0
        if self.record.hung_up_at is not None:
            left_over_ms = round((self._clock.now_at() - self.record.hung_up_at).total_seconds() * 1000)
        told = self._ending.all_ended(self.ears) and self._ending.is_final and self._last_words_in()
        if told or left_over_ms > _AFTER_CALL_MS:
            self.close()
