"""Which phrases of a rule pack are listened for by a recogniser that knows nothing else, leg by leg."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.phrase_book import ear_of
from config.rule_packs import RulePack, Topic


@dataclass(frozen=True, slots=True)
class SpottedPhrases:
    """`phrases` are told when heard. `decoys` sound like one and are meant otherwise, or are too short to be told from
    chance: they are listened for, so that they are not taken for a phrase, and never told. `stems` are beginnings that
    say as much as the phrase, each with its phrase.
    """

    phrases: tuple[str, ...]
    decoys: tuple[str, ...]
    stems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SpottingList:
    """What each party may say. A mixed leg may say both."""

    agent: SpottedPhrases
    customer: SpottedPhrases

    @property
    def mixed(self) -> SpottedPhrases:
        """Everything."""
        phrases = _each_once((*self.agent.phrases, *self.customer.phrases))
        decoys = _each_once((*self.agent.decoys, *self.customer.decoys))
        stems = tuple(dict.fromkeys((*self.agent.stems, *self.customer.stems)))
        return SpottedPhrases(phrases, tuple(decoy for decoy in decoys if decoy not in phrases), stems)


def spotting_list(pack: RulePack) -> SpottingList:
    """The pack's phrases that are worth it (docs/decisions/004-phrase-spotting.md)."""
    return SpottingList(_of_party(pack, "agent"), _of_party(pack, "customer"))


def _of_party(pack: RulePack, party: str) -> SpottedPhrases:
    ear = ear_of(pack.language)
    rules = [rule for rule in pack.about(*(topic for topic in Topic if topic.spotted)) if rule.leg == party]
    said = _each_once(phrase for rule in rules for phrase in rule.phrases)
    phrases = tuple(phrase for phrase in said if ear.stands_out(phrase))
    meant_otherwise = [phrase for rule in rules for phrase in rule.exceptions]
    decoys = _each_once((*meant_otherwise, *(phrase for phrase in said if phrase not in phrases)))
    meant = [_bare(text) for rule in rules for text in (*rule.exceptions, *rule.negative)]
    stems = tuple(
        (stem, phrase)
        for phrase in phrases
        if (stem := ear.stem(phrase)) is not None and not any(_bare(stem) in text for text in meant)
    )
    return SpottedPhrases(phrases, tuple(decoy for decoy in decoys if decoy not in phrases), stems)


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _each_once(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))
