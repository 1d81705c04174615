"""How much memory another process may take here: what the machine has left, and what our control group allows."""

from pathlib import Path

_UNKNOWN = 1 << 62
"""Where nothing can be read nothing is refused."""


def free_memory_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int:
    """The smallest of MemAvailable (proc(5)) and, of this control group and those above, memory.max less what is used.

    What a group has only cached counts as free, as MemAvailable counts it for the machine.
    """
    return min([_of_machine(proc), *(_of_group(each) for each in _own_groups(proc, groups))])


def _of_machine(proc: Path) -> int:
    for line in _lines(proc / "meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return _UNKNOWN


def _own_groups(proc: Path, groups: Path) -> list[Path]:
    own = next((line[3:].strip("/") for line in _lines(proc / "self" / "cgroup") if line.startswith("0::")), "")
    folder = groups / own
    return [each for each in (folder, *folder.parents) if each.is_relative_to(groups)]


def _of_group(folder: Path) -> int:
    limit, used = _lines(folder / "memory.max"), _lines(folder / "memory.current")
    if not limit or not used or limit[0] == "max":
        return _UNKNOWN
    cached = next(
        (int(each.split()[1]) for each in _lines(folder / "memory.stat") if each.startswith("inactive_file")), 0
    )
    return max(0, int(limit[0]) - int(used[0]) + cached)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
