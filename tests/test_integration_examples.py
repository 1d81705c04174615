"""The example with an Asterisk: its files fit each other, and Earshot's side of it is right."""

import re
from pathlib import Path

import yaml

from config.load import load_settings

_ROOT = Path(__file__).parents[1]
_FOLDER = _ROOT / "docs" / "integrations" / "examples" / "asterisk"
_SERVICE_KEYS = {
    "build", "image", "command", "network_mode", "restart", "init", "read_only", "tmpfs", "cap_drop", "security_opt",
    "stop_grace_period", "depends_on", "volumes",
}  # fmt: skip  # of the compose specification


def _sections(name: str) -> dict[str, dict[str, str]]:
    """A file of Asterisk: sections (those of one name joined), `key = value`, `exten => …` left out."""
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        text = line.split(";", 1)[0].strip()
        if section := re.match(r"\[([^\]]+)\]", text):
            current = found.setdefault(section[1], {})
        elif "=>" not in text and "=" in text:
            key, _, value = text.partition("=")
            current[key.strip()] = value.strip()
    return found


def test_earshots_side_follows_taps_and_controls_that_asterisk() -> None:
    (feed,) = load_settings(_FOLDER / "earshot.yaml").pbx.feeds
    http, ari = _sections("http.conf")["general"], _sections("ari.conf")
    assert feed.url == f"http://{http['bindaddr']}:{http['bindport']}"
    assert ari[feed.user] == {"type": "user", "read_only": "no", "password": feed.password.get_secret_value()}
    dialplan = (_FOLDER / "extensions.conf").read_text("utf-8")
    assert f"[{feed.take_over_context}]\nexten => s,1,Bridge(${{EARSHOT_CUSTOMER}})" in dialplan
    assert feed.taps is not None
    assert feed.taps.carry == "audiosocket"
    telephones = _sections("pjsip.conf")
    members = re.findall(r"^member => PJSIP/(\w+)$", (_FOLDER / "queues.conf").read_text("utf-8"), re.MULTILINE)
    assert members
    for member in members:
        assert member in telephones
        assert feed.agent_extensions is not None
        assert re.fullmatch(feed.agent_extensions, member)
    assert feed.dial.replace("{extension}", "2001") == "PJSIP/2001"
    assert "2001" in telephones


def test_compose_names_only_what_there_is() -> None:
    compose = yaml.safe_load((_FOLDER / "compose.yaml").read_text("utf-8"))
    assert set(compose) == {"services", "volumes"}
    for service in compose["services"].values():
        assert set(service) <= _SERVICE_KEYS
        for volume in service["volumes"]:
            source, target, *_ = volume.split(":")
            assert target.startswith("/")
            assert (_FOLDER / source).is_file() if source.startswith("./") else source in compose["volumes"]
    earshot = compose["services"]["earshot"]
    assert (_FOLDER / earshot["build"]).resolve() == _ROOT
    assert earshot["depends_on"] == ["asterisk"]
    mounted = [volume.split(":")[0] for volume in compose["services"]["asterisk"]["volumes"]]
    files = {f"./{path.name}" for path in _FOLDER.glob("*.conf")}
    assert set(mounted) == files


def test_the_media_socket_and_the_manager_are_the_ones_we_speak() -> None:
    client = _sections("websocket_client.conf")["earshot"]
    assert (client["protocols"], client["uri"]) == ("media", "ws://127.0.0.1:8000/ingest/asterisk")
    written = {each.strip() for each in _sections("manager.conf")["earshot"]["write"].split(",")}
    assert {"originate", "call"} <= written
