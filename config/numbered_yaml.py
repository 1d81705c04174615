"""YAML whose every value still knows its line, so that a fault can be shown where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Where = tuple[str | int, ...]


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
    before = len(faults)
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{file}: cannot be read ({type(error).__name__}); save it as UTF-8 text")
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        faults.append(f"{file}, line {line}: is not YAML; check indentation, quotes and colons")
        return None
    lines: dict[Where, int] = {}
    content = None if node is None else _plain(node, (), lines, file, faults)
    return NumberedYaml(file, content, lines) if len(faults) == before else None


def _plain(node: yaml.Node, where: Where, lines: dict[Where, int], file: Path, faults: list[str]) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        content: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in content:
                faults.append(f"{file}, line {key_node.start_mark.line + 1}: {key} stands here twice; take one out")
            lines[(*where, key)] = key_node.start_mark.line + 1
            content[key] = _plain(value_node, (*where, key), lines, file, faults)
        return content
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*where, number), lines, file, faults) for number, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return node.value  # every value of a pack is a text, so `no` and `1` stay what was written
