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


class DetectionSettings(Section):
    """All detectors."""

    dead_air: DeadAirSettings = DeadAirSettings()
    long_silence: LongSilenceSettings = LongSilenceSettings()
    talk_over: TalkOverSettings = TalkOverSettings()
    volume_rise: VolumeRiseSettings = VolumeRiseSettings()
    phrase: PhraseSettings = PhraseSettings()
    hang_up: HangUpSettings = HangUpSettings()
