"""Calls that are over, put where a node will find them: words, alerts, clips, recordings, made by the store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import soxr

from alerts.alert import Alert, Evidence, Kind, Measure, Severity
from config.privacy import Consent
from config.settings import Settings
from service.clips.flac import flac_of, write_whole
from service.clips.places import clip_path, recording_path
from service.clock import SystemClock
from streaming.frames import ANALYSIS_RATE_HZ, Leg
from tests.calls.played import recording
from tests.fakes.desk import a_line
from tests.service.store.examples import a_call, an_alert, running
from web.app import utc_now
from web.sources import AgentView, CallState, CallView

_DEAD_AIR_MS = (8_120, 11_320)


async def store_calls(folder: Path, *call_ids: str) -> None:
    """Ended calls of agent 1007 of the last hour, each a recorded dead air; the first is the riskiest."""
    played = recording("dead_air")
    legs = dict(played.legs)
    channels = [
        soxr.resample(legs[leg], played.rate_hz, ANALYSIS_RATE_HZ).astype("<i2").tobytes()
        for leg in (Leg.AGENT, Leg.CUSTOMER)
    ]
    sound = flac_of(channels)
    duration_ms = len(channels[0]) // 2 * 1000 // ANALYSIS_RATE_HZ
    async with running(Settings(data_dir=folder), clock=SystemClock()) as store:
        for number, call_id in enumerate(call_ids):
            write_whole(recording_path(folder / "recordings", call_id), sound)
            call = ended_call(call_id, minutes_ago=20 + 10 * number, duration_ms=duration_ms, risk=90 - number)
            store.save_call(call)
            alert = dead_air(f"A{number}{call_id}", call)
            clip = write_whole(clip_path(folder / "clips", alert.alert_id), sound)
            store.save_alert(replace(alert, evidence=replace(alert.evidence, clip_sha256=clip)))
            for at, (leg, text) in enumerate(
                ((Leg.AGENT, "您好 请问有什么可以帮助您"), (Leg.CUSTOMER, "喂 您还在吗"), (Leg.AGENT, "在的"))
            ):
                line = a_line(text, leg=leg, utterance=at + 1, start_ms=1_000 + 5_000 * at, call_id=call_id)
                store.save_line(line)
        await store.written()


def ended_call(call_id: str, minutes_ago: float, risk: int, duration_ms: int = 90_000) -> CallView:
    """A call of agent 1007 that was heard whole, with consent."""
    call = a_call(call_id, CallState.ENDED)
    began_at = utc_now() - timedelta(minutes=minutes_ago)
    agent = AgentView("1007", "Li Na", "1007", None)
    call = replace(call, agent=agent, started_at=began_at, duration_ms=duration_ms, risk=risk, undecided=())
    ended_at = began_at + timedelta(milliseconds=duration_ms)
    return replace(call, ended_at=ended_at, consent=Consent.GRANTED, paused=False)


def dead_air(alert_id: str, call: CallView) -> Alert:
    """The agent did not answer for 3.2 s."""
    from_ms, to_ms = _DEAD_AIR_MS
    at = call.started_at + timedelta(milliseconds=to_ms)
    evidence = Evidence(from_ms, to_ms, (Measure("silence_ms", 3_200),), (Measure("limit_ms", 3_000),), "喂 您还在吗")
    found = replace(
        an_alert(alert_id, 1, call.call_id),
        kind=Kind.DEAD_AIR,
        rule="zh.dead_air",
        severity=Severity.MAJOR,
        evidence=evidence,
    )
    return replace(found, opened_at=at, updated_at=at, site=call.site)
