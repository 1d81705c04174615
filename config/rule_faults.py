"""What is said of a fault in a rule, and the finding of rules that wait for each other."""

import difflib
from collections.abc import Mapping, Sequence

from config.numbered_yaml import Where


def cure_of(kind: str, message: str, where: Where, keys: Sequence[str]) -> str:
    """The sentence for a validation error: what to do, not what the validator is called."""
    match kind:
        case "extra_forbidden":
            near = difflib.get_close_matches(str(where[-1]), keys, n=1)
            return "no such key; " + (f"did you mean `{near[0]}`?" if near else "correct or remove it")
        case "missing":
            return "is missing; add it"
        case "too_short" | "string_too_short":
            return "is empty; write at least one"
        case "tuple_type":
            return "must be a list; write [ … ] or one line each with a dash"
        case "model_type" | "dict_type":
            return "must be a mapping of keys and values"
        case _:
            return message.removeprefix("Value error, ")


def circles(waits: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Each circle once, from its first rule on; rules that only lead into one are not named."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in waits:
        way: list[str] = []
        steps = [iter([start])]
        while steps:
            following = next(steps[-1], None)
            if following is None:
                steps.pop()
                if way:
                    done.add(way.pop())
            elif following in way:
                found.append(tuple(way[way.index(following) :]))
            elif following not in done:
                way.append(following)
                steps.append(iter(waits.get(following, ())))
    return found
