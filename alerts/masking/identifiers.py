"""Which pieces of a text are numbers that belong to somebody: phone, card, account, code; amounts and dates are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.masking import number_words as said
from alerts.masking.atoms import Atom, Sort

_PLAIN = 4  # digits read one by one: so many are an identifier even where nothing says so
_GROWING = 3  # at the end of what was heard so many may become one
_NEAR = 2  # so many where a number was asked for, or is being dictated
_WRITTEN_COUNT = 9  # figures with a unit behind them are an amount up to this length
_MOST_FILLERS = 2
_MOST_LETTERS = 2  # in front of the digits

_IN_A_RUN = frozenset((Sort.DIGITS, Sort.PAIR, Sort.TIMES, Sort.LETTER, Sort.SOUND_LIKE))


@dataclass(frozen=True, slots=True)
class Run:
    """Digits one after the other, with what stands around them. `leads` and `trails`: nothing but fillers outside."""

    atoms: tuple[Atom, ...]
    singles: int
    total: int
    leads: bool
    trails: bool
    near_cue: bool
    ordinary: bool
    short: bool  # ordinary for being a short figure and nothing else: it may belong to a number told in pieces
    public: bool
    sign: Atom | None  # a letter right behind: an identity number's last X, where the digits are one's end
    doubtful: bool  # "oh", 삼일: a sigh and three days, unless a number is being said

    @property
    def digit_atoms(self) -> tuple[Atom, ...]:
        """What is hidden when the run is an identifier."""
        return tuple(atom for atom in self.atoms if atom.sort is not Sort.FILLER)


def runs_of(atoms: Sequence[Atom]) -> list[Run]:
    """All runs of digits of a text, in order."""
    runs: list[Run] = []
    at = 0
    while at < len(atoms):
        end = _end_of_run(atoms, at)
        if end == at:
            at += 1
            continue
        run = _run(atoms, at, end)
        if run is not None:
            runs.append(run)
        at = end
    return runs


def is_identifier(run: Run, *, near: bool, before: int = 0, partial: bool = False) -> bool:
    """Whether the run is somebody's number.

    `near`: a number was asked for or is being dictated; `before`: digits that the same voice said just before it;
    `partial`: the speech goes on, so that 110 may become the beginning of anything.
    """
    if partial and run.trails and run.singles >= _GROWING:
        return True
    if (run.ordinary and not (run.short and before >= _GROWING)) or (run.public and not before):
        return False
    near = near or run.near_cue
    if run.doubtful and not before and not (near and run.singles >= _NEAR):
        return False
    singles, total = run.singles + before, run.total + before
    if singles >= _PLAIN or (singles and total >= _PLAIN + 2):
        return True
    if run.trails and singles >= _GROWING:
        return True
    if near:
        alone = run.leads and run.trails
        return run.singles >= _NEAR or (alone and run.singles > 0) or (run.singles > 0 and run.total >= _PLAIN)
    return False


def identifiers_as_written(atoms: Sequence[Atom]) -> list[Atom]:
    """E-mail addresses and numbers with letters in them, as they are written."""
    return [atom for atom in atoms if atom.sort is Sort.IDENTIFIER]


def _end_of_run(atoms: Sequence[Atom], start: int) -> int:
    if atoms[start].sort not in (Sort.DIGITS, Sort.PAIR, Sort.TIMES):
        return start
    end, fillers = start + 1, 0
    for index in range(start + 1, len(atoms)):
        sort = atoms[index].sort
        if sort is Sort.FILLER:
            fillers += 1
            if fillers > _MOST_FILLERS:
                break
            continue
        if sort not in _IN_A_RUN:
            break
        if sort in (Sort.DIGITS, Sort.PAIR, Sort.TIMES):
            end = index + 1
        fillers = 0
    return end


def _run(atoms: Sequence[Atom], start: int, end: int) -> Run | None:
    begin, stop = start, end
    after = atoms[stop].sort if stop < len(atoms) else None
    before = atoms[begin - 1].sort if begin else None
    if after is Sort.SCALE:  # the last digit belongs to 三百 / three hundred
        stop -= 1
    if before is Sort.SCALE and stop > begin:  # and the first to 百零三
        begin += 2 if atoms[begin].digits == "0" else 1
    inside = atoms[begin:stop]
    if not any(atom.sort is Sort.DIGITS for atom in inside):
        return None
    digits = "".join(atom.digits for atom in inside)
    singles = sum(len(atom.digits) for atom in inside if atom.sort is Sort.DIGITS)
    singles += sum(1 for atom in inside if atom.sort is Sort.TIMES)
    oh_only = singles == 1 and all(atom.digits == "0" and atom.to_char - atom.from_char <= 2 for atom in inside)
    if any(atom.sort is Sort.SOUND_LIKE for atom in inside) and singles < _PLAIN:
        return None  # "nine to five" is no number
    short = _is_short_figure(atoms, begin, stop)
    total = singles + sum(len(atom.digits) for atom in inside if atom.sort is Sort.PAIR)
    leads = all(atom.sort is Sort.FILLER for atom in atoms[:begin])
    trails = all(atom.sort is Sort.FILLER for atom in atoms[stop:])
    return Run(
        atoms=tuple(_with_letters(atoms, begin, stop) if singles > _PLAIN else inside),
        singles=singles,
        total=total,
        leads=leads,
        trails=trails,
        near_cue=any(atom.sort is Sort.CUE for atom in atoms[:begin]),
        ordinary=_is_ordinary(atoms, begin, stop, singles) or short,
        short=short,
        public=digits in said.PUBLIC_NUMBERS and not _is_mixed(inside),
        sign=atoms[stop] if stop < len(atoms) and atoms[stop].sort is Sort.LETTER else None,
        doubtful=oh_only or all(_is_korean_day(atom) for atom in inside),
    )


def _is_mixed(inside: Sequence[Atom]) -> bool:
    """Whether the run holds anything but plain digits."""
    return any(atom.sort not in (Sort.DIGITS, Sort.FILLER) for atom in inside)


def _with_letters(atoms: Sequence[Atom], begin: int, stop: int) -> Sequence[Atom]:
    """A passport's first letter, an IBAN's first two, an identity number's last X."""
    for _ in range(_MOST_LETTERS):
        if begin and atoms[begin - 1].sort is Sort.LETTER:
            begin -= 1
    if stop < len(atoms) and atoms[stop].sort is Sort.LETTER:
        stop += 1
    return atoms[begin:stop]


