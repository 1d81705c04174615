"""Hours of calls in which nothing is wrong, re-ordered and looped: what is told all the same.

`python -m tests.prove.false_alarms [minutes] [--no-words]`
"""

import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

from alerts.alert import Severity
from alerts.judging import Claim
from config.settings import Language, Settings
from service.evaluation.trunk import at_rate
from service.evaluation.words import WordEars
from service.playback import PlaybackOutlet, play_through
from service.rule_shelf import RuleShelf
from streaming.frames import Party
from tests.calls.made_calls import AGENT, AGENT_SAYS, CUSTOMER, CUSTOMER_SAYS, MadeCall
from tests.prove.report import table, write_block

_GREETING, _THANKS, _FAREWELL = ("calm", 0), ("calm", 6), ("calm", 7)
_TURNS = (6, 24)
_GAPS_MS = (250, 2_300)  # below any limit
_MS_PER_HOUR = 3_600_000


@dataclass
class FalseAlarms:
    """What was told above info, by kind, in how much audio."""

    heard_ms: int = 0
    calls: int = 0
    told: Counter[str] = field(default_factory=Counter)

    def per_hour(self, kind: str) -> float:
        """Of one kind."""
        return self.told[kind] * _MS_PER_HOUR / self.heard_ms


def faultless(seed: int) -> MadeCall:
    """A call of calm sentences in any order, greeted and closed; the customer ends it."""
    chance = random.Random(seed)  # the order of sentences is no secret
    call = MadeCall(seed=seed).says(AGENT, *_GREETING, gap_ms=700)
    agent, customer = list(AGENT_SAYS[1:]), list(CUSTOMER_SAYS)
    chance.shuffle(agent)
    chance.shuffle(customer)
    for number in range(chance.randint(*_TURNS)):
        leg, said = (CUSTOMER, customer) if number % 2 == 0 else (AGENT, agent)
        call.says(leg, *said[number // 2 % len(said)], chance.randint(*_GAPS_MS))
    return call.says(CUSTOMER, *_THANKS).says(AGENT, *_FAREWELL).ends(Party.CUSTOMER, 500)


async def measure(minutes: float, *, words: bool, rate_hz: int = 16_000) -> FalseAlarms:
    """Play calls one after the other until so much has been heard."""
    settings, alarms = Settings(), FalseAlarms()
    shelf = RuleShelf(settings)
    async with WordEars(settings, shelf) as ears:
        group = await ears.group(Language.KO) if words else None
        while alarms.heard_ms < minutes * 60_000:
            played = at_rate(faultless(alarms.calls).recording(f"calm-{alarms.calls}"), rate_hz)
            outlet = PlaybackOutlet()
            await play_through(played, settings, shelf.pack(Language.KO) if words else None, group, outlet)
            alarms.told.update(claim.kind.value for claim in Claim.of(outlet.changes) if claim.severity > Severity.INFO)
            alarms.heard_ms += played.duration_ms
            alarms.calls += 1
    return alarms


def main() -> None:
    """Two hours, or as many minutes as are named; the figures go to docs/benchmarks.md."""
    words = "--no-words" not in sys.argv
    minutes = float(next((argument for argument in sys.argv[1:] if argument[0].isdigit()), "120"))
    rows: list[list[object]] = []
    for rate_hz in (16_000, 8_000):
        alarms = asyncio.run(measure(minutes, words=words, rate_hz=rate_hz))
        kinds = ", ".join(f"{kind} {alarms.per_hour(kind):.2f}" for kind in sorted(alarms.told)) or "none"
        rows.append([rate_hz, alarms.calls, round(alarms.heard_ms / 60_000), kinds])
    name = "false_alarms" if words else "false_alarms_sound"
    title = "False alarms in calls without a fault" + ("" if words else ", by sound alone")
    command = f"python -m tests.prove.false_alarms {minutes:g}" + ("" if words else " --no-words")
    write_block(name, title, command, table(["rate, Hz", "calls", "minutes", "alarms an hour, by kind"], rows))


if __name__ == "__main__":
    main()
