"""Redis as sites run it: behind TLS with a certificate of their own; a main one and a replica watched by Sentinel."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.fakes.servers import free_port, until_works

_SERVICE = "calls"


@dataclass(frozen=True, slots=True)
class WatchedRedis:
    """A main server, its replica and a Sentinel."""

    url: str
    main: subprocess.Popen[bytes]
    sentinel_port: int

    def main_port(self) -> int:
        """Which server is the main one now, as the Sentinel says."""
        with redis.Redis(host="127.0.0.1", port=self.sentinel_port, socket_timeout=2) as sentinel:
            _, port = sentinel.sentinel_get_master_addr_by_name(_SERVICE)
            return int(port)


@contextmanager
def redis_with_tls() -> Iterator[tuple[str, Path]]:
    """Its address without the authority, and the file of the authority that signed its certificate."""
    with tempfile.TemporaryDirectory(prefix="earshot-redis-tls-") as name:
        folder = Path(name)
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2"]
        command += ["-subj", "/CN=earshot test", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(command, check=True, capture_output=True)
        port, cert = free_port(), folder / "cert.pem"
        options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(cert)]
        options += ["--tls-cert-file", str(cert), "--tls-key-file", str(folder / "key.pem")]
        with _server(folder, *options):
            with redis.Redis(host="127.0.0.1", port=port, ssl=True, ssl_ca_certs=str(cert), socket_timeout=2) as client:
                until_works(client.ping, redis.RedisError)
            yield f"rediss://127.0.0.1:{port}/0", cert


@contextmanager
def redis_with_sentinel() -> Iterator[WatchedRedis]:
    """One Sentinel is enough to agree with itself; it gives the main one up after a second."""
    with ExitStack() as stop:
        folders = [Path(stop.enter_context(tempfile.TemporaryDirectory(prefix="earshot-redis-"))) for _ in range(3)]
        main_port, replica_port, sentinel_port = free_port(), free_port(), free_port()
        main = stop.enter_context(_server(folders[0], "--port", str(main_port)))
        replica = ["--port", str(replica_port), "--replicaof", f"127.0.0.1 {main_port}"]
        stop.enter_context(_server(folders[1], *replica))
        (folders[2] / "sentinel.conf").write_text(
            f"port {sentinel_port}\nbind 127.0.0.1\ndir {folders[2]}\n"
            f"sentinel monitor {_SERVICE} 127.0.0.1 {main_port} 1\n"
            f"sentinel down-after-milliseconds {_SERVICE} 1000\nsentinel failover-timeout {_SERVICE} 5000\n"
        )
        stop.enter_context(_running(["redis-server", str(folders[2] / "sentinel.conf"), "--sentinel"]))
        with redis.Redis(host="127.0.0.1", port=sentinel_port, socket_timeout=2) as sentinel:
            until_works(lambda: _sees_replica(sentinel), (redis.RedisError, LookupError))
        yield WatchedRedis(f"sentinel://127.0.0.1:{sentinel_port}/{_SERVICE}", main, sentinel_port)


def _sees_replica(sentinel: redis.Redis) -> None:
    replicas = sentinel.sentinel_slaves(_SERVICE)
    if not any(each["master-link-status"] == "ok" for each in replicas):
        raise LookupError


@contextmanager
def _server(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ["redis-server", "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    with _running([*command, "--repl-diskless-sync-delay", "0", *options]) as process:
        yield process


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
