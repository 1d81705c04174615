"""Nodes, Redis and PostgreSQL as processes of their own, each of which can be killed and started again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.life import EscalationSettings
from tests.fakes.servers import PostgresServer, RedisServer, free_port, running_postgres, running_redis

ESCALATION = EscalationSettings(major_s=3, second_supervisor_s=3, floor_manager_s=6)  # due in the midst of outages
_READY_S = 60


@dataclass(slots=True)
class SiteNode:
    """One `earshot serve` on a port that stays its own."""

    name: str
    environment: dict[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    audiosocket_port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    leaving: bool = False  # told to stop: a balancer that asks /readyz sends it nothing new

    @property
    def http(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_up(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start it (again) and wait until its doors are open."""
        command = [sys.executable, "-m", "service.commands.program", "serve", "--language", "ko"]
        command += [
            "--http-port",
            str(self.port),
            "--audiosocket-port",
            str(self.audiosocket_port),
            "--data-dir",
            str(self.folder),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=log, env={**os.environ, **self.environment}
            )
        async with asyncio.timeout(_READY_S), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    await client.get(f"{self.http}/healthz", timeout=2)
                except httpx.HTTPError:
                    if not self.is_up:
                        raise RuntimeError("the node did not start: " + self.errors()[-1]) from None
                    await asyncio.sleep(0.1)
                else:
                    return

    async def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None and self.is_up:
            self.process.kill()
            await self.process.wait()

    def errors(self) -> list[str]:
        """What its log reports as errors."""
        lines = (self.folder / "log").read_text(errors="replace").splitlines()
        return [line for line in lines if '"level": "error"' in line or "Traceback" in line] or ["nothing"]


@dataclass(slots=True)
class Site:
    """Everything that may be killed."""

    nodes: list[SiteNode]
    redis: RedisServer
    postgres: PostgresServer
    database_url: str

    @property
    def plain_url(self) -> str:
        """The database's address as its own programs write it."""
        return self.database_url.replace("+psycopg", "")

    def living(self) -> list[SiteNode]:
        """The nodes that are up and stay."""
        return [node for node in self.nodes if node.is_up and not node.leaving]


@asynccontextmanager
async def running_site(
    folder: Path, nodes: int, *, append_only: bool, own: Sequence[Mapping[str, str]] = ()
) -> AsyncIterator[Site]:
    """All of it until the block ends; `own` is environment of the first nodes alone.

    Calls are judged by sound alone: this is about not losing, not about hearing.
    """
    with ExitStack() as servers:
        redis = servers.enter_context(running_redis(append_only=append_only))
        postgres = servers.enter_context(running_postgres())
        url = postgres.new_database()
        environment = {
            "EARSHOT_DATABASE_URL": url,
            "EARSHOT_REDIS_URL": redis.url,
            "EARSHOT_RECOGNITION__ENABLED": "false",
            "EARSHOT_STORE__LONGEST_BACK_OFF_S": "1",
            "EARSHOT_DESK__ESCALATION__MAJOR_S": str(ESCALATION.major_s),
            "EARSHOT_DESK__ESCALATION__SECOND_SUPERVISOR_S": str(ESCALATION.second_supervisor_s),
            "EARSHOT_DESK__ESCALATION__FLOOR_MANAGER_S": str(ESCALATION.floor_manager_s),
        }
        site = Site([], redis, postgres, url)
        try:
            for number in range(nodes):
                home = folder / f"node-{number}"
                await asyncio.to_thread(home.mkdir)
                further = own[number] if number < len(own) else {}
                site.nodes.append(SiteNode(f"node-{number}", {**environment, **further}, home))
            await asyncio.gather(*(node.start() for node in site.nodes))
            yield site
        finally:
            await asyncio.gather(*(node.kill() for node in site.nodes))


async def cancelled(tasks: list[asyncio.Task[None]]) -> None:
    """End them, whatever they are at."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
