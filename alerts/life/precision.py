"""How far people's marks say that a rule is right: a share with its bounds, and whether it may go on speaking."""

from dataclasses import dataclass
from math import sqrt

from config.life import FeedbackSettings

_Z = 1.959963984540054  # the normal distribution's 97.5 % point: bounds that hold in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share, both 0..1."""

    lower: float
    upper: float


def wilson(right: int, marks: int) -> Interval:
    """The Wilson score interval of `right` out of `marks`; everything is possible where there are none.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike the plain interval it holds for few marks and extreme shares.
    """
    if marks == 0:
        return Interval(0.0, 1.0)
    share = right / marks
    spread = _Z * sqrt(share * (1 - share) / marks + _Z * _Z / (4 * marks * marks))
    middle = share + _Z * _Z / (2 * marks)
    whole = 1 + _Z * _Z / marks
    return Interval(max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


def goes_silent(right: int, marks: int, settings: FeedbackSettings) -> bool:
    """Whether the rule is surely right less often than the floor allows."""
    return marks >= settings.least_marks and wilson(right, marks).upper < settings.floor_ratio
