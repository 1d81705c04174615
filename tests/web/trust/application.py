"""The whole application as `service.main` puts it together, with nobody behind it: for its list of routes."""

from typing import Any, cast

from fastapi import FastAPI

from config.settings import Settings
from service.control.posted_door import posted_door
from service.ingest.audio_doors import AudioDoors
from web.app import build_app
from web.clips_api import clips_router
from web.drain_api import drain_router
from web.erasure_api import erasure_router
from web.floor_api import floor_router
from web.inspection.own_api import own_router
from web.inspection.routes import inspection_routes
from web.microphone import MicrophoneDoor, microphone_router
from web.office import Office, office_routes
from web.pages import Pages
from web.supervise_api import supervise_router
from web.trust.ledger_api import ledger_router
from web.trust.people_api import people_router
from web.trust.session_api import session_router
from web.webhooks_api import webhooks_router


def whole_application() -> FastAPI:
    """Every route; no route is called."""
    settings, nobody = Settings(), cast(Any, None)
    further = (
        clips_router(nobody),
        floor_router(nobody, nobody),
        webhooks_router(nobody),
        erasure_router(nobody, nobody),
        drain_router(nobody),
        *office_routes(Office(*[nobody] * 9)),
        *inspection_routes(*[nobody] * 5),
        own_router(nobody, nobody, nobody),
        microphone_router(MicrophoneDoor(settings.listening, nobody)),
        supervise_router(nobody, nobody),
        posted_door(settings.pbx, nobody),
        session_router(nobody),
        people_router(nobody, nobody, settings.trust),
        ledger_router(nobody),
        *AudioDoors(settings, nobody, nobody).routers(nobody),
    )
    return build_app(
        settings, nobody, nobody, nobody, nobody, Pages.load(), nobody, nobody, nobody, further_routers=further
    )
