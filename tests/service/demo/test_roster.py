"""The roster of the demo names those whose calls the simulated PBX plays, where it plays them."""

from config.roster import read_roster
from service.commands.demo import ROSTER
from service.demo.simulated_pbx import AGENTS, whose_call


def test_the_roster_of_the_demo_is_who_is_played() -> None:
    known = [(each.id, each.name, *each.teams, *each.queues) for each in read_roster(ROSTER).people]
    played = [(*agent, whose_call(seat)["team"], whose_call(seat)["queue"]) for seat, agent in enumerate(AGENTS)]

    assert known == played
