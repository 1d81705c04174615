"""What a spotting recogniser listens for: phrases in the model's words, look-alikes, fillers for the rest."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from alerts.phrase_book import ear_of
from alerts.sounds_like.ear import PreparedPhrases
from config.settings import Language
from service.recognition.vocabulary import spelled
from streaming.frames import Leg
from streaming.recognizer import RecognizedWord

_UNKNOWN_WORD = "[unk]"  # models made for grammars have it; the Korean one has not, and needs the fillers
_FILLERS = 4_000  # measured: docs/decisions/004-phrase-spotting.md
# A guess needs the text's support (alerts/detectors/phrase.py); beyond this distance nothing supports it enough.
_FARTHEST_GUESS = 0.3
_LEAST_GUESS = 0.001  # other words of the very same sound
_MOST_GUESSED = 1_000
_FIRST_HANGUL, _LAST_HANGUL = "가", "힣"
_FIRST_HAN, _LAST_HAN = "一", "鿿"
_LONGEST_FILLER_SYLLABLES = 2
_LONGEST_FILLER_LETTERS = 5
_QUICKEST_SYLLABLE_MS = 110  # nine a second: nobody says more, but a mishearing may fit as many

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that was heard; times in ms of the audio fed since the recogniser was last clean.

    A `distance` above 0 is a guess: what was heard only sounds like the phrase, so far off per sound of it.
    """

    phrase: str
    start_ms: int
    end_ms: int
    confidence: float
    distance: float = 0.0


class SpottingGrammar:
    """One leg's phrases: word sequences for the recogniser, and the way back from its words to phrases."""

    def __init__(self, told: Mapping[Words, str | None], fillers: Sequence[str]) -> None:
        self._told, self._fillers = dict(told), tuple(fillers)
        self._longest = max(map(len, self._told), default=0)
        self._guessed = tuple(dict.fromkeys(phrase for phrase in self._told.values() if phrase is not None))
        self._guesses = _guessing(self._guessed)

    @property
    def sequences(self) -> tuple[Words, ...]:
        """Everything the recogniser may hear."""
        return (*self._told, *((word,) for word in self._fillers))

    @property
    def phrases(self) -> int:
        """How many phrases are listened for."""
        return len({phrase for phrase in self._told.values() if phrase is not None})

    def find(self, words: Sequence[RecognizedWord]) -> list[Spotted]:
        """The phrases in what was recognised, the longest at each place, decoys left out; then guesses elsewhere."""
        texts = [word.text for word in words]
        found: list[Spotted] = []
        taken: list[tuple[int, int]] = []  # words that are a phrase or a decoy
        at = 0
        while at < len(texts):
            length = self._length_at(texts, at)
            phrase = self._told.get(tuple(texts[at : at + length])) if length else None
            if length:
                taken.append((at, at + length))
            if phrase is not None:
                said = words[at : at + length]
                confidence = sum(word.confidence for word in said) / length
                spotted = Spotted(phrase, said[0].start_ms, said[-1].end_ms, confidence)
                if spotted.end_ms - spotted.start_ms >= _QUICKEST_SYLLABLE_MS * _syllables(
                    "".join(texts[at : at + length])
                ):
                    found.append(spotted)
            at += max(1, length)
        return found + self._guess(words, taken)

    def _guess(self, words: Sequence[RecognizedWord], taken: Sequence[tuple[int, int]]) -> list[Spotted]:
        """What sounds like a phrase where neither a phrase nor a decoy was heard."""
        if self._guesses is None or not words:
            return []
        text, ends = "", []
        for word in words:
            text += word.text
            ends.append(len(text))
        guesses: list[Spotted] = []
        for phrase, stretch in zip(self._guessed, self._guesses.find(text), strict=True):
            if stretch is None:
                continue
            first, last = bisect_right(ends, stretch.from_char), bisect_left(ends, stretch.to_char)
            if any(first < to_word and from_word <= last for from_word, to_word in taken):
                continue
            said = words[first : last + 1]
            sure = sum(word.confidence for word in said) / len(said)
            guesses.append(
                Spotted(phrase, said[0].start_ms, said[-1].end_ms, sure, max(stretch.distance, _LEAST_GUESS))
            )
        return guesses

    def _length_at(self, texts: Sequence[str], at: int) -> int:
        for length in range(min(self._longest, len(texts) - at), 0, -1):
            if tuple(texts[at : at + length]) in self._told:
                return length
        return 0

    def as_plain(self) -> list[object]:
        """For JSON; `grammars_in` reads it."""
        return [list(self._told.items()), self._fillers]


