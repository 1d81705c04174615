"""THE table: which right each route and socket needs. What is not in it is refused; a test names what is missing.

A new route gets one line here: `"GET /api/v1/things/{thing_id}": Line(Right.SEE, Of.LIST)`.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from web.trust.rights import Right
from web.trust.sources import Act


class Of(StrEnum):
    """What a route is about, which says where the scope is looked at."""

    HOUSE = "house"
    """No call, no place: the right alone counts."""
    CALL = "call"
    """The call of the address (`call_id`): the gate refuses one out of scope with 404."""
    ALERT = "alert"
    """The alert of the address (`alert_id`): the gate refuses one out of scope with 404."""
    AGENT = "agent"
    """The agent of the address (`agent_id`): the gate refuses one out of scope with 404."""
    LIST = "list"
    """Several of them: what stands behind the route leaves out what is out of scope (`web.trust.scoped`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is needed; `right` None: nothing. `ticket`: a socket that is opened by a ticket in its hello."""

    right: Right | None
    of: Of = Of.HOUSE
    ticket: bool = False
    act: Act | None = None  # what the ledger says of it, before it is done
    page: bool = False  # whoever is not logged in is sent to the log-in page


_ANYBODY = Line(None)
_SIGNED_IN = Line(Right.SIGNED_IN)
_INGEST = Line(Right.INGEST)
_INGEST_CALL = Line(Right.INGEST, Of.CALL)
_OWN_SCORES, _SCORE = Line(Right.OWN_SCORES, Of.LIST), Line(Right.SCORE, Of.LIST)
_QUALITY = Line(Right.QUALITY, Of.LIST)
_ROSTER = Line(Right.ROSTER, act=Act.ROSTER_CHANGE)
_SEE_LIST, _SEE_CALL, _SEE_ALERT = Line(Right.SEE, Of.LIST), Line(Right.SEE, Of.CALL), Line(Right.SEE, Of.ALERT)

TABLE = MappingProxyType(
    {
        # health, and what the log-in page needs
        "GET /healthz": _ANYBODY,
        "GET /readyz": _ANYBODY,
        "GET /metrics": Line(Right.METRICS),
        "GET /favicon.ico": _ANYBODY,
        "GET /static/{version}/{name:path}": _ANYBODY,  # the code of the pages; it holds no data
        # pages
        "GET /": Line(Right.SEE, page=True),
        "GET /wallboard": Line(Right.WALLBOARD, page=True),
        "GET /login": Line(None),
        "GET /people": Line(Right.PEOPLE, page=True),
        "GET /ledger": Line(Right.OWN_LEDGER, page=True),
        "GET /history": Line(Right.SEE, page=True),
        "GET /calls/{call_id}": Line(Right.SEE, Of.CALL, page=True),
        "GET /worklist": Line(Right.SCORE, page=True),
        "GET /own": Line(Right.OWN_SCORES, page=True),
        "GET /figures": Line(Right.FIGURES, page=True),
        "GET /reports": Line(Right.SCORES, page=True),
        "GET /inspection/improvements": Line(Right.SCORES, page=True),
        "GET /inspection/appeals": Line(Right.SCORES, page=True),
        "GET /inspection/calibration": Line(Right.SCORE, page=True),
        "GET /inspection/library": Line(Right.OWN_SCORES, page=True),
        "GET /inspection/call-backs": Line(Right.ACT, page=True),
        "GET /inspection/plans": Line(Right.SCORE, page=True),
        "GET /rules": Line(Right.READ_RULES, page=True),
        "GET /admin/{page}": Line(Right.SIGNED_IN, page=True),
        "GET /docs": Line(Right.SIGNED_IN, page=True),
        "GET /api/v1/openapi.json": _SIGNED_IN,
        # log-in
        "GET /api/v1/session": _ANYBODY,
        "POST /api/v1/session": _ANYBODY,
        "DELETE /api/v1/session": _ANYBODY,
        "PUT /api/v1/session/password": _SIGNED_IN,
        "GET /api/v1/session/provider": _ANYBODY,
        "GET /api/v1/session/provider/callback": _ANYBODY,
        "POST /api/v1/tickets": _SIGNED_IN,
        # who is registered, and who did what
        "GET /api/v1/roles": Line(Right.PEOPLE),
        "GET /api/v1/users": Line(Right.PEOPLE),
        "POST /api/v1/users": Line(Right.PEOPLE),
        "PUT /api/v1/users/{user_id}": Line(Right.PEOPLE),
        "PUT /api/v1/users/{user_id}/password": Line(Right.PEOPLE),
        "GET /api/v1/keys": Line(Right.PEOPLE),
        "POST /api/v1/keys": Line(Right.PEOPLE),
        "POST /api/v1/keys/{key_id}/rotate": Line(Right.PEOPLE),
        "DELETE /api/v1/keys/{key_id}": Line(Right.PEOPLE),
        "GET /api/v1/ledger": Line(Right.OWN_LEDGER, Of.LIST),
        "GET /api/v1/ledger/verdict": Line(Right.LEDGER),
        # sockets of people
        "WS /ws/console": Line(Right.WALLBOARD, Of.LIST, ticket=True),
        "WS /ws/listen/{call_id}": Line(Right.LISTEN, Of.CALL, ticket=True),
        "WS /ws/whisper/{call_id}": Line(Right.WHISPER, Of.CALL, ticket=True),
        # calls
        "POST /api/v1/calls": _INGEST,
        "GET /api/v1/calls": _SEE_LIST,
        "GET /api/v1/calls/{call_id}": _SEE_CALL,
        "PATCH /api/v1/calls/{call_id}": _INGEST_CALL,
        "POST /api/v1/calls/{call_id}/events": _INGEST_CALL,
        "GET /api/v1/calls/{call_id}/transcript": Line(Right.TRANSCRIPT, Of.CALL),
        "GET /api/v1/calls/{call_id}/alerts": _SEE_CALL,
        "GET /api/v1/calls/{call_id}/timeline": _SEE_CALL,
        "GET /api/v1/calls/{call_id}/audio": Line(Right.DOWNLOAD, Of.CALL),
        "GET /api/v1/calls/{call_id}/audio.wav": Line(Right.DOWNLOAD, Of.CALL),
        # stepping in: the mode's own right is asked for behind the gate
        "POST /api/v1/calls/{call_id}/supervise": _SEE_CALL,
        "GET /api/v1/calls/{call_id}/supervise": _SEE_CALL,
        "DELETE /api/v1/calls/{call_id}/supervise/{supervision_id}": _SEE_CALL,
        # alerts and the desk
        "GET /api/v1/alerts": _SEE_LIST,
        "GET /api/v1/alerts/suppressed": _SEE_LIST,
        "GET /api/v1/alerts/{alert_id}": _SEE_ALERT,
        "POST /api/v1/alerts/{alert_id}/{action}": Line(Right.ACT, Of.ALERT),
        "GET /api/v1/alerts/{alert_id}/clip.flac": Line(Right.REPLAY, Of.ALERT, act=Act.CLIP),
        "GET /api/v1/alerts/{alert_id}/clip.wav": Line(Right.REPLAY, Of.ALERT, act=Act.CLIP),
        "GET /api/v1/desk": Line(Right.SEE),
        "GET /api/v1/mutes": _SEE_LIST,
        "POST /api/v1/mutes": Line(Right.ACT, Of.LIST),
        "DELETE /api/v1/mutes/{mute_id}": Line(Right.ACT, Of.LIST),
        "GET /api/v1/agents/{agent_id}/messages": Line(Right.SEE, Of.AGENT),
        "GET /api/v1/figures/alerts": Line(Right.FIGURES),
        "GET /api/v1/figures": Line(Right.FIGURES, Of.LIST),
        "GET /api/v1/figures.csv": Line(Right.FIGURES, Of.LIST),
        # the past
        "GET /api/v1/history/calls": _SEE_LIST,
        "GET /api/v1/history/alerts": _SEE_LIST,
        "GET /api/v1/history/calls.csv": Line(Right.DOWNLOAD, Of.LIST, act=Act.EXPORT),
        "GET /api/v1/history/alerts.csv": Line(Right.DOWNLOAD, Of.LIST, act=Act.EXPORT),
        # the inspectors' desk; what of its records is shown, says `web.inspection.people`
        "GET /api/v1/inspection/sheets": _OWN_SCORES,
        "GET /api/v1/inspection/sheets/{sheet}": _OWN_SCORES,
        "GET /api/v1/calls/{call_id}/scores": Line(Right.SCORES, Of.CALL),
        "POST /api/v1/calls/{call_id}/scores": Line(Right.SCORE, Of.CALL),
        "GET /api/v1/inspection/scores": _OWN_SCORES,
        "GET /api/v1/inspection/scores/{score_id}": _OWN_SCORES,
        "GET /api/v1/inspection/scores/{score_id}/trail": _OWN_SCORES,
        "PUT /api/v1/inspection/scores/{score_id}/items/{item}": _SCORE,
        "POST /api/v1/inspection/scores/{score_id}/close": _SCORE,
        "POST /api/v1/inspection/scores/{score_id}/appeal": _OWN_SCORES,
        "GET /api/v1/inspection/scores/{score_id}/evidence": _OWN_SCORES,
        "GET /api/v1/inspection/scores/{score_id}/evidence/{alert_id}/clip.wav": _OWN_SCORES,  # writes its own row
        "GET /api/v1/own": _OWN_SCORES,
        "GET /api/v1/own/messages": _OWN_SCORES,
        "GET /api/v1/own/hearings": _OWN_SCORES,
        "GET /api/v1/inspection/plans": _SCORE,
        "PUT /api/v1/inspection/plans/{plan}": _QUALITY,
        "DELETE /api/v1/inspection/plans/{plan}": _QUALITY,
        "POST /api/v1/inspection/sheets/check": _SCORE,
        "POST /api/v1/inspection/plans/{plan}/draw": Line(Right.QUALITY, Of.LIST, act=Act.WORKLIST),
        "GET /api/v1/inspection/tasks": _SCORE,
        "POST /api/v1/inspection/tasks/{task_id}/begin": _SCORE,
        "POST /api/v1/inspection/tasks/{task_id}/drop": _QUALITY,
        "GET /api/v1/inspection/improvements": _OWN_SCORES,
        "GET /api/v1/inspection/improvements/due": Line(Right.SCORES, Of.LIST),
        "POST /api/v1/inspection/improvements/{improvement_id}/report": Line(Right.SCORES, Of.LIST),
        "POST /api/v1/inspection/improvements/{improvement_id}/plan": Line(Right.SCORES, Of.LIST),
        "GET /api/v1/inspection/improvements/{improvement_id}/recheck-calls": Line(Right.SCORES, Of.LIST),
        "GET /api/v1/inspection/improvements/{improvement_id}": _OWN_SCORES,
        "GET /api/v1/inspection/improvements/{improvement_id}/trail": _OWN_SCORES,
        "POST /api/v1/inspection/improvements/{improvement_id}/close": _SCORE,
        "GET /api/v1/inspection/people": Line(Right.SCORES, Of.LIST),
        "GET /api/v1/inspection/appeals": _OWN_SCORES,
        "GET /api/v1/inspection/appeals/{appeal_id}": _OWN_SCORES,
        "POST /api/v1/inspection/appeals/{appeal_id}/decide": _QUALITY,
        "POST /api/v1/inspection/appeals/{appeal_id}/ask-arbitration": _OWN_SCORES,
        "POST /api/v1/inspection/appeals/{appeal_id}/arbitrate": _QUALITY,
        "GET /api/v1/inspection/calibrations": _SCORE,
        "POST /api/v1/inspection/calibrations": _QUALITY,
        "GET /api/v1/inspection/calibrations/{calibration_id}": _SCORE,
        "POST /api/v1/inspection/calibrations/{calibration_id}/calls/{call_id}/score": Line(Right.SCORE, Of.CALL),
        "POST /api/v1/inspection/calibrations/{calibration_id}/close": _QUALITY,
        "GET /api/v1/inspection/calibrations/{calibration_id}/agreement": _SCORE,
        "GET /api/v1/inspection/examples": _OWN_SCORES,
        "POST /api/v1/inspection/examples": _SCORE,
        "POST /api/v1/inspection/examples/{example_id}/remove": _QUALITY,
        "GET /api/v1/inspection/examples/{example_id}/audio.wav": _OWN_SCORES,
        "GET /api/v1/inspection/examples/{example_id}/words": _OWN_SCORES,
        "GET /api/v1/call-backs": _SEE_LIST,
        "POST /api/v1/call-backs/{call_back_id}/attempts": Line(Right.ACT, Of.LIST),
        "POST /api/v1/call-backs/{call_back_id}/claim": Line(Right.ACT, Of.LIST),
        "POST /api/v1/call-backs/{call_back_id}/drop": Line(Right.ACT, Of.LIST),
        "PUT /api/v1/figures/outside": Line(Right.INGEST, act=Act.OUTSIDE_FIGURES),
        "GET /api/v1/figures/outside": Line(Right.FIGURES),
        "GET /api/v1/figures/quality": _OWN_SCORES,
        "GET /api/v1/figures/quality.csv": Line(Right.OWN_SCORES, Of.LIST, act=Act.EXPORT),
        "GET /api/v1/figures/faults": _OWN_SCORES,
        "GET /api/v1/reports/monthly": Line(Right.SCORES, Of.LIST),
        "GET /api/v1/reports/monthly.pdf": Line(Right.SCORES, Of.LIST, act=Act.EXPORT),
        "GET /api/v1/reports/monthly.csv": Line(Right.SCORES, Of.LIST, act=Act.EXPORT),
        # rules
        "GET /api/v1/rules": Line(Right.READ_RULES),
        "POST /api/v1/rules/reload": Line(Right.RULES, act=Act.RULE_CHANGE),
        "GET /api/v1/rules/files": Line(Right.READ_RULES),
        "POST /api/v1/rules/check": Line(Right.RULES),
        "POST /api/v1/rules/forecasts": Line(Right.RULES),
        "GET /api/v1/rules/forecasts/{forecast_id}": Line(Right.RULES),
        "POST /api/v1/rules/publish": Line(Right.RULES, act=Act.RULE_CHANGE),
        "GET /api/v1/rules/editions": Line(Right.READ_RULES),
        "GET /api/v1/rules/editions/{edition_id}": Line(Right.READ_RULES),
        "POST /api/v1/rules/editions/{edition_id}/restore": Line(Right.RULES, act=Act.RULE_CHANGE),
        "GET /api/v1/rules/precision": Line(Right.FIGURES),
        "POST /api/v1/rules/{rule}/speak": Line(Right.RULES, act=Act.RULE_CHANGE),
        # roster
        "GET /api/v1/roster": Line(Right.READ_ROSTER),
        "POST /api/v1/roster": _ROSTER,
        "POST /api/v1/roster/import": _ROSTER,
        "GET /api/v1/roster/{kind}": Line(Right.READ_ROSTER),
        "GET /api/v1/roster/{kind}/{entry_id}": Line(Right.READ_ROSTER),
        "PUT /api/v1/roster/{kind}/{entry_id}": _ROSTER,
        "DELETE /api/v1/roster/{kind}/{entry_id}": _ROSTER,
        # feeds, models, what is kept
        "GET /api/v1/feeds": Line(Right.OPERATE),
        "GET /api/v1/models": Line(Right.OPERATE),
        "POST /api/v1/models/{language}/verify": Line(Right.OPERATE),
        "GET /api/v1/retention": Line(Right.OPERATE),
        "DELETE /api/v1/calls/{call_id}": Line(Right.ERASE),
        # web hooks that failed
        "GET /api/v1/webhooks/dead": Line(Right.OPERATE),
        "POST /api/v1/webhooks/dead/replay": Line(Right.OPERATE),
        "POST /api/v1/webhooks/dead/{delivery_id}/replay": Line(Right.OPERATE),
        # privacy
        "POST /api/v1/erasures": Line(Right.ERASE),
        # stopping in order
        "GET /api/v1/drain": Line(Right.OPERATE),
        "POST /api/v1/drain": Line(Right.OPERATE),
        # what a PBX says and sends
        "POST /api/v1/agents/{agent_id}/state": _INGEST,
        "POST /api/v1/queues/{queue}/stats": _INGEST,
        "POST /api/v1/pbx/{feed}/events": _INGEST,
        "POST /ingest/http/{call_id}/{leg}": _INGEST_CALL,
        "POST /ingest/rtp/{call_id}/{leg}": _INGEST_CALL,
        "DELETE /ingest/rtp/{call_id}/{leg}": _INGEST_CALL,
        "WS /ingest/ws/{call_id}/{leg}": _INGEST_CALL,
        "WS /ingest/asterisk": _INGEST,
        "WS /ingest/freeswitch/{call_id}/{leg}": _INGEST_CALL,
        "WS /ingest/jambonz/{call_id}": _INGEST_CALL,
        "WS /ingest/twilio": _INGEST,
        "WS /ingest/audiohook": _INGEST,
        "WS /ingest/vosk": _INGEST,
    }
)
