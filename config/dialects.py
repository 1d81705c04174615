"""The doors for the dialects of other systems."""

from typing import Literal

from pydantic import Field, SecretStr

from config.section import Section


class DialectSettings(Section):
    """What Asterisk, FreeSWITCH, jambonz, Twilio, Genesys, RTP and vosk clients do not say of themselves."""

    asterisk_format: Literal["slin", "slin16", "ulaw", "alaw"] | None = Field(
        None, description="Form of media that comes on `/ingest/asterisk` before its MEDIA_START; empty: wait for it."
    )
    freeswitch_rate_hz: Literal[8000, 16000, 24000, 32000, 48000] = Field(
        16_000, description="Rate of FreeSWITCH audio whose address has no `rate`."
    )
    jambonz_left: Literal["agent", "customer"] = Field(
        "agent", description="Who is on the left channel of a stereo jambonz stream."
    )
    twilio_inbound: Literal["agent", "customer"] = Field(
        "customer", description="Who speaks on Twilio's inbound track (what Twilio hears from the call's party)."
    )
    twilio_auth_token: SecretStr | None = Field(
        None, description="Twilio's auth token; with it every stream must be signed."
    )
    twilio_url: str | None = Field(
        None, description="The wss address that Twilio was given, where a proxy changes it on the way."
    )
    audiohook_api_key: SecretStr | None = Field(None, description="API key that AudioHook sessions must show.")
    audiohook_secret: SecretStr | None = Field(
        None, description="AudioHook client secret (base64); with it every session must be signed."
    )
    rtp_host: str = Field("127.0.0.1", description="Address where RTP is taken.")
    rtp_first_port: int = Field(0, ge=0, le=65_535, description="First UDP port for RTP; 0: any free port.")
    rtp_last_port: int = Field(0, ge=0, le=65_535, description="Last UDP port for RTP.")
    rtp_idle_s: float = Field(30.0, ge=2, le=3_600, description="An RTP leg without packets this long is over.")
    vosk_host: str = Field("127.0.0.1", description="Address of the port for vosk-server clients.")
    vosk_port: int | None = Field(
        None, ge=0, le=65_535, description="Port for vosk-server clients (2700 is built into many); empty: none."
    )
