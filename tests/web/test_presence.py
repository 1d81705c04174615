"""Who listens where, with nodes that come, change their word and fall silent."""

from web.presence import Presence


def test_people_come_and_go() -> None:
    presence = Presence()
    for person in ("wang", None, "li", "li"):
        presence.come("c1", person)
    presence.go("c1", "li")

    assert presence.of("c1") == ["li", "wang", None]
    assert presence.here() == {"c1": ("wang", None, "li")}
    for person in ("wang", None, "li"):
        presence.go("c1", person)
    assert (presence.of("c1"), presence.here(), set(presence.calls())) == ([], {}, set())


def test_another_node_s_word_replaces_what_it_said_before() -> None:
    presence = Presence()
    presence.come("c1", "li")

    assert presence.learn("n2", {"c1": (None,), "c2": ("wang", "zhao")}, 10.0) == {"c1", "c2"}
    assert presence.of("c1") == ["li", None]
    assert presence.learn("n2", {"c1": (None,), "c2": ("zhao", "wang")}, 12.0) == set()
    assert presence.learn("n2", {"c2": ("zhao",)}, 14.0) == {"c1", "c2"}
    assert (presence.of("c1"), presence.of("c2")) == (["li"], ["zhao"])
    assert set(presence.calls()) == {"c1", "c2"}
    assert presence.learn("n2", {}, 16.0) == {"c2"}


def test_a_node_that_falls_silent_has_no_listeners() -> None:
    presence = Presence()
    presence.learn("n2", {"c1": ("li",)}, 10.0)
    presence.learn("n3", {"c1": ("wang",)}, 20.0)

    assert presence.forget_silent(10.0) == set()
    assert presence.forget_silent(11.0) == {"c1"}
    assert presence.of("c1") == ["wang"]
