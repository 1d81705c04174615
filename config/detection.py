"""Settings of the detectors: one section each, numbers from the quality manuals or recognition.md §4."""

from pydantic import Field

from config.section import Section


class DeadAirSettings(Section):
    """The customer has finished and the agent does not answer (manual 002, 话务空白)."""

    limit_ms: int = Field(3_000, ge=500, le=60_000, description="Longer than this is an alert.")
    critical_ms: int = Field(8_000, ge=1_000, le=120_000, description="From here on it is critical.")
    answer_ms: int = Field(300, ge=0, le=2_000, description="Speech of the agent shorter than this is no answer.")
    refractory_ms: int = Field(
        10_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class LongSilenceSettings(Section):
    """Nobody speaks (quality articles: 10 s; 30 s when the agent has asked for patience)."""

    limit_ms: int = Field(10_000, ge=2_000, le=120_000, description="Longer than this is an alert.")
    announced_limit_ms: int = Field(
        30_000, ge=2_000, le=300_000, description="The limit after the agent has asked the customer to wait."
    )
    end_speech_ms: int = Field(500, ge=0, le=5_000, description="Speech shorter than this does not end the silence.")
    refractory_ms: int = Field(
        30_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class TalkOverSettings(Section):
    """Both parties speak at once."""

    limit_ms: int = Field(2_000, ge=500, le=30_000, description="Both speaking this long without a break is an alert.")
    join_ms: int = Field(200, ge=0, le=1_000, description="Breaks of the overlap up to this length are joined.")
    window_ms: int = Field(60_000, ge=10_000, le=600_000, description="Overlaps are also summed over this time.")
    window_limit_ms: int = Field(5_000, ge=1_000, le=60_000, description="A sum above this is an alert.")
    backchannel_ms: int = Field(
        1_000, ge=0, le=3_000, description="A short turn inside the other's turn (yes, I see) is no talk-over."
    )
    refractory_ms: int = Field(
        15_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class VolumeRiseSettings(Section):
    """The voice grows suddenly louder than the speaker's own beginning (manual 004: 12 dB)."""

    rise_db: float = Field(12.0, ge=3, le=40, description="This much above the speaker's own baseline is an alert.")
    leave_db: float = Field(8.0, ge=1, le=40, description="Below this for three seconds the rise is over.")
    voiced_ms: int = Field(600, ge=100, le=5_000, description="Voiced speech needed above the limit.")
    window_ms: int = Field(1_500, ge=500, le=10_000, description="The voiced speech must fall in this time.")
    baseline_voiced_ms: int = Field(
        3_000, ge=1_000, le=30_000, description="Voiced speech needed before the baseline counts."
    )
    effort_semitones: float = Field(
        2.0, ge=0, le=12, description="A rise of pitch that shows effort and not only gain."
    )
    effort_tilt_db: float = Field(3.0, ge=0, le=20, description="A brighter voice that shows effort and not only gain.")
    refractory_ms: int = Field(
        30_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class PhraseSettings(Section):
    """Phrases of the rule packs in what was recognised, matched by sound."""

    longest_distance: float = Field(
        0.15, ge=0, le=0.5, description="Sound-alike distance per phrase length up to which a phrase counts as said."
    )
    refractory_ms: int = Field(
        20_000, ge=0, le=600_000, description="The same phrase within this time counts up the running alert."
    )
    confirm_ms: int = Field(
        3_000, ge=500, le=30_000, description="A phrase seen only in a partial is withdrawn after this time."
    )
    word_confidence_ratio: float = Field(
        0.6, ge=0, le=1, description="Mean confidence of the words from which on a final's phrase counts."
    )
    close_distance: float = Field(
        0.05, ge=0, le=0.5, description="A phrase that sounds this close counts whatever the confidence of its words."
    )


class HangUpSettings(Section):
    """Who ended the call, and how."""

    answered_ms: int = Field(
        5_000,
        ge=0,
        le=60_000,
        description="Calls shorter than this after answering raise no verdict against the agent.",
    )
    customer_spoke_ms: int = Field(3_000, ge=0, le=30_000, description="The customer spoke this recently: cut off.")
    closing_ms: int = Field(15_000, ge=1_000, le=120_000, description="Without a closing phrase in this time: cut off.")
    quiet_end_ms: int = Field(
        3_000, ge=0, le=30_000, description="Both closings and this much silence: ended after farewell."
    )
    bare_close_ms: int = Field(
        5_000, ge=1_000, le=60_000, description="One leg gone this long without a word of the PBX: provisional verdict."
    )
    decide_ms: int = Field(
        1_500, ge=0, le=10_000, description="The verdict waits this long after the end for the last words."
    )
    angry_ms: int = Field(
        10_000, ge=1_000, le=120_000, description="The customer left this soon after trouble: left angry."
    )
    warnings: int = Field(2, ge=1, le=10, description="After so many warnings the agent may end the call.")
    warned_ms: int = Field(120_000, ge=5_000, le=1_800_000, description="Warnings count for this long.")
    lost_ms: int = Field(
        3_000, ge=500, le=60_000, description="A line silent by the network for this long before the end: line fault."
    )


class InterruptionSettings(Section):
    """One party breaks in on the other, who gives way (manual 002, 不打断客户的话)."""

    spoken_ms: int = Field(
        1_000, ge=300, le=10_000, description="The other must have been speaking for this long already."
    )
    overlap_ms: int = Field(500, ge=100, le=5_000, description="Both must speak at once for this long.")
    yield_ms: int = Field(2_000, ge=500, le=10_000, description="The other must stop within this time.")
    go_on_ms: int = Field(1_000, ge=300, le=10_000, description="Who broke in must then go on for this long.")
    turn_end_pause_ms: int = Field(
        300, ge=100, le=2_000, description="A pause this long just before: the other had finished, nobody broke in."
    )
    often: int = Field(3, ge=1, le=20, description="This many by the agent within the window are major.")
    window_ms: int = Field(
        300_000, ge=10_000, le=3_600_000, description="Interruptions are counted over this time, in one alert."
    )


class HostileToneSettings(Section):
    """A voice against its own beginning: raised, higher, sharper (recognition.md §3.4)."""

    window_ms: int = Field(3_000, ge=1_000, le=10_000, description="The voice is measured over this time.")
    step_ms: int = Field(500, ge=100, le=2_000, description="It is measured this often.")
    voiced_ms: int = Field(600, ge=200, le=3_000, description="Voiced speech needed in the time measured.")
    baseline_voiced_ms: int = Field(
        3_000, ge=1_000, le=30_000, description="Voiced speech needed before the beginning counts."
    )
    tense_score: float = Field(0.5, gt=0, lt=1, description="Two of three measurements from here on: tense.")
    hostile_score: float = Field(0.75, gt=0, lt=1, description="Three of four measurements from here on: hostile.")
    leave_score: float = Field(0.15, ge=0, lt=0.5, description="So far below these a state is left.")
    witness_ms: int = Field(
        10_000,
        ge=1_000,
        le=60_000,
        description="An angry word, a talk-over or a volume rise this near makes hostile tone an alert.",
    )
    persistence_ms: int = Field(
        3_000, ge=1_000, le=60_000, description="Hostile for this long without a witness is shown, no more."
    )
    refractory_ms: int = Field(
        60_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class PaceSettings(Section):
    """The agent speaks too fast or too slowly (manual 002, 语速)."""

    speech_ms: int = Field(10_000, ge=3_000, le=120_000, description="Too fast is judged over this much speech.")
    slow_speech_ms: int = Field(15_000, ge=3_000, le=120_000, description="Too slow is judged over this much speech.")
    characters: int = Field(40, ge=10, le=500, description="Characters of recognised text needed to judge by text.")
    zh_fast_per_min: float = Field(280, ge=100, le=1_000, description="Chinese characters a minute: more is too fast.")
    zh_slow_per_min: float = Field(140, ge=10, le=500, description="Chinese characters a minute: less is too slow.")
    en_fast_per_min: float = Field(180, ge=60, le=600, description="English words a minute: more is too fast.")
    en_slow_per_min: float = Field(100, ge=10, le=300, description="English words a minute: less is too slow.")
    ko_fast_per_s: float = Field(7.0, ge=3, le=20, description="Korean syllables a second: more is too fast.")
    ko_slow_per_s: float = Field(2.3, ge=0.5, le=10, description="Korean syllables a second: less is too slow.")
    sound_fast_per_s: float = Field(
        6.0, ge=3, le=20, description="Syllables a second by sound, where text cannot be trusted: more is too fast."
    )
    ko_sound_fast_per_s: float = Field(
        8.0,
        ge=3,
        le=20,
        description="The same for Korean, whose syllables are shorter, and where no language is known.",
    )
    sound_slow_per_s: float = Field(2.3, ge=0.5, le=10, description="Syllables a second by sound: less is too slow.")
    own_ratio: float = Field(
        1.35, ge=1.1, le=3, description="So many times the agent's own pace at the beginning is too fast as well."
    )
    own_least_per_s: float = Field(5.5, ge=3, le=20, description="But nothing slower than this by sound.")
    word_confidence_ratio: float = Field(
        0.6, ge=0, le=1, description="Mean confidence of the words from which on text is trusted."
    )
    fast_refractory_ms: int = Field(
        60_000, ge=0, le=600_000, description="Too fast again within this time counts up the running alert."
    )
    slow_refractory_ms: int = Field(
        120_000, ge=0, le=600_000, description="Too slow again within this time counts up the running alert."
    )


class LongMonologueSettings(Section):
    """One party speaks on and on."""

    agent_ms: int = Field(60_000, ge=10_000, le=600_000, description="The agent speaks this long: shown.")
    customer_ms: int = Field(120_000, ge=10_000, le=600_000, description="The customer speaks this long: shown.")
    pause_ms: int = Field(2_000, ge=200, le=10_000, description="A pause longer than this ends it.")
    backchannel_ms: int = Field(
        1_000, ge=0, le=3_000, description="A word of the other party up to this length (yes, I see) does not end it."
    )
    refractory_ms: int = Field(
        120_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class LongHoldSettings(Section):
    """The customer waits on hold."""

    check_back_ms: int = Field(45_000, ge=5_000, le=600_000, description="From here on shown: time to check back.")
    minor_ms: int = Field(60_000, ge=5_000, le=600_000, description="From here on a minor alert.")
    major_ms: int = Field(120_000, ge=5_000, le=3_600_000, description="From here on a major alert.")
    total_ms: int = Field(
        240_000, ge=10_000, le=3_600_000, description="All holds of the call together: from here on major."
    )


class SoundSettings(Section):
    """No sound on one line or on both."""

    silent_ms: int = Field(8_000, ge=2_000, le=60_000, description="A line without any sound for this long.")
    other_spoke_ms: int = Field(
        2_000, ge=0, le=30_000, description="The other party must have spoken this much in that time."
    )
    refractory_ms: int = Field(
        30_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class BackgroundNoiseSettings(Section):
    """Noise behind a voice."""

    floor_dbfs: float = Field(-45.0, ge=-80, le=-20, description="Pauses louder than this are noisy.")
    leave_floor_dbfs: float = Field(-48.0, ge=-80, le=-20, description="Pauses quieter than this are quiet again.")
    snr_db: float = Field(12.0, ge=0, le=40, description="Speech less than this above the pauses is noisy, too.")
    leave_snr_db: float = Field(15.0, ge=0, le=40, description="Speech more than this above them is clear again.")
    clear_snr_db: float = Field(
        18.0, ge=0, le=60, description="Speech more than this above loud pauses: the line is loud, not the place."
    )
    lasting_ms: int = Field(10_000, ge=1_000, le=120_000, description="It must last this long, and so must the quiet.")
    refractory_ms: int = Field(
        120_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class BadMediaSettings(Section):
    """Clipped, off centre, lost or wrongly labelled sound."""

    window_ms: int = Field(10_000, ge=2_000, le=120_000, description="Faults are measured over this time.")
    clipped_ratio: float = Field(0.01, gt=0, le=1, description="More of the voice at full scale is clipped.")
    offset_ratio: float = Field(0.02, gt=0, le=1, description="A constant part above this is a fault of the line.")
    lost_ratio: float = Field(0.05, gt=0, le=1, description="More of the sound lost is a bad line.")
    pace_enabled: bool = Field(
        True, description="Tell of audio that comes at the pace of another rate; recordings sent fast do so too."
    )
    refractory_ms: int = Field(
        60_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class MissingWordsSettings(Section):
    """Greeting, closing and apology that nobody heard."""

    greeting_speech_ms: int = Field(
        10_000, ge=2_000, le=60_000, description="The greeting must come within this much speech of the agent …"
    )
    greeting_ms: int = Field(15_000, ge=5_000, le=120_000, description="… and within this time after answering.")
    late_greeting_ms: int = Field(
        20_000, ge=5_000, le=300_000, description="A greeting up to here makes the alert a mere note."
    )
    closing_speech_ms: int = Field(
        20_000, ge=2_000, le=120_000, description="A closing counts within this much of the agent's last speech."
    )
    apology_enabled: bool = Field(False, description="Ask for an apology after a complaint.")
    apology_ms: int = Field(30_000, ge=5_000, le=300_000, description="Time for an apology after the complaint.")
    apology_speech_ms: int = Field(
        5_000, ge=1_000, le=60_000, description="The agent must have spoken this much in that time."
    )
    longest_distance: float = Field(
        0.25, ge=0, le=0.5, description="Sound-alike distance up to which such a phrase counts as said."
    )
    word_confidence_ratio: float = Field(
        0.5, ge=0, le=1, description="Mean confidence of the agent's words below which nothing is called missing."
    )
    narrow_band_trusted: bool = Field(
        False,
        description="Call words missing on 8 kHz lines, too: only with a speech model made for the telephone.",
    )


class RepeatedQuestionSettings(Section):
    """The agent asks the same again and again (scoring sheet: three times)."""

    times: int = Field(3, ge=2, le=10, description="So often the same question is an alert.")
    similarity_ratio: float = Field(0.6, ge=0.3, le=1, description="From here on two sentences are the same.")
    characters: int = Field(5, ge=2, le=50, description="Shorter sentences do not count.")
    sentences: int = Field(12, ge=3, le=100, description="So many sentences of the agent are looked back.")
    refractory_ms: int = Field(
        120_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class CustomerAbandonedSettings(Section):
    """The customer leaves before the matter is settled."""

    early_ms: int = Field(
        20_000, ge=1_000, le=120_000, description="Left this soon after answering, before the agent said anything."
    )
    agent_turn_ms: int = Field(800, ge=100, le=10_000, description="So much speech of the agent is an answer.")
    angry_ms: int = Field(
        10_000, ge=1_000, le=120_000, description="Left this soon after hostile tone or unanswered silence."
    )


class OffCallTalkSettings(Section):
    """The agent talks to others while the customer is muted or on hold."""

    enabled: bool = Field(False, description="Listen for it at all.")
    speech_ms: int = Field(3_000, ge=500, le=60_000, description="So much speech of the agent is talk.")
    refractory_ms: int = Field(
        60_000, ge=0, le=600_000, description="A repeat within this time counts up the running alert."
    )


class DetectionSettings(Section):
    """All detectors."""

    dead_air: DeadAirSettings = DeadAirSettings()
    long_silence: LongSilenceSettings = LongSilenceSettings()
    talk_over: TalkOverSettings = TalkOverSettings()
    volume_rise: VolumeRiseSettings = VolumeRiseSettings()
    phrase: PhraseSettings = PhraseSettings()
    hang_up: HangUpSettings = HangUpSettings()
    interruption: InterruptionSettings = InterruptionSettings()
    hostile_tone: HostileToneSettings = HostileToneSettings()
    pace: PaceSettings = PaceSettings()
    long_monologue: LongMonologueSettings = LongMonologueSettings()
    long_hold: LongHoldSettings = LongHoldSettings()
    sound: SoundSettings = SoundSettings()
    background_noise: BackgroundNoiseSettings = BackgroundNoiseSettings()
    bad_media: BadMediaSettings = BadMediaSettings()
    missing_words: MissingWordsSettings = MissingWordsSettings()
    repeated_question: RepeatedQuestionSettings = RepeatedQuestionSettings()
    customer_abandoned: CustomerAbandonedSettings = CustomerAbandonedSettings()
    off_call_talk: OffCallTalkSettings = OffCallTalkSettings()