def _is_ordinary(atoms: Sequence[Atom], begin: int, stop: int, singles: int) -> bool:
    inside = [atom for atom in atoms[begin:stop] if atom.sort is not Sort.FILLER]
    before = atoms[begin - 1] if begin else None
    after = atoms[stop] if stop < len(atoms) else None
    written = not inside[0].spelled
    if after is not None and after.sort is Sort.UNIT:
        return singles <= (_WRITTEN_COUNT if written else _PLAIN)
    if Sort.POINT in {each.sort for each in (before, after) if each is not None}:
        return singles <= _PLAIN
    if written and len(inside) == 1 and not _is_short_figure(atoms, begin, stop):
        return _is_plain_figure(inside[0].digits)
    if len(inside) == 3 and inside[1].digits == "0" and all(len(atom.digits) == 1 for atom in inside):
        return before is not None and before.sort is Sort.BEFORE_TIME  # at nine oh five
    return False


def _is_short_figure(atoms: Sequence[Atom], begin: int, stop: int) -> bool:
    """One figure too short to be anybody's, nothing counted with it, no decimal point beside it."""
    inside = [atom for atom in atoms[begin:stop] if atom.sort is not Sort.FILLER]
    beside = {atoms[place].sort for place in (begin - 1, stop) if 0 <= place < len(atoms)}
    return (
        len(inside) == 1
        and not inside[0].spelled
        and len(inside[0].digits) < _PLAIN
        and not beside & {Sort.POINT, Sort.UNIT}
    )


def _is_plain_figure(figure: str) -> bool:
    """A year, or a round number, or one too short to be anybody's."""
    is_year = len(figure) == 4 and figure[:2] in ("19", "20")
    return len(figure) < _PLAIN or is_year or (len(figure) <= 7 and figure.endswith("00"))


def _is_korean_day(atom: Atom) -> bool:
    """이일, 삼일: two days, three days."""
    return atom.to_char - atom.from_char == 2 and len(atom.digits) == 2 and atom.digits[1] == "1" and atom.spelled
