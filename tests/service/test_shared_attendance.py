"""How a call shows who is in it, by whichever node; and that nothing of that outlives the call."""

from config.settings import Settings
from service.all_calls import AllCalls
from service.bus.alone import Alone
from service.call_board import CallBoard
from service.clock import SystemClock
from streaming.frames import Leg
from tests.fakes.board import KeepingOutlet, board_of
from tests.service.control.several_nodes import NoStore
from web.sources import Announcement, CallEvent, CallEventType
from web.supervision import NO_ABILITIES, Mode


def _calls() -> tuple[AllCalls, CallBoard]:
    board = board_of(Settings(), KeepingOutlet(), SystemClock())
    return AllCalls(board, NoStore(), Alone("here"), recordings=None), board  # type: ignore[arg-type]  # nothing is recorded


async def test_what_another_node_said_goes_with_it() -> None:
    calls, board = _calls()
    board.announce(Announcement(call_id="c-1"))
    board.report("c-1", CallEvent(CallEventType.ANSWERED))
    said = b'["there", [[], []]]'
    await calls.answer(b'{"call_id": "c-1", "what": "attend", "said": ' + _text(said) + b"}")
    await calls.answer(b'{"call_id": "c-1", "what": "voice", "said": ' + _text(b'["there", ["whisper", false]]') + b"}")
    await calls.voice("c-1", Mode.BARGE, clean=True)
    assert calls.attending == {"here", "there"}
    await calls.forget_node("there")
    assert calls.attending == {"here"}
    calls.forget_call("c-1")
    assert calls.attending == set()


async def test_what_is_said_of_a_call_that_is_over_or_unknown_is_not_kept() -> None:
    calls, board = _calls()
    await calls.attend("nobodys", (NO_ABILITIES, ()))
    board.announce(Announcement(call_id="c-1"))
    await calls.report("c-1", CallEvent(CallEventType.ANSWERED, leg=Leg.AGENT))
    await calls.attend("c-1", (NO_ABILITIES, ()))
    assert calls.attending == {"here"}
    board.close_all()
    await calls.attend("c-1", (NO_ABILITIES, ()))
    assert calls.attending == set()


def _text(said: bytes) -> bytes:
    return b'"' + said.replace(b'"', b'\\"') + b'"'
