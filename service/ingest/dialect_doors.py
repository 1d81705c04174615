"""The WebSocket routes of other systems' dialects: each names call and leg in its own way, and is one parser."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import SecretStr

from config.dialects import DialectSettings
from config.settings import Settings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import PLAIN, DialectSocket, Manners, Refusal, claimed, deny
from service.ingest.side_streams import SideStreams, claim_sides
from service.ingest.voice_paths import Send, VoicePath, VoicePaths, asterisk_voice, twilio_voice
from streaming.frames import Leg
from streaming.wire.asterisk_socket import FORMATS, AsteriskSocketParser
from streaming.wire.audiohook import AudioHookParser
from streaming.wire.events import CallNamed
from streaming.wire.freeswitch import FreeSwitchParser
from streaming.wire.http_signature import (
    SignatureRefusedError,
    UpgradeRequest,
    check_message_signature,
    check_twilio_signature,
)
from streaming.wire.jambonz import JambonzParser
from streaming.wire.sample_stream import format_refusal
from streaming.wire.socket_dialect import SocketDialect
from streaming.wire.twilio import TwilioParser

_log = structlog.get_logger(__name__)
_SUBPROTOCOLS = ("media", "audio.drachtio.org", "audio.jambonz.org")  # those offered are echoed, in this order


_AUDIOHOOK_ONE_WAY = (
    "Genesys AudioHook Monitor carries audio one way, to us: its protocol has no audio back into the conversation; "
    "step in by telephone, or in Genesys Cloud"
)


class _Doorway:
    """What the routes share."""

    def __init__(self, settings: Settings, board: CallBoard, clock: Clock, counts: IngestCounts) -> None:
        self.settings, self.board, self.clock, self.counts = settings, board, clock, counts
        self.dialects: DialectSettings = settings.dialects

    async def named_by_address(
        self,
        websocket: WebSocket,
        road: str,
        call_id: str,
        leg: str,
        parser: Callable[[int], SocketDialect],
        manners: Manners = PLAIN,
    ) -> None:
        """The address says call and leg: what cannot be had is refused before the upgrade."""
        sides = claimed(lambda: claim_sides(self.board, call_id, leg, self.left(road)), call_id)
        if isinstance(sides, Refusal):
            await deny(websocket, sides.status, sides.detail)
            return
        socket = self.socket(websocket, road, parser(sides.channels), sides=sides, manners=manners)
        await socket.run(_subprotocol(websocket))

    def socket(
        self,
        websocket: WebSocket,
        road: str,
        parser: SocketDialect,
        sides: SideStreams | None = None,
        name: Callable[[CallNamed], SideStreams | Refusal] | None = None,
        manners: Manners = PLAIN,
    ) -> DialectSocket:
        """The accepted socket of one dialect."""
        return DialectSocket(
            websocket, road, parser, self.settings.ingest, self.clock, self.counts, sides, name, manners
        )

    def left(self, road: str) -> Leg:
        """Who is on channel 0 of a stereo stream."""
        match road:
            case "jambonz":
                return Leg(self.dialects.jambonz_left)
            case "twilio":
                return Leg(self.dialects.twilio_inbound)
            case _:
                return Leg.AGENT

    def claim_named(self, road: str, named: CallNamed) -> SideStreams | Refusal:
        """The legs of the call that a sender names on its socket."""
        call_id, leg = named.call_id or "", named.leg or "mixed"
        if leg in ("inbound", "outbound"):
            inbound = self.left(road)
            other = Leg.AGENT if inbound is Leg.CUSTOMER else Leg.CUSTOMER
            leg = str(inbound if leg == "inbound" else other)
        return claimed(lambda: claim_sides(self.board, call_id, leg, self.left(road)), call_id)


def dialect_doors(
    settings: Settings, board: CallBoard, clock: Clock, counts: IngestCounts, voices: VoicePaths | None = None
) -> APIRouter:
    """All routes, bound to this node's calls; `voices` is told of the sockets that carry audio back."""
    router, doorway = APIRouter(), _Doorway(settings, board, clock, counts)
    voices = voices if settings.ingest.voice_back else None
    dialects, limits = settings.dialects, settings.ingest

    @router.websocket("/ingest/asterisk")
    async def asterisk(
        websocket: WebSocket, call: str = "", leg: str = "", tap: bool = True, back: bool = True
    ) -> None:
        """chan_websocket as client: `?call=&leg=`, and `rate=` or `format=` for media that comes before its start.

        `back=false` where the channel leads to nobody, as with `d(in)` or a snoop that does not whisper.
        """
        named = websocket.query_params.get("format") or _slin(websocket.query_params.get("rate"))
        form = named or dialects.asterisk_format
        parser = AsteriskSocketParser(tap, form, limits)

        def voice(send: Send) -> VoicePath | None:
            known = parser.form
            return asterisk_voice(send, *known, parser.command("FLUSH_MEDIA")) if back and known is not None else None

        manners = Manners(voice=voice, voices=voices)
        await doorway.named_by_address(websocket, "asterisk", call, leg, lambda _channels: parser, manners)

    @router.websocket("/ingest/freeswitch/{call_id}/{leg}")
    async def freeswitch(websocket: WebSocket, call_id: str, leg: str, rate: int | None = None) -> None:
        """mod_audio_fork and mod_audio_stream; `?rate=` where it is not the setting's."""
        rate_hz = rate if rate is not None else dialects.freeswitch_rate_hz
        refusal = format_refusal(rate_hz, 1)
        if refusal is not None:
            await deny(websocket, 422, f"rate: {refusal}")
            return
        await doorway.named_by_address(
            websocket, "freeswitch", call_id, leg, lambda channels: FreeSwitchParser(rate_hz, channels, limits)
        )

    @router.websocket("/ingest/jambonz/{call_id}")
    async def jambonz(websocket: WebSocket, call_id: str, leg: str | None = None) -> None:
        """`listen`, stereo or mixed by its own word; `?leg=` names the party of a mono stream."""

        def name(said: CallNamed) -> SideStreams | Refusal:
            return doorway.claim_named("jambonz", CallNamed(call_id, leg or said.leg))

        socket = doorway.socket(websocket, "jambonz", JambonzParser(limits), name=name)
        await socket.run(_subprotocol(websocket))

    @router.websocket("/ingest/twilio")
    async def twilio(websocket: WebSocket) -> None:
        """Media Streams: the start message names call and tracks."""
        try:
            _check_twilio(websocket, dialects)
        except SignatureRefusedError as refused:
            await _unsigned(websocket, "twilio", str(refused))
            return
        parser = TwilioParser(limits)

        def voice(send: Send) -> VoicePath | None:
            return twilio_voice(send, parser.back_to) if parser.back_to is not None else None

        socket = doorway.socket(
            websocket,
            "twilio",
            parser,
            name=lambda said: doorway.claim_named("twilio", said),
            manners=Manners(voice=voice, voices=voices),
        )
        await socket.run()

    @router.websocket("/ingest/audiohook")
    async def audiohook(websocket: WebSocket) -> None:
        """Genesys AudioHook: `open` names the conversation; probes are answered and make no call."""
        try:
            _check_audiohook(websocket, dialects)
        except SignatureRefusedError as refused:
            await _unsigned(websocket, "audiohook", str(refused))
            return
        headers = websocket.headers
        parser = AudioHookParser(headers.get("audiohook-session-id"), headers.get("audiohook-organization-id"), limits)
        manners = Manners(
            refusal=lambda detail: parser.disconnect("error", detail).text, voices=voices, one_way=_AUDIOHOOK_ONE_WAY
        )
        socket = doorway.socket(
            websocket, "audiohook", parser, name=lambda said: doorway.claim_named("audiohook", said), manners=manners
        )
        await socket.run()

    return router


