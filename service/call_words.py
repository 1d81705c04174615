"""What is said in one call, masked before anybody sees, hears or keeps it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.detectors.phrase import PhraseHit
from alerts.findings import Finding
from alerts.masking.call_masker import CallMasker, MaskedWords
from config.privacy import Keeping, PrivacySettings
from service.call_outlet import CallOutlet
from service.call_record import CallRecord
from service.transcript import line_of
from streaming.observations import WordsHeard


class CallWords:
    """Utterances in; lines for the transcript and for whoever follows it out."""

    def __init__(
        self,
        record: CallRecord,
        settings: PrivacySettings,
        outlet: CallOutlet,
        hear: Callable[[MaskedWords], None],
    ) -> None:
        self._record, self._outlet, self._hear = record, outlet, hear
        self._masker = CallMasker(settings.patterns)

    def take(self, heard: WordsHeard, hits_of: Callable[[WordsHeard], Sequence[PhraseHit]]) -> None:
        """An utterance in its newest revision; with it others in which digits turned out to be part of a number."""
        for masked in self._masker.hear(heard):
            self._hear(masked)
            line = line_of(self._record.call_id, masked, hits_of(masked.spoken))
            self._record.transcript.take(line)
            self._outlet.transcript(line)

    def masked(self, finding: Finding) -> Finding:
        """The finding as it may be shown and kept."""
        evidence = finding.evidence
        if evidence.text is None:
            return finding
        if self._record.keeping is Keeping.NO_WORDS:
            return replace(finding, evidence=replace(evidence, text=None))
        return replace(finding, evidence=replace(evidence, text=self._masker.text(evidence.text, evidence.to_ms)))
