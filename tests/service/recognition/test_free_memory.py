"""Memory left, as the kernel's files tell it."""

from pathlib import Path

from service.recognition.free_memory import free_memory_bytes


def _kernel(root: Path, available_kb: int, group: str = "") -> tuple[Path, Path]:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable: {available_kb} kB\n", encoding="ascii")
    (root / "proc/self/cgroup").write_text(f"0::/{group}\n", encoding="ascii")
    (root / "groups" / group).mkdir(parents=True)
    return root / "proc", root / "groups"


def _limit(folder: Path, limit: str, used: int, cached: int) -> None:
    (folder / "memory.max").write_text(f"{limit}\n", encoding="ascii")
    (folder / "memory.current").write_text(f"{used}\n", encoding="ascii")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\n", encoding="ascii")


def test_without_a_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    proc, groups = _kernel(tmp_path, 1000, "system.slice/earshot.service")
    assert free_memory_bytes(proc, groups) == 1000 * 1024
    _limit(groups / "system.slice", "max", 7, 0)
    assert free_memory_bytes(proc, groups) == 1000 * 1024


def test_a_limit_of_our_group_or_one_above_counts(tmp_path: Path) -> None:
    proc, groups = _kernel(tmp_path, 1000, "system.slice/earshot.service")
    _limit(groups / "system.slice", "90000", 60_000, 10_000)
    assert free_memory_bytes(proc, groups) == 40_000
    _limit(groups / "system.slice/earshot.service", "50000", 70_000, 0)
    assert free_memory_bytes(proc, groups) == 0
    _limit(groups, "20", 0, 0)  # a container sees its own group as the root
    assert free_memory_bytes(proc, groups) == 0


def test_where_nothing_can_be_read_nothing_is_refused(tmp_path: Path) -> None:
    assert free_memory_bytes(tmp_path, tmp_path) > 1 << 60
    assert 0 < free_memory_bytes() < 1 << 50
