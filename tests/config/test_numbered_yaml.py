"""YAML that knows its lines."""

from pathlib import Path

from config.numbered_yaml import read_numbered_yaml


def test_plain_texts_and_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("rules:\n  - id: no\n    phrases: [1, ~]\n  - id: two\n", encoding="utf-8")
    document = read_numbered_yaml(file, [])
    assert document is not None
    assert document.content == {"rules": [{"id": "no", "phrases": ["1", None]}, {"id": "two"}]}
    assert document.line_of(("rules", 1, "id")) == 4
    assert document.line_of(("rules", 0, "phrases", 1)) == 3
    assert document.line_of(("rules", 0, "missing")) == 2
    assert document.line_of(("nowhere",)) == 1


def test_each_fault_names_file_line_and_cure(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    faults: list[str] = []
    file.write_text("rules:\n  id: one\n  id: two\n", encoding="utf-8")
    assert read_numbered_yaml(file, faults) is None
    file.write_text("rules:\n  - [\n", encoding="utf-8")
    assert read_numbered_yaml(file, faults) is None
    file.write_bytes(b"\xff\xfe\xff")
    assert read_numbered_yaml(file, faults) is None
    assert read_numbered_yaml(tmp_path / "none.yaml", faults) is None
    assert [fault.removeprefix(str(tmp_path)) for fault in faults] == [
        "/a.yaml, line 3: id stands here twice; take one out",
        "/a.yaml, line 3: is not YAML; check indentation, quotes and colons",
        "/a.yaml: cannot be read (UnicodeDecodeError); save it as UTF-8 text",
        "/none.yaml: cannot be read (FileNotFoundError); save it as UTF-8 text",
    ]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("", encoding="utf-8")
    document = read_numbered_yaml(file, [])
    assert document is not None
    assert document.content is None


def test_what_could_grow_without_end_is_refused(tmp_path: Path) -> None:
    faults: list[str] = []
    file = tmp_path / "a.yaml"
    for text in (
        "a: &a [1]\nb: *a\n",
        "? [1, 2]\n: b\n",
        "a: {<<: {b: 1}}\n",
        "[" * 5_000,
        "x: " + "y" * 4_000_001,
    ):
        file.write_text(text, encoding="utf-8")
        assert read_numbered_yaml(file, faults) is None
    assert [fault.removeprefix(str(file)) for fault in faults] == [
        ", line 1: is used again by an alias (*); write it out",
        ", line 1: is no name for a value; write a word and a colon",
        ", line 1: is no name for a value; write a word and a colon",
        ": is nested too deeply; write it flatter",
        ": is longer than 4000000 bytes; split it over the topics",
    ]
