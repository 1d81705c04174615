"""The ears of one worker that listen for phrases and nothing else: one pool of grammar recognisers per kind of leg."""

from collections.abc import Callable, Mapping, Sequence

from service.recognition.recognizer_pool import RecognizerPool, Recognizing
from service.recognition.spotting_grammar import Spotted, SpottingGrammar
from streaming.frames import Leg
from streaming.recognizer import FinalWords


class Spotter:
    """A borrowed ear. Fed with the same blocks as the full recogniser."""

    def __init__(self, recognizer: Recognizing, grammar: SpottingGrammar, home: RecognizerPool) -> None:
        self.recognizer, self.home = recognizer, home
        self._grammar = grammar

    def feed(self, pcm_s16le: bytes) -> list[Spotted]:
        """The phrases of an utterance, when it is over. Raises RecognizerError."""
        heard = self.recognizer.feed(pcm_s16le)
        return self._grammar.find(heard.words) if isinstance(heard, FinalWords) else []

    def finish(self) -> list[Spotted]:
        """No more audio: the rest; clean afterwards."""
        return self._grammar.find(self.recognizer.finish().words)


class SpotterPools:
    """Lends spotters by the kind of leg, at most `most` of a kind; a kind without phrases has none."""

    def __init__(
        self,
        grammars: Mapping[Leg, SpottingGrammar],
        make: Callable[[SpottingGrammar], Recognizing],
        most: int,
    ) -> None:
        self._make, self._most = make, most
        self.listen_for(grammars)

    def __len__(self) -> int:
        """How many there are of the kind with the fewest, of those made ahead."""
        return min((len(pool) for pool in self._two_sided()), default=0)

    def listen_for(self, grammars: Mapping[Leg, SpottingGrammar]) -> None:
        """From now on lend ears for these; those out keep what they listen for and are not lent again."""
        self._grammars = dict(grammars)
        self._pools = {kind: _pool(grammar, self._make, self._most) for kind, grammar in grammars.items()}

    def warm_up(self) -> None:
        """Make the first ones of a two-leg call now."""
        for pool in self._two_sided():
            pool.warm_up()

    def make_ahead(self, sound: Sequence[bytes]) -> bool:
        """One small step towards one more of the kind with the fewest; False when all are made."""
        return any(pool.make_ahead(sound) for pool in sorted(self._two_sided(), key=len))

    def _two_sided(self) -> list[RecognizerPool]:
        """For agents and customers; calls of one mixed leg are rare, and their ears made when one comes."""
        return [self._pools[kind] for kind in (Leg.AGENT, Leg.CUSTOMER) if kind in self._pools]

    def can_lend(self, kind: Leg | None) -> bool:
        """False while all ears for this kind of leg are out; true also where there is nothing to listen for."""
        pool = self._pools.get(kind) if kind is not None else None
        return pool is None or pool.has_room

    def borrow(self, kind: Leg | None, leg: int) -> Spotter | None:
        """A clean one; None where nothing is listened for, or all are out. Raises RecognizerError."""
        pool = self._pools.get(kind) if kind is not None else None
        if kind is None or pool is None or not pool.has_room:
            return None
        return Spotter(pool.borrow(leg), self._grammars[kind], pool)

    def give_back(self, spotter: Spotter, leg: int) -> None:
        """Back and clean."""
        spotter.home.give_back(spotter.recognizer, leg)  # a pool of old rules goes with its last ear

    def throw_away(self, spotter: Spotter) -> None:
        """One that failed never serves again."""
        spotter.home.throw_away(spotter.recognizer)

    def let_go(self) -> list[Recognizing]:
        """Memory is short: those longest unused go, and are returned."""
        return [gone for pool in self._pools.values() for gone in pool.let_go()]


def _pool(grammar: SpottingGrammar, make: Callable[[SpottingGrammar], Recognizing], most: int) -> RecognizerPool:
    return RecognizerPool(lambda: make(grammar), most)
