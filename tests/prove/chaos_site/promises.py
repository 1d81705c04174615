"""What a site promised, looked at afterwards: what is stored, what was acknowledged, what each console was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.prove.chaos_site.console import CountingConsole
from tests.prove.chaos_site.notes import NoteWriter


@dataclass(slots=True)
class Kept:
    """How much was stored and told. `faults` is empty when all promises were kept."""

    changes: int = 0
    told: int = 0
    notes: int = 0
    reconnects: int = 0
    moves: int = 0
    told_again: int = 0  # shown unstored, then by another node
    faults: list[str] = field(default_factory=list)

    def compare(
        self, stored: Mapping[tuple[str, int], int], watching: Sequence[CountingConsole], notes: NoteWriter
    ) -> None:
        """`stored`: the sequence of each version of an alert that the database holds."""
        self.changes, self.notes = len(stored), len(notes.acknowledged)
        if forgotten := [key for key in notes.acknowledged if key not in stored]:
            self.faults.append(f"{len(forgotten)} acknowledged notes are not stored")
        for number, console in enumerate(watching):
            self.told += len(console.told)
            self.reconnects += console.reconnects
            self.told_again += console.repeated_unstored
            told = {(alert_id, version): cursor for cursor, alert_id, version in console.told}
            lost = [key for key, cursor in told.items() if cursor is not None and stored.get(key) != cursor]
            missed = [key for key, at in stored.items() if at > (console.first_cursor or 0) and key not in told]
            faults = [*console.faults]
            faults += [f"{len(lost)} told changes are not stored"] if lost else []
            faults += [f"{len(missed)} stored changes were never told"] if missed else []
            self.faults += [f"console {number}: {fault}" for fault in faults]
