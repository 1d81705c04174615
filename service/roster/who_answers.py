"""Who answers a call: what the PBX says of the agent, completed by what the roster knows of the id or the extension."""

from collections.abc import Callable
from dataclasses import replace

from config.roster import Person, Roster
from web.sources import AgentView, Announcement


class WhoAnswers:
    """Give it the roster as it stands; a changed one counts from the next question on, for running calls too."""

    def __init__(self, roster: Callable[[], Roster]) -> None:
        self._newest = roster
        self._roster = Roster()
        self._by_id: dict[str, Person] = {}
        self._by_extension: dict[str, Person] = {}
        self._site_of_team: dict[str, str | None] = {}

    def complete(self, said: Announcement) -> Announcement:
        """The same with the agent's id, name, extension, team and site where the PBX is silent; what it says stays.

        Somebody of several teams or sites counts to the first of them.
        """
        if said.agent is None or (person := self._person(said.agent)) is None:
            return said
        agent = replace(
            said.agent,
            id=said.agent.id or person.id,
            name=said.agent.name or person.name,
            extension=said.agent.extension or person.extension,
        )
        team = said.team or next(iter(person.teams), None)
        site = said.site or next(iter(person.sites), None) or self._site_of_team.get(team or "")
        return replace(said, agent=agent, team=team, site=site)

    def _person(self, agent: AgentView) -> Person | None:
        if (newest := self._newest()) is not self._roster:
            self._roster = newest
            self._by_id = {person.id: person for person in newest.people}
            self._by_extension = {person.extension: person for person in newest.people if person.extension is not None}
            self._site_of_team = {team.id: team.site for team in newest.teams}
        return self._by_id.get(agent.id or "") or self._by_extension.get(agent.extension or "")
