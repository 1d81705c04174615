"""The settings looked at without a node: what is wrong is named with its cure, and nothing is left behind."""

import os
import socket
from pathlib import Path

from pydantic import SecretStr

from config.pbx import PbxFeed, PbxSettings
from config.settings import Settings
from service.doctor.configured import configured_findings
from service.doctor.finding import Finding, State
from tests.fakes.pbx_servers import PASSWORD, USER, AmiServer


async def found(settings: Settings) -> dict[str, Finding]:
    return {each.what: each async for each in configured_findings(settings)}


async def test_a_sound_installation_has_nothing_wrong(tmp_path: Path) -> None:
    said = await found(Settings(data_dir=tmp_path / "new", language="ko", http_port=0, audiosocket_port=0))
    assert {each.state for each in said.values()} <= {State.GOOD, State.NOTE}
    assert said["model"].state is State.GOOD
    assert "does not exist yet" in said["store"].found
    assert os.listdir(tmp_path) == []


async def test_each_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "earshot.db").write_text("no database at all, and long enough to be looked at as one" * 9)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = await found(
            Settings(
                data_dir=tmp_path,
                model=tmp_path / "nowhere",
                redis_url=SecretStr(f"redis://127.0.0.1:{port + 1 if port < 65_535 else port - 1}/0"),
                http_port=port,
            )
        )
    assert [name for name, each in said.items() if each.state is State.WRONG] == ["model", "store", "redis"]
    assert "cannot be opened" in said["http port"].found
    assert all(each.cure for each in said.values() if each.state is not State.GOOD)


async def test_a_pbx_is_logged_in_to_and_refusals_are_told_apart() -> None:
    async with AmiServer() as pbx:
        feeds = [
            PbxFeed(name=name, kind="asterisk_ami", url=url, user=USER, password=SecretStr(secret))
            for name, url, secret in (
                ("right", pbx.url, PASSWORD),
                ("wrong", pbx.url, "guess"),
                ("gone", "tcp://127.0.0.1:1", PASSWORD),
            )
        ]
        for feed, state, words in zip(
            feeds,
            (State.GOOD, State.WRONG, State.WRONG),
            ("logged in", "refused", "cannot connect"),
            strict=True,
        ):
            said = await found(Settings(http_port=0, audiosocket_port=0, pbx=PbxSettings(feeds=(feed,), answer_s=3)))
            finding = said[f"telephone system {feed.name}"]
            assert (finding.state, words in finding.found) == (state, True), finding
