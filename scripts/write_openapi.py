"""Writes docs/openapi.json from the routes: `python scripts/write_openapi.py`. A test says when it must be run."""

import json
import sys
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.settings import Settings  # noqa: E402 - the path above comes first
from service.control.posted_door import posted_door  # noqa: E402
from service.ingest.audio_doors import AudioDoors  # noqa: E402
from web.app import build_app  # noqa: E402
from web.clips_api import clips_router  # noqa: E402
from web.drain_api import drain_router  # noqa: E402
from web.erasure_api import erasure_router  # noqa: E402
from web.floor_api import floor_router  # noqa: E402
from web.inspection.own_api import own_router  # noqa: E402
from web.inspection.routes import inspection_routes  # noqa: E402
from web.office import Office, office_routes  # noqa: E402
from web.pages import Pages  # noqa: E402
from web.supervise_api import supervise_router  # noqa: E402
from web.trust.ledger_api import ledger_router  # noqa: E402
from web.trust.people_api import people_router  # noqa: E402
from web.trust.session_api import session_router  # noqa: E402
from web.webhooks_api import webhooks_router  # noqa: E402


def description() -> str:
    """The text of the file. No route is called, so nobody needs to stand behind them."""
    settings, nobody = Settings(), cast(Any, None)
    audio = AudioDoors(settings, nobody, nobody).routers(nobody)
    past = (*office_routes(Office(*[nobody] * 9)), *inspection_routes(*[nobody] * 5))
    past = (*past, own_router(nobody, nobody, nobody))
    people = (session_router(nobody), people_router(nobody, nobody, settings.trust), ledger_router(nobody))
    further = (clips_router(nobody), floor_router(nobody, nobody), webhooks_router(nobody), *past, *people, *audio)
    further = (*further, supervise_router(nobody, nobody), erasure_router(nobody, nobody), drain_router(nobody))
    further = (*further, posted_door(settings.pbx, nobody))
    app = build_app(
        settings, nobody, nobody, nobody, nobody, Pages.load(), nobody, nobody, nobody, further_routers=further
    )
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "openapi.json").write_text(description(), encoding="utf-8")
