"""Agents of calls found in the roster by id or extension; what the PBX says counts more."""

from config.roster import Roster
from service.roster.who_answers import WhoAnswers
from web.sources import AgentView, Announcement

_ROSTER = Roster.model_validate(
    {
        "sites": [{"id": "wuhan"}, {"id": "xian"}],
        "teams": [{"id": "east", "site": "wuhan"}, {"id": "west"}],
        "people": [
            {"id": "wang", "name": "Wang Wei", "roles": ["agent"], "teams": ["east", "west"], "extension": "1007"},
            {"id": "li", "roles": ["agent"], "teams": ["west"], "sites": ["xian"]},
        ],
    }
)


def completed(agent: AgentView | None, **said: str) -> Announcement:
    return WhoAnswers(lambda: _ROSTER).complete(Announcement(call_id="c", agent=agent, **said))  # type: ignore[arg-type]  # only texts are said here


def test_an_extension_names_agent_team_and_site() -> None:
    known = completed(AgentView(extension="1007", channel="PJSIP/1007-2a"))
    assert known.agent == AgentView("wang", "Wang Wei", "1007", "PJSIP/1007-2a")
    assert (known.team, known.site) == ("east", "wuhan")


def test_an_id_is_completed_too_and_the_persons_own_site_comes_first() -> None:
    known = completed(AgentView(id="li"))
    assert (known.agent, known.team, known.site) == (AgentView("li"), "west", "xian")


def test_what_the_pbx_says_stays() -> None:
    known = completed(AgentView(id="7", name="W.", extension="1007"), team="night", site="elsewhere")
    assert known.agent == AgentView("7", "W.", "1007")
    assert (known.team, known.site) == ("night", "elsewhere")


def test_nobody_is_made_up() -> None:
    for agent in (None, AgentView(), AgentView(extension="1008"), AgentView(id="1007")):
        known = completed(agent)
        assert (known.agent, known.team, known.site) == (agent, None, None)


def test_a_changed_roster_counts_at_once() -> None:
    rosters = [Roster()]
    who = WhoAnswers(lambda: rosters[-1])
    said = Announcement(call_id="c", agent=AgentView(extension="1007"))
    assert who.complete(said) == said
    rosters.append(_ROSTER)
    assert who.complete(said).team == "east"
