"""YAML whose every value still knows its line, so that a fault can be shown where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Where = tuple[str | int, ...]
_LONGEST_BYTES = 4_000_000  # ten thousand rules


@dataclass(frozen=True, slots=True)
class NumberedYaml:
    """Plain content of a file, and the line of each value by its way from the root."""

    file: Path
    content: Any
    lines: dict[Where, int]

    def line_of(self, where: Where) -> int:
        """Line (from 1) of the value, or of the nearest one around it that the file holds."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read_numbered_yaml(file: Path, faults: list[str]) -> NumberedYaml | None:
    """The file's content, or None with what is wrong added to `faults` (file, line, cure)."""
    try:
        if file.stat().st_size > _LONGEST_BYTES:
            faults.append(f"{file}: is longer than {_LONGEST_BYTES} bytes; split it over the topics")
            return None
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{file}: cannot be read ({type(error).__name__}); save it as UTF-8 text")
        return None
    return numbered_yaml_of(file, text, faults)


def numbered_yaml_of(file: Path, text: str, faults: list[str]) -> NumberedYaml | None:
    """The content of a text that faults call `file`, or None with what is wrong added to them."""
    before = len(faults)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        faults.append(f"{file}, line {line}: is not YAML; check indentation, quotes and colons")
        return None
    except RecursionError:
        faults.append(f"{file}: is nested too deeply; write it flatter")
        return None
    lines: dict[Where, int] = {}
    content = None if node is None else _Reading(file, lines, faults).plain(node, ())
    return NumberedYaml(file, content, lines) if len(faults) == before else None


class _Reading:
    """One walk over a composed file."""

    def __init__(self, file: Path, lines: dict[Where, int], faults: list[str]) -> None:
        self._file, self._lines, self._faults = file, lines, faults
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, where: Where) -> Any:
        """The node's value; every value of a pack is a text, so `no` and `1` stay what was written."""
        self._lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in self._seen:  # an alias would be followed for ever, or grow beyond all bounds
            self._faults.append(
                f"{self._file}, line {node.start_mark.line + 1}: is used again by an alias (*); write it out"
            )
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*where, number)) for number, item in enumerate(node.value)]
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                self._faults.append(f"{self._file}, line {line}: is no name for a value; write a word and a colon")
                continue
            if key in content:
                self._faults.append(f"{self._file}, line {line}: {key} stands here twice; take one out")
            self._lines[(*where, key)] = line
            content[key] = self.plain(value_node, (*where, key))
        return content