def _guessing(phrases: Sequence[str]) -> PreparedPhrases | None:
    """Phrases to be guessed at: where that was measured, and not where there are so many that it would take long."""
    if not 0 < len(phrases) <= _MOST_GUESSED or not _is_hangul(phrases[0][0]):
        return None
    return ear_of(Language.KO).prepare(phrases, _FARTHEST_GUESS)


def grammars_text(grammars: Mapping[Leg, SpottingGrammar]) -> str:
    """Grammars by kind of leg on their way from process to process."""
    return json.dumps({kind.value: grammar.as_plain() for kind, grammar in grammars.items()}, ensure_ascii=False)


def grammars_in(text: str) -> dict[Leg, SpottingGrammar]:
    """The grammars of `grammars_text`. Raises ValueError for anything else."""
    try:
        return {
            Leg(kind): SpottingGrammar({tuple(words): phrase for words, phrase in told}, fillers)
            for kind, (told, fillers) in json.loads(text).items()
        }
    except (AttributeError, TypeError) as error:
        raise ValueError("these are no grammars") from error


def grammar_of(
    phrases: Iterable[str],
    decoys: Iterable[str],
    stems: Iterable[tuple[str, str]],
    vocabulary: frozenset[str],
    knows: Callable[[str], bool],
) -> SpottingGrammar | None:
    """A leg's grammar; None when the vocabulary spells none of its phrases.

    `knows` asks the loaded model itself: a word it does not know would be dropped from a phrase without a word said.
    """

    def words_of(text: str) -> Words | None:
        words = spelled(text, vocabulary.__contains__)
        return words if words is not None and all(map(knows, words)) else None

    told: dict[Words, str | None] = {}
    for text, phrase in (*((phrase, phrase) for phrase in phrases), *stems):
        if (words := words_of(text)) is not None:
            told.setdefault(words, phrase)
    if not told:
        return None
    for decoy in decoys:
        if (words := words_of(decoy)) is not None:
            told.setdefault(words, None)
    script = next((_script(character) for words in told for character in words[0]), _is_letter)
    fillers = sorted((word for word in vocabulary if _is_filler(word, script)), key=lambda word: crc32(word.encode()))
    chosen = [word for word in fillers[:_FILLERS] if knows(word)]
    return SpottingGrammar(told, [*chosen, *([_UNKNOWN_WORD] if knows(_UNKNOWN_WORD) else [])])


def _is_filler(word: str, script: Callable[[str], bool]) -> bool:
    longest = _LONGEST_FILLER_LETTERS if script is _is_letter else _LONGEST_FILLER_SYLLABLES
    return len(word) <= longest and all(map(script, word))


def _script(character: str) -> Callable[[str], bool]:
    return _is_hangul if _is_hangul(character) else _is_han if _is_han(character) else _is_letter


def _is_hangul(character: str) -> bool:
    return _FIRST_HANGUL <= character <= _LAST_HANGUL


def _is_han(character: str) -> bool:
    return _FIRST_HAN <= character <= _LAST_HAN


def _is_letter(character: str) -> bool:
    return character.isascii() and character.islower()


def _syllables(phrase: str) -> int:
    """Of Korean and Chinese phrases; letters say little about time."""
    return sum(_is_hangul(character) or _is_han(character) for character in phrase)
