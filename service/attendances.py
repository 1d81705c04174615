"""What the nodes say of supervisors in one call, put together: each knows those that are in by its own ways."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.supervision import NO_WAY_BACK, NOT_FOLLOWED, Abilities, Able, Attendance, Mode, ModeAbility

_MOST_CALLS = 10_000  # beyond it the oldest is forgotten: one that was announced and never came
_NOT_MINE = (NOT_FOLLOWED, NO_WAY_BACK)

Voice = tuple[Mode, bool]
"""How far a supervisor's voice reaches in a call, and whether no stream of the call can hold it."""


@dataclass(slots=True)
class _Part:
    attendance: Attendance = ((), ())
    voice: Voice | None = None


class Attendances:
    """Of the calls of this node. What a node says replaces what it said before."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self._parts: dict[str, dict[str, _Part]] = {}  # by call, then by node

    def attend(self, call_id: str, node_id: str, attendance: Attendance) -> Attendance:
        """What a node says of a call; answers what all of them say."""
        self._part(call_id, node_id).attendance = attendance
        return self.all_of(call_id)

    def speak(self, call_id: str, node_id: str, voice: Voice | None) -> tuple[bool, Voice | None]:
        """A node's supervisors speak so in a call; answers whether that changes anything, and what is heard now."""
        before = self._voice(call_id)
        self._part(call_id, node_id).voice = voice
        now = self._voice(call_id)
        return now != before, now

    def all_of(self, call_id: str) -> Attendance:
        """How a call can be stepped into by any node, and who is in, oldest first."""
        parts = self._parts.get(call_id, {})
        ordered = [parts[each].attendance for each in sorted(parts, key=lambda node_id: node_id != self._node_id)]
        views = sorted((view for _, views in ordered for view in views), key=lambda view: view.since)
        return _abilities([abilities for abilities, _ in ordered if abilities]), tuple(views)

    def of_node(self, node_id: str) -> list[str]:
        """The calls of which this node has said something."""
        return [call_id for call_id, parts in self._parts.items() if node_id in parts]

    def without(self, call_id: str, node_id: str) -> tuple[bool, Attendance, Voice | None]:
        """A node says nothing of a call any more; answers whether that ends a voice, and what all others say."""
        before = self._voice(call_id)
        self._parts.get(call_id, {}).pop(node_id, None)
        now = self._voice(call_id)
        return now != before, self.all_of(call_id), now

    def forget(self, call_id: str) -> None:
        """The call is over, or not here any more."""
        self._parts.pop(call_id, None)

    def nodes(self) -> frozenset[str]:
        """Who has said something of any call."""
        return frozenset(node_id for parts in self._parts.values() for node_id in parts)

    def _voice(self, call_id: str) -> Voice | None:
        voices = [part.voice for part in self._parts.get(call_id, {}).values() if part.voice is not None]
        if not voices:
            return None
        farthest = Mode.BARGE if any(mode is Mode.BARGE for mode, _ in voices) else Mode.WHISPER
        return farthest, all(clean for _, clean in voices)

    def _part(self, call_id: str, node_id: str) -> _Part:
        part = self._parts.setdefault(call_id, {}).setdefault(node_id, _Part())
        if len(self._parts) > _MOST_CALLS:
            del self._parts[next(iter(self._parts))]
        return part


def _abilities(said: Sequence[Abilities]) -> Abilities:
    """What one node can, the cluster can; what none can is told as the node says it that has to do with the call."""
    if len(said) < 2:
        return said[0] if said else ()
    by_node = [{each.mode: each for each in abilities} for abilities in said]
    return tuple(
        ModeAbility(
            mode, _best([each[mode].phone for each in by_node]), _best([each[mode].browser for each in by_node])
        )
        for mode in Mode
    )


def _best(said: Sequence[Able]) -> Able:
    if any(able is True for able in said):
        return True
    return next((able for able in said if able not in _NOT_MINE), said[0])
