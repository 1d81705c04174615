"""REST of one example of the library: its sound, with consent and numbers covered for everybody, and its words."""

from fastapi import APIRouter, Response

from streaming.frames import ANALYSIS_RATE_HZ, Leg
from web.call_audio import wav_of
from web.inspection.bodies import Body, RecordId
from web.inspection.sources import InspectionSource
from web.inspection.views import Example, UnknownRecordError
from web.problems import Problem, ProblemError
from web.sources import Calls, Clips, UnknownCallError
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import who_asks

_LEGS = (Leg.AGENT, Leg.CUSTOMER)


class LineBody(Body):
    """What was said, numbers masked."""

    leg: Leg
    start_ms: int
    end_ms: int
    text: str


class WordsBody(Body):
    """The words of an example, in order."""

    lines: list[LineBody]


def examples_router(desk: InspectionSource, calls: Calls, clips: Clips, ledger: Ledger) -> APIRouter:
    """Sound and words of examples. `calls` and `clips` are asked as they are: consent opens an example to everybody."""
    router = APIRouter(prefix="/api/v1/inspection/examples/{example_id}", tags=["inspection"])

    async def seen(example_id: str) -> Example:
        example = await desk.library.get(example_id)
        place = (example.call.site, example.call.team, example.call.queue)
        if not (example.consent or who_asks().scope.covers(*place)):
            raise UnknownRecordError
        return example

    async def sound_of(example: Example, legs: tuple[Leg, ...]) -> bytes:
        """What was recorded; else the clip of the alert it was made from. Numbers are covered in both."""
        try:
            begin_ms, channels = await calls.audio(
                example.call.call_id, example.from_ms, example.to_ms, legs, bleeped=True
            )
        except UnknownCallError:
            begin_ms, channels = 0, []
        if channels and channels[0] and begin_ms < example.to_ms:
            return wav_of(channels)
        clip = None
        if example.alert_id is not None and legs == _LEGS:
            clip = await clips.clip(example.alert_id, as_wav=True)
        if clip is None:
            raise ProblemError(404, "no-audio", "No sound of this example is kept.")
        return clip

    @router.get(
        "/audio.wav",
        response_class=Response,
        responses={
            200: {"content": {"audio/wav": {}}, "description": f"{ANALYSIS_RATE_HZ} Hz, agent and customer"},
            403: {"model": Problem, "description": "The people in it did not agree"},
            404: {"model": Problem, "description": "No such example, or nothing of it is kept"},
        },
    )
    async def get_example_audio(example_id: RecordId) -> Response:
        """The stretch as it may be played to anybody: with a tone over every number, whoever listens."""
        example = await seen(example_id)
        if not example.consent:
            raise ProblemError(403, "no-consent", "Nobody agreed that this example is heard; it has words only.")
        legs = tuple(leg for leg in _LEGS if who_asks().hears(leg))
        wav = await sound_of(example, legs)
        await ledger.write(who_asks(), _deed(example, legs))
        return Response(wav, media_type="audio/wav")

    @router.get("/words")
    async def get_example_words(example_id: RecordId) -> WordsBody:
        """What was said in the stretch, as it was kept: numbers are masked."""
        example = await seen(example_id)
        try:
            lines = await calls.transcript(example.call.call_id)
        except UnknownCallError:
            lines = []
        heard = [line.heard for line in lines if line.heard.final and who_asks().hears(line.heard.leg)]
        within = [each for each in heard if each.start_ms < example.to_ms and each.end_ms > example.from_ms]
        return WordsBody(
            lines=[LineBody.model_validate(each) for each in sorted(within, key=lambda each: each.start_ms)]
        )

    return router


def _deed(example: Example, legs: tuple[Leg, ...]) -> Deed:
    call = example.call
    return Deed(
        Act.CLIP,
        call_id=call.call_id,
        legs=legs,
        from_ms=example.from_ms,
        to_ms=example.to_ms,
        agent_id=call.agent_id,
        site=call.site,
        team=call.team,
        queue=call.queue,
        about=f"example {example.example_id}",
    )
