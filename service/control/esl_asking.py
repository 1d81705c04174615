"""Asks a FreeSWITCH over the event socket that its events come by: answers come in the order of the questions."""

import asyncio
from collections import deque

from service.control.follower import LinkError
from service.control.text_link import TextLink
from streaming.wire.esl import EslEvent, EslMessage, encode_command
from web.supervision import ControlFailedError

_WAITING_LIMIT = 1_000
_MOST_JOBS = 10_000


class EslAsking:
    """`ask` runs at once and is short; `start` is for what takes its time, and tells its outcome as an event."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self._link: TextLink[EslEvent] | None = None
        self._waiting: deque[tuple[asyncio.Future[EslMessage], str | None]] = deque()
        self._jobs: dict[str, str] = {}  # what was started, by the job's id

    @property
    def is_linked(self) -> bool:
        """Whether anything can be asked now."""
        return self._link is not None

    def linked(self, link: TextLink[EslEvent]) -> None:
        """The link is made and logged in."""
        self._link = link

    def lost(self) -> None:
        """It is gone, and with it every answer."""
        self._link = None
        for waiting, _ in self._waiting:
            if not waiting.done():
                waiting.set_exception(LinkError("the link was lost before the answer"))
        self._waiting.clear()
        self._jobs.clear()

    def take(self, message: EslMessage) -> None:
        """An answer, which is no event: it belongs to the oldest question."""
        if message.kind in ("api/response", "command/reply") and self._waiting:
            waiting, name = self._waiting.popleft()
            if name is not None and (job := message.get("Job-UUID")):
                self._jobs[job] = name  # at once: the job's outcome may be the next message
                if len(self._jobs) > _MOST_JOBS:
                    del self._jobs[next(iter(self._jobs))]
            if not waiting.done():
                waiting.set_result(message)

    def nobody_asked(self) -> None:
        """A question was sent beside these; its answer is for nobody."""
        self._waiting.append((asyncio.get_running_loop().create_future(), None))

    def started_by(self, job: EslMessage) -> str | None:
        """What a BACKGROUND_JOB event is the outcome of."""
        return self._jobs.pop(job.get("Job-UUID"), None)

    async def ask(self, command: str) -> str:
        """The text of the answer. Raises LinkError."""
        answer = await self._sent(f"api {command}")
        return answer.body.strip()

    async def do(self, command: str) -> str:
        """Ask for something that must succeed. Raises LinkError, ControlFailedError."""
        said = await self.ask(command)
        if said.startswith("-"):
            raise ControlFailedError(f"FreeSWITCH refused {command.split(' ', 1)[0]}: {said[:200]}")
        return said

    async def start(self, command: str, name: str) -> None:
        """Begin something long; its outcome is told by an event. Raises LinkError, ControlFailedError."""
        answer = await self._sent(f"bgapi {command}", name)
        if not answer.get("Reply-Text").startswith("+OK"):
            raise ControlFailedError(f"FreeSWITCH refused bgapi: {answer.get('Reply-Text')[:200]}")

    async def _sent(self, command: str, name: str | None = None) -> EslMessage:
        if self._link is None or len(self._waiting) >= _WAITING_LIMIT:
            raise LinkError("the link to the telephone system is down")
        waiting: asyncio.Future[EslMessage] = asyncio.get_running_loop().create_future()
        self._waiting.append((waiting, name))
        try:
            await self._link.send(encode_command(command))
            async with asyncio.timeout(self._answer_s):
                return await waiting
        except TimeoutError:
            raise LinkError("no answer in time") from None
