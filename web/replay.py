"""A place in a call played again for one listener, at real time, until it reaches what is live."""

from collections.abc import AsyncIterator, Awaitable, Callable

from streaming.frames import FRAME_BYTES, FRAME_MS, Leg
from web.listen_frame import FLAG_REPLAY, encode
from web.sources import Calls, CallView

_CHUNK_MS = 2_000  # read from the ring at a time
_LEGS = (Leg.AGENT, Leg.CUSTOMER)
_AHEAD_MS = 60  # sent ahead of real time, so that the player's ring never runs dry


async def replay(
    calls: Calls,
    call: CallView,
    from_ms: int,
    zero_ms: float,
    sleep_until_ms: Callable[[int], Awaitable[None]],
    *,
    bleeped: bool = False,
) -> AsyncIterator[bytes]:
    """Frames from `from_ms` (or the oldest kept) on, with the replay flag and numbers of their own.

    `zero_ms` is the epoch time of the call's zero. `sleep_until_ms` waits until so many milliseconds of replay
    should have been played. `bleeped`: for somebody who may not hear numbers. Ends where nothing more is kept: that is
    now. Raises UnknownCallError.
    """
    seq, at_ms = 0, from_ms
    while True:
        begin_ms, legs = await calls.audio(call.call_id, at_ms, at_ms + _CHUNK_MS, _LEGS, bleeped=bleeped)
        if not legs or len(legs[0]) < FRAME_BYTES:
            if seq > 0 or at_ms > call.duration_ms:
                await sleep_until_ms(seq * FRAME_MS)  # until the last frame has been played
                return
            at_ms += _CHUNK_MS  # so old that it is not kept any more
            continue
        at_ms = begin_ms
        for start in range(0, len(legs[0]) - FRAME_BYTES + 1, FRAME_BYTES):
            await sleep_until_ms(seq * FRAME_MS - _AHEAD_MS)
            agent, customer = (leg[start : start + FRAME_BYTES] for leg in legs)
            yield encode(seq, zero_ms + at_ms, agent, customer, FLAG_REPLAY)
            seq, at_ms = seq + 1, at_ms + FRAME_MS
