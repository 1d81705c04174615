"""The rule of who ended a call, over every combination of what may be known."""

import itertools

from service.control.hang_up import Ending, HangUpRequest, verdict_on
from streaming.frames import Party


def test_nobody_is_blamed_without_a_genuine_request_of_his_own_channel_or_a_star() -> None:
    requests = [
        None,
        *(
            HangUpRequest(at, at, soft, cause)
            for at in (1_000, 1_500)
            for soft in (True, False)
            for cause in (16, 38, 127)
        ),
    ]
    for agent, customer, star, says, blind in itertools.product(
        requests, requests, (None, 900), (None, "agent", "customer"), (False, True)
    ):
        ending = Ending(1_000, agent, customer, star_ms=star, queue_says=says, blind=blind)  # type: ignore[arg-type]  # product() forgets the literals
        party = verdict_on(ending).party
        if party is Party.AGENT:
            own = agent is not None and not agent.soft and (customer is None or agent.order < customer.order)
            assert own or star is not None
        if party is Party.CUSTOMER:
            assert customer is not None
            assert not customer.soft
            assert agent is None or customer.order <= agent.order
        if blind:
            assert party is Party.UNKNOWN


def test_a_star_long_before_the_end_means_nothing() -> None:
    assert verdict_on(Ending(5_000, star_ms=4_001)).party is Party.AGENT
    assert verdict_on(Ending(5_000, star_ms=4_000)).party is Party.SYSTEM
    assert verdict_on(Ending(5_000, star_ms=5_001)).party is Party.SYSTEM


def test_a_refusal_counts_before_the_answer_only() -> None:
    busy = HangUpRequest(1_000, 1, False, 17)
    assert verdict_on(Ending(1_000, busy, answered=False)).party is Party.AGENT
    assert verdict_on(Ending(1_000, busy)).party is Party.UNKNOWN
