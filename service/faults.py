"""Where an unexpected error happened, without its text: exception texts may hold what was said on a call."""

import traceback
from pathlib import PurePath


def place_of(error: BaseException) -> str:
    """`file.py:line` of the innermost frame, for logs."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown"
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}"
