"""Which channel is the agent's."""

import pytest

from service.control.agent_places import AgentPlaces, ChannelName, name_parts, other_half
from tests.service.control.replays import feed_of


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("PJSIP/1007-0000002a", ("PJSIP", "1007", "", "")),
        ("SIP/trunk-east-0000002a", ("SIP", "trunk-east", "", "")),
        ("Local/1007@agents-0000003f;1", ("Local", "1007", "agents", ";1")),
        ("Local/1007@from-queue-0000003f;2", ("Local", "1007", "from-queue", ";2")),
        ("Snoop/1795412287.215-00000009", ("Snoop", "1795412287.215", "", "")),
        ("", ("", "", "", "")),
        ("no slash", ("", "no slash", "", "")),
    ],
)
def test_names_are_taken_apart(name: str, parts: tuple[str, ...]) -> None:
    assert name_parts(name) == ChannelName(*parts)


def test_the_other_half_of_a_local_channel() -> None:
    assert other_half("Local/a@b-0;1") == "Local/a@b-0;2"
    assert other_half("Local/a@b-0;2") == "Local/a@b-0;1"
    assert other_half("PJSIP/a-0") is None


def test_extension_context_or_queue() -> None:
    places = AgentPlaces(feed_of("asterisk_ami", agent_extensions=r"10\d\d", agent_contexts=("agents",)))
    for name, by_queue, agent in (
        ("PJSIP/1007-0000002a", False, True),
        ("PJSIP/10077-0000002a", False, False),
        ("Local/x@agents-0000002a;1", False, True),
        ("PJSIP/trunk-0000002a", True, True),
        ("PJSIP/trunk-0000002a", False, False),
        ("Snoop/1007-0000002a", True, False),
    ):
        assert places.is_agent(name_parts(name), by_queue) is agent
    assert not AgentPlaces(feed_of("asterisk_ami", agent_extensions=None)).is_extension("")
