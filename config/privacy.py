"""Settings of privacy: what is hidden from eye and ear, and what is kept of a call nobody consented to."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from config.linear_patterns import checked_pattern
from config.section import Section


class Consent(StrEnum):
    """Whether the customer agreed to the call being recorded."""

    GRANTED = "granted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Keeping(StrEnum):
    """What is kept of a call, from everything to nothing."""

    ALL = "all"
    NO_SOUND = "no_sound"
    NO_WORDS = "no_words"
    NOTHING_HEARD = "nothing_heard"


class PrivacySettings(Section):
    """What must not be seen, heard or kept."""

    patterns: tuple[Annotated[str, AfterValidator(checked_pattern)], ...] = Field(
        (),
        max_length=100,
        description="Further texts to hide, as RE2 patterns; digits said as words are seen as figures: `AB\\d{6}`.",
    )
    bleep_margin_ms: int = Field(
        0, ge=0, le=500, description="A hidden word's sound is covered this much before and behind it too."
    )
    listen_delay_s: float = Field(
        3.0,
        ge=1,
        le=20,
        description="Who may not hear numbers hears a live call this much later, so that they can be covered in time.",
    )
    words_wait_s: float = Field(
        5.0,
        ge=0,
        le=30,
        description="A clip or recording waits this long for words still on their way before it is written.",
    )
    consent_default: Consent = Field(
        Consent.GRANTED, description="The consent of calls nobody said it of: granted, unknown or refused."
    )
    without_consent: Keeping = Field(
        Keeping.NO_SOUND,
        description="Kept of a call without granted consent: all; no_sound (no clips, no recording); no_words (no text"
        " either); nothing_heard (not listened to at all).",
    )
