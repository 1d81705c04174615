"""Which road each leg of a played call takes, by the dialect that was chosen."""

import json
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import httpx

from service.demo.dialect_roads import (
    AudioHookTalk,
    FramedRoad,
    MediaSocket,
    RtpRoad,
    StereoSocket,
    TwilioRoad,
    VoskRoad,
    audiohook_frame,
    interleaved,
)
from service.demo.roads import AudioSocketRoad, HttpRoad, Road, WebSocketRoad, bearer
from streaming.frames import Leg


class Via(StrEnum):
    """The road the audio takes."""

    AUDIOSOCKET = "audiosocket"
    WS = "ws"
    HTTP = "http"
    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"
    JAMBONZ = "jambonz"
    TWILIO = "twilio"
    AUDIOHOOK = "audiohook"
    RTP = "rtp"
    VOSK = "vosk"

    @property
    def narrow(self) -> bool:
        """Whether the dialect carries 8 kHz G.711 only."""
        return self in (Via.TWILIO, Via.AUDIOHOOK, Via.RTP)

    @property
    def comes_back(self) -> bool:
        """Whether a leg whose connection broke is begun anew: by a tap's owner it is, by these senders it is not."""
        return self not in (Via.TWILIO, Via.AUDIOHOOK, Via.JAMBONZ, Via.VOSK)


@dataclass(frozen=True, slots=True)
class Target:
    """Where Earshot is."""

    base_url: str
    audiosocket_host: str
    audiosocket_port: int
    key: str | None = None  # where users are registered


@dataclass(frozen=True, slots=True)
class Line:
    """One call that is to be played. `rate_hz` is what its audio is labelled with."""

    call_id: str
    legs: tuple[Leg, ...]
    stream_ids: dict[str, str]
    rate_hz: int
    late_metadata_ms: int = 0


def roads_of(via: Via, client: httpx.AsyncClient, target: Target, line: Line) -> dict[Leg, Road]:
    """A road for each leg; those of one socket share it."""
    shared = _shared(via, target, line) if set(line.legs) == {Leg.AGENT, Leg.CUSTOMER} else None
    return shared or {leg: _own(via, client, target, line, leg) for leg in line.legs}


def _shared(via: Via, target: Target, line: Line) -> dict[Leg, Road] | None:
    """Both legs on one socket, in the dialects that have it so."""
    url, call, keyed = target.base_url, quote(line.call_id, safe=""), bearer(target.key)
    match via:
        case Via.JAMBONZ:
            form = {"sampleRate": line.rate_hz, "mixType": "stereo", "callSid": line.call_id}
            stereo = StereoSocket(MediaSocket(url, f"/ingest/jambonz/{call}", "audio.jambonz.org", keyed), interleaved)
            return {leg: stereo.road(leg, json.dumps(form)) for leg in line.legs}
        case Via.AUDIOHOOK:
            talk = AudioHookTalk(line.call_id)
            media = MediaSocket(url, "/ingest/audiohook", headers={"X-API-KEY": target.key} if target.key else None)
            stereo, opening = StereoSocket(media, audiohook_frame, talk.closing, talk.discarded), talk.opening()
            return {leg: stereo.road(leg, opening) for leg in line.legs}
        case Via.TWILIO:
            media, tracks = MediaSocket(url, "/ingest/twilio", headers=keyed), set[Leg]()
            return {leg: TwilioRoad(media, line.call_id, leg, tracks) for leg in line.legs}
        case _:
            return None


def _own(via: Via, client: httpx.AsyncClient, target: Target, line: Line, leg: Leg) -> Road:
    """A leg with a socket to itself. A recording of one leg goes by our own socket where a dialect needs two."""
    url, rate_hz, call = target.base_url, line.rate_hz, quote(line.call_id, safe="")
    keyed = bearer(target.key)
    match via:
        case Via.AUDIOSOCKET:
            stream_id = line.stream_ids[leg]
            return AudioSocketRoad(target.audiosocket_host, target.audiosocket_port, stream_id, rate_hz)
        case Via.HTTP:
            return HttpRoad(client, url, line.call_id, leg, rate_hz)
        case Via.ASTERISK:
            start = {
                "event": "MEDIA_START",
                "connection_id": "earshot",
                "channel_id": line.stream_ids[leg],
                "format": "slin" if rate_hz == 8_000 else f"slin{rate_hz // 1000}",
            }
            media = MediaSocket(url, f"/ingest/asterisk?call={call}&leg={leg}", "media", keyed)
            return FramedRoad(media, json.dumps(start), late_ms=line.late_metadata_ms)
        case Via.FREESWITCH:
            path = f"/ingest/freeswitch/{call}/{leg}?rate={rate_hz}"
            note = json.dumps({"callId": line.call_id, "leg": leg})
            return FramedRoad(MediaSocket(url, path, headers=keyed), note, late_ms=line.late_metadata_ms)
        case Via.RTP:
            return RtpRoad(client, url, line.call_id, leg)
        case Via.VOSK:
            config = json.dumps({"config": {"sample_rate": rate_hz}})
            return VoskRoad(MediaSocket(url, f"/ingest/vosk?call={call}&leg={leg}", headers=keyed), config)
        case Via.WS | Via.JAMBONZ | Via.TWILIO | Via.AUDIOHOOK:
            return WebSocketRoad(url, line.call_id, leg, rate_hz, target.key)
