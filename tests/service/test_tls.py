"""An own certificate: pages and sockets by TLS; a wrong setting is said before anything starts."""

import json
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import trustme
from pydantic import ValidationError
from websockets.asyncio.client import connect

from config.operating import TlsSettings


def _serving(folder: Path, certificate: Path, key: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "service.commands.program", "serve", "--data-dir", str(folder)]
    return subprocess.Popen(
        [*command, "--http-port", "0", "--audiosocket-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "EARSHOT_RECOGNITION__ENABLED": "false",
            "EARSHOT_TLS__CERTIFICATE": str(certificate),
            "EARSHOT_TLS__KEY": str(key),
        },
    )


async def test_pages_and_sockets_by_an_own_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.private_key_pem.write_to_path(key)
    for part in issued.cert_chain_pems:
        part.write_to_path(certificate, append=True)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    process = _serving(tmp_path, certificate, key)
    assert process.stdout is not None
    with process.stdout:
        address = json.loads(process.stdout.readline())["http"]
        assert address.startswith("https://127.0.0.1:")
        async with httpx.AsyncClient(base_url=address, verify=trusted, trust_env=False) as client:
            assert (await client.get("/healthz")).json() == {"alive": True}
        async with connect(address.replace("https", "wss") + "/ws/console", ssl=trusted) as console:
            await console.send(json.dumps({"type": "hello", "topics": ["alerts"]}))
            assert json.loads(await console.recv())["type"] == "snapshot"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/healthz", trust_env=False)  # noqa: ASYNC210  # nobody vouches for this certificate
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_half_a_setting_and_missing_files_are_named(tmp_path: Path) -> None:
    here = tmp_path / "here.pem"
    here.touch()
    with pytest.raises(ValidationError, match="belong together"):
        TlsSettings(certificate=here)
    with pytest.raises(ValidationError, match="is no file"):
        TlsSettings(certificate=here, key=tmp_path / "missing.pem")
