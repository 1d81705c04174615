"""What goes wrong on purpose while calls run: each fault is done, undone, and all is well again before the next."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from service.bench.own_node import Node
from service.bench.processes import tree_of
from tests.prove.chaos_site.site import Site, SiteNode
from tests.prove.neighbours import (
    Neighbour,
    flooding_pbx,
    killed_browsers,
    racing_pbxes,
    silent_pbxes,
    slow_consoles,
    slow_listeners,
)

_BESIDE_S = 12.0  # so long a bad neighbour stays

Fault = Callable[[Site, random.Random], Awaitable[None]]


def as_node(site_node: SiteNode) -> Node:
    """The node as the bad neighbours know one."""
    assert site_node.process is not None
    return Node(site_node.http, site_node.audiosocket_port, site_node.process)


async def worker_killed(site: Site, chance: random.Random) -> None:
    """A recogniser's process dies in the midst of speech."""
    process = site.nodes[0].process
    assert process is not None
    nursery = {pid for pid in tree_of(process.pid) if pid != process.pid}
    workers = sorted(pid for pid in nursery if not _children(pid, nursery))
    if not workers:
        raise RuntimeError("there is no worker to kill")
    os.kill(chance.choice(workers), signal.SIGKILL)


async def redis_restarted(site: Site, chance: random.Random) -> None:
    """Redis is killed with all it holds, and is back within seconds."""
    await asyncio.to_thread(site.redis.kill)
    await asyncio.sleep(chance.uniform(0.5, 4.0))
    await asyncio.to_thread(site.redis.start)


async def database_restarted(site: Site, chance: random.Random) -> None:
    """PostgreSQL is killed, and is back within seconds."""
    await asyncio.to_thread(site.postgres.kill)
    await asyncio.sleep(chance.uniform(0.5, 2.0))
    await asyncio.to_thread(site.postgres.start)


async def node_killed(site: Site, chance: random.Random) -> None:
    """The second node dies as in a power cut, and is started again."""
    await site.nodes[1].kill()
    await asyncio.sleep(chance.uniform(0.5, 2.0))
    await site.nodes[1].start()


async def node_restarted(site: Site, chance: random.Random) -> None:
    """The second node is told to stop: its calls move to the first; then it is started again."""
    node, process = site.nodes[1], site.nodes[1].process
    assert process is not None
    node.leaving = True
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        await process.wait()
    if process.returncode:
        raise RuntimeError(f"a drained node ended with {process.returncode}")
    await node.start()
    node.leaving = False


def _beside(neighbour: Neighbour) -> Fault:
    async def stays(site: Site, chance: random.Random) -> None:
        async with neighbour(as_node(chance.choice(site.nodes))):
            await asyncio.sleep(_BESIDE_S)

    return stays


FAULTS: dict[str, Fault] = {
    "a worker killed": worker_killed,
    "Redis killed and restarted": redis_restarted,
    "PostgreSQL killed and restarted": database_restarted,
    "a node killed": node_killed,
    "a node restarted in order": node_restarted,
    "5 consoles that never read": _beside(slow_consoles),
    "5 listeners that never read": _beside(slow_listeners),
    "5 browsers killed again and again": _beside(killed_browsers),
    "5 PBXes that fall silent in mid-frame": _beside(silent_pbxes),
    "5 PBXes ten times too fast": _beside(racing_pbxes),
    "a PBX that floods": _beside(flooding_pbx),
}


def _children(pid: int, among: set[int]) -> set[int]:
    found = set()
    for each in among:
        try:
            parent = int(Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            found.add(each)
    return found
