"""Who listens to which call, here and on other nodes: so that two people do not step into one call unknowingly."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MOST_NAMED = 50  # of one call; beyond it nobody reads the names

Listening = Mapping[str, tuple[str | None, ...]]
"""Calls and who listens to each: ids of people, None for those who have not said who they are."""


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    calls: Listening
    until_s: float


class Presence:
    """Each change names the calls whose listeners have changed. Other nodes say all they know again and again."""

    def __init__(self) -> None:
        self._here: dict[str, list[str | None]] = {}
        self._elsewhere: dict[str, _Elsewhere] = {}

    def come(self, call_id: str, person: str | None) -> None:
        """Somebody begins to listen on this node."""
        self._here.setdefault(call_id, []).append(person)

    def go(self, call_id: str, person: str | None) -> None:
        """That somebody has stopped."""
        self._here[call_id].remove(person)
        if not self._here[call_id]:
            del self._here[call_id]

    def here(self) -> dict[str, tuple[str | None, ...]]:
        """Everybody on this node, for the others."""
        return {call_id: tuple(people) for call_id, people in self._here.items()}

    def learn(self, node_id: str, calls: Listening, until_s: float) -> set[str]:
        """What another node says of its listeners, good until then; the calls for which that is news."""
        known = self._elsewhere.pop(node_id, _Elsewhere({}, 0.0)).calls
        if calls:
            self._elsewhere[node_id] = _Elsewhere(dict(calls), until_s)
        return _differing(known, calls)

    def forget_silent(self, now_s: float) -> set[str]:
        """Nodes that have not spoken in time have no listeners; the calls for which that is news."""
        silent = [node_id for node_id, said in self._elsewhere.items() if said.until_s < now_s]
        return {call_id for node_id in silent for call_id in self._elsewhere.pop(node_id).calls}

    def of(self, call_id: str) -> list[str | None]:
        """Who listens to the call, wherever; named ones first, each as often as they listen."""
        people = [*self._here.get(call_id, ())]
        for said in self._elsewhere.values():
            people += said.calls.get(call_id, ())
        return sorted(people, key=lambda person: (person is None, person or ""))[:_MOST_NAMED]

    def calls(self) -> Iterable[str]:
        """The calls that anybody listens to."""
        return {*self._here, *(call_id for said in self._elsewhere.values() for call_id in said.calls)}


def _differing(one: Listening, other: Listening) -> set[str]:
    return {call_id for call_id in {*one, *other} if Counter(one.get(call_id, ())) != Counter(other.get(call_id, ()))}
