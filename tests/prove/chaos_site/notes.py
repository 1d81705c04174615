"""A supervisor who writes a note to an alert, through any node, until one acknowledges it."""

import asyncio
import random
from dataclasses import dataclass, field

import httpx

from tests.prove.chaos_site.site import Site

_AGAIN_S = 0.1
_PATIENCE_S = 3.0


@dataclass(slots=True)
class NoteWriter:
    """Every note that was acknowledged, as the alert and the version it made."""

    site: Site
    chance: random.Random
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    refused: int = 0

    async def write(self, alert_ids: list[str]) -> tuple[str, int]:
        """Try again and again; answers what was acknowledged."""
        async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE_S) as client:
            while True:
                alert = f"{self.chance.choice(self.site.living()).http}/api/v1/alerts/{self.chance.choice(alert_ids)}"
                try:
                    version = (await client.get(alert)).raise_for_status().json()["version"]
                    done = await client.post(f"{alert}/note", json={"version": version, "text": "are you there?"})
                    noted = done.raise_for_status().json()
                except httpx.HTTPError:
                    self.refused += 1
                    await asyncio.sleep(_AGAIN_S)
                else:
                    self.acknowledged.append((noted["alert_id"], noted["version"]))
                    return self.acknowledged[-1]
