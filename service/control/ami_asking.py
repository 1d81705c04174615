"""Asks an Asterisk's manager interface (AMI) over the link that its events come by."""

import asyncio
import itertools
from collections.abc import Iterable

from service.control.follower import LinkError
from service.control.text_link import TextLink
from streaming.wire.ami import AmiEvent, AmiMessage, encode_action
from web.supervision import ControlFailedError

_WAITING_LIMIT = 1_000  # answers on their way; more means that the other side answers nothing


class AmiAsking:
    """Answers find their questions by ActionID. Events are none of its business."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self._link: TextLink[AmiEvent] | None = None
        self._waiting: dict[str, asyncio.Future[AmiMessage]] = {}
        self._numbers = itertools.count(1)

    @property
    def is_linked(self) -> bool:
        """Whether anything can be asked now."""
        return self._link is not None

    def linked(self, link: TextLink[AmiEvent]) -> None:
        """The link is made and logged in."""
        self._link = link

    def lost(self) -> None:
        """It is gone, and with it every answer."""
        self._link = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LinkError("the link was lost before the answer"))
        self._waiting.clear()

    def take(self, message: AmiMessage) -> bool:
        """Whether the message was an answer to a question of ours."""
        is_answer = message.get("Response") and not message.get("Event")  # OriginateResponse is an event with both
        waiting = self._waiting.pop(message.get("ActionID"), None) if is_answer else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        return waiting is not None

    async def ask(self, action: str, fields: Iterable[tuple[str, str]] = (), named: str | None = None) -> AmiMessage:
        """The answer, whatever it says; events that follow from it bear the name too. Raises LinkError."""
        if self._link is None or len(self._waiting) >= _WAITING_LIMIT:
            raise LinkError("the link to the telephone system is down")
        action_id = named if named is not None else f"earshot-asks-{next(self._numbers)}"
        waiting: asyncio.Future[AmiMessage] = asyncio.get_running_loop().create_future()
        self._waiting[action_id] = waiting
        try:
            await self._link.send(encode_action(action, (("ActionID", action_id), *fields)))
            async with asyncio.timeout(self._answer_s):
                return await waiting
        except TimeoutError:
            raise LinkError("no answer in time") from None
        finally:
            self._waiting.pop(action_id, None)

    async def do(self, action: str, fields: Iterable[tuple[str, str]] = (), named: str | None = None) -> AmiMessage:
        """Ask for something that must succeed. Raises LinkError, ControlFailedError."""
        answer = await self.ask(action, fields, named)
        if answer.get("Response") != "Success":
            raise ControlFailedError(f"Asterisk refused {action}: {answer.get('Message')[:200]}")
        return answer
