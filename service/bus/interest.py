"""Which topics people on other nodes follow now; who does not say so again is taken to follow nothing."""

import json
from collections.abc import Callable

_MOST_TOPICS = 20_000  # of all nodes together: a thousand consoles with twenty calls each


class Interest:
    """What other nodes say they follow, each word good for `good_for_s`."""

    def __init__(self, node_id: str, good_for_s: float, now_s: Callable[[], float]) -> None:
        self._node_id, self._good_for_s, self._now_s = node_id, good_for_s, now_s
        self._said: dict[str, tuple[float, frozenset[str]]] = {}
        self._topics: frozenset[str] = frozenset()

    def message(self, topics: frozenset[str]) -> bytes:
        """What this node says of itself."""
        return json.dumps({"node": self._node_id, "topics": sorted(topics)}).encode()

    def heard(self, message: bytes) -> None:
        """Another node's word; our own and nonsense are passed over."""
        try:
            said = json.loads(message)
            node, topics = str(said["node"]), frozenset(map(str, said["topics"][:_MOST_TOPICS]))
        except (ValueError, KeyError, TypeError):
            return
        if node != self._node_id:
            self._said[node] = (self._now_s() + self._good_for_s, topics)
            self._count()

    def is_followed(self, topic: str) -> bool:
        """Whether anybody elsewhere wants it."""
        return topic in self._topics

    def others(self) -> frozenset[str]:
        """The nodes that have spoken lately."""
        return frozenset(self._said)

    def forget_silent(self) -> None:
        """Nodes that have not spoken in time follow nothing."""
        now_s = self._now_s()
        silent = [node for node, (until_s, _) in self._said.items() if until_s < now_s]
        for node in silent:
            del self._said[node]
        if silent:
            self._count()

    def _count(self) -> None:
        self._topics = frozenset().union(*(topics for _, topics in self._said.values()))