def is_signed(route: str, dialects: DialectSettings) -> bool:
    """Whether the route (as the table of rights names it) asks for a signature or key of its own dialect."""
    match route:
        case "WS /ingest/twilio":
            return dialects.twilio_auth_token is not None
        case "WS /ingest/audiohook":
            return dialects.audiohook_api_key is not None or dialects.audiohook_secret is not None
        case _:
            return False


def _slin(rate: str | None) -> str | None:
    """Asterisk's name for PCM of a rate."""
    return next((name for name, form in FORMATS.items() if rate and str(form[1]) == rate and "slin" in name), None)


def _subprotocol(websocket: WebSocket) -> str | None:
    """The one offered that we know: Asterisk gives up on a name it did not offer, some servers on none."""
    offered = websocket.scope.get("subprotocols", [])
    return next((name for name in _SUBPROTOCOLS if name in offered), None)


async def _unsigned(websocket: WebSocket, road: str, detail: str) -> None:
    _log.warning("audio refused", road=road, detail=detail)
    await deny(websocket, 401, detail)


def _check_twilio(websocket: WebSocket, dialects: DialectSettings) -> None:
    if dialects.twilio_auth_token is None:
        return
    url = dialects.twilio_url or str(websocket.url)
    signature = websocket.headers.get("x-twilio-signature")
    check_twilio_signature(url, dialects.twilio_auth_token.get_secret_value().encode(), signature)


def _check_audiohook(websocket: WebSocket, dialects: DialectSettings) -> None:
    shown = websocket.headers.get("x-api-key", "")
    key = dialects.audiohook_api_key
    if key is not None and not hmac.compare_digest(shown.encode(), key.get_secret_value().encode()):
        raise SignatureRefusedError("X-API-KEY is missing or wrong")
    if dialects.audiohook_secret is None:
        return
    target = websocket.url.path + (f"?{websocket.url.query}" if websocket.url.query else "")
    request = UpgradeRequest(target, websocket.headers.get("host", ""), dict(websocket.headers))
    check_message_signature(request, _decoded(dialects.audiohook_secret), time.time())


def _decoded(secret: SecretStr) -> bytes:
    try:
        return base64.b64decode(secret.get_secret_value(), validate=True)
    except binascii.Error:
        raise SignatureRefusedError("dialects.audiohook_secret is not base64") from None
