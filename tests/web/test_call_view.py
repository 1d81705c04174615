"""The call on view in a real Chromium: strip, words, replay, clips, who else listens, stepping in."""

import io
import wave
from dataclasses import replace

import pytest
from playwright.async_api import Page

from alerts.alert import Evidence, Kind, Severity
from streaming.frames import Leg, Party
from streaming.observations import Word
from tests.fakes.desk import a_call, a_line, an_alert, tone
from tests.fakes.site import Site
from tests.web.test_browser import chromium, console, sounds_whole, until
from web.pages import Pages
from web.sources import AgentView, CallState, LegLevels, Span, Timeline, TranscriptLine
from web.supervision import Mode, ModeAbility

pytestmark = pytest.mark.browser

_SOUND_FLAG = "--autoplay-policy=no-user-gesture-required"
_IMPORT = f"await import('/static/{Pages.load().version}/call/"
_PLAYER = "__earshot.player"


def levels(agent: str, customer: str) -> Timeline:
    """One sign a step of 100 ms: `#` speaks."""
    spoken = ((Leg.AGENT, agent), (Leg.CUSTOMER, customer))
    legs = (
        (leg, LegLevels((-20.0,) * len(text), tuple(sign == "#" for sign in text), tones=(0.0,) * len(text)))
        for leg, text in spoken
    )
    return Timeline(100, tuple(legs), (Span("hold", None, 9_000, 13_000), Span("speech", Leg.AGENT, 0, 100)))


def a_long_line(number: int, text: str = "您好 请讲") -> TranscriptLine:
    line = a_line(text, utterance=number, start_ms=number * 1000, leg=Leg.AGENT if number % 2 else Leg.CUSTOMER)
    words = tuple(
        Word(word, number * 1000 + at * 300, number * 1000 + at * 300 + 250, 0.9)
        for at, word in enumerate(text.split(" "))
    )
    return replace(line, heard=replace(line.heard, words=words))


async def position_ms(page: Page) -> float:
    """Where in the call the replay is, once one sounds."""
    answer = await until(page, f"{_PLAYER}.positionMs.value", lambda found: found is not None)
    assert isinstance(answer, int | float)
    return answer


async def test_a_word_a_pin_and_a_place_on_the_strip_are_heard_and_live_comes_back(site: Site) -> None:
    site.calls.views["call-1"] = a_call(duration_ms=60_000)
    site.calls.lines["call-1"] = [a_long_line(number) for number in range(1, 40)]
    site.calls.timelines["call-1"] = levels("#" * 600, "." * 600)
    site.alerts.store(an_alert("a1", evidence=Evidence(20_000, 22_000)))
    site.alerts.store(an_alert("a2", severity=Severity.CRITICAL, evidence=Evidence(50_000, 52_000)))
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator("[data-line='agent:35'] .word", has_text="请讲").click()
        assert 33_300 - 100 <= await position_ms(page) < 36_000
        await page.locator("[data-act=live]").click()
        await until(page, f"{_PLAYER}.positionMs.value", lambda found: found is None)

        await page.locator("[data-pin=a2]").focus()
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("Enter")
        assert 18_000 - 100 <= await position_ms(page) < 21_000
        assert await page.locator(".call-alert").get_attribute("data-alert") == "a1"

        await page.locator("[role=slider]").focus()
        await page.keyboard.press("Home")
        await page.keyboard.press("ArrowRight")
        assert await page.locator("[role=slider]").get_attribute("aria-valuetext") == "0:05"
        await page.keyboard.press("Enter")
        await until(page, f"{_PLAYER}.positionMs.value", lambda found: found is not None and 4_900 <= found < 8_000)
        await page.keyboard.press("p")
        await until(page, f"{_PLAYER}.positionMs.value", lambda found: found is not None and found < 3_000)
        await page.keyboard.press("l")
        await page.locator(".lag.replay").wait_for(state="detached")


async def test_the_lines_of_the_transcript_are_walked_word_by_word_with_the_keys(site: Site) -> None:
    site.calls.views["call-1"] = a_call(duration_ms=60_000)
    site.calls.lines["call-1"] = [a_long_line(number) for number in range(1, 40)]
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator("[data-line='agent:39'] .line-play").focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        assert await page.locator(".word.reached").inner_text() == "请讲"
        await page.keyboard.press("Enter")
        assert 36_300 - 100 <= await position_ms(page) < 38_500
        await page.keyboard.press("c")
        await page.locator(".caption.customer .newest", has_text="您好 请讲").wait_for()


async def test_an_hour_of_words_is_drawn_by_the_window_and_followed_until_somebody_reads_back(site: Site) -> None:
    site.calls.lines["call-1"] = [a_long_line(number) for number in range(1, 1_500)]
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator("[data-line='agent:1499']").wait_for()
        assert await page.locator(".line").count() == 160
        box = "document.querySelector('.transcript')"
        for _ in range(3):
            await page.evaluate(f"{box}.scrollTop = 0")
            await page.evaluate("new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve)))")
        first = await page.locator(".line").first.get_attribute("data-line")
        assert await page.locator(".line").count() == 320
        assert first is not None
        assert int(first.split(":")[1]) < 1_340
        site.audience.publish_transcript(a_long_line(1_500))
        await page.locator(".pill", has_text="1 new").click()
        await page.locator("[data-line='customer:1500']").wait_for()
        end = await page.evaluate(f"{box}.scrollHeight - {box}.scrollTop - {box}.clientHeight")
        assert end < 60
        assert await page.locator(".line").count() == 160


async def test_hostile_names_and_words_are_shown_as_text_and_break_nothing(site: Site) -> None:
    hostile = (
        "<script>document.title='taken'</script><img src=x onerror=alert(1)> \u202etxet\u2066 😀👩‍👩‍👧 " + "W" * 10_000
    )
    site.calls.views["call-1"] = a_call(
        agent=AgentView(id="1", name=hostile), customer_number=hostile, queue=hostile, duration_ms=9_000
    )
    site.calls.lines["call-1"] = [a_line(hostile)]
    site.alerts.store(
        an_alert(kind=Kind.PHRASE, title=hostile, clause=hostile, advice_by_language=None, advice=hostile)
    )
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        assert await page.locator(".bubble").inner_text() == hostile
        assert await page.title() == "(1) Earshot"  # one alert waits
        assert await page.locator("main script, main img").count() == 0
        for box in (".call-view", ".call-head", ".transcript", ".call-alerts", ".strip"):
            assert await page.evaluate(f"(e => e.scrollWidth <= e.clientWidth + 1)(document.querySelector('{box}'))"), (
                box
            )


async def test_what_is_no_longer_kept_is_said_and_the_clip_is_played_instead(site: Site) -> None:
    site.calls.views["call-1"] = a_call(duration_ms=60_000)
    site.calls.kept_from_ms = 40_000
    site.alerts.store(an_alert("a1", evidence=Evidence(10_000, 12_000, clip_sha256="0" * 64)))
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(16_000)
        for number in range(100):
            agent, customer = tone(Leg.AGENT, number, 440).pcm_s16le, tone(Leg.CUSTOMER, number, 700).pcm_s16le
            wav.writeframes(b"".join(agent[at : at + 2] + customer[at : at + 2] for at in range(0, len(agent), 2)))
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page:
        await page.route("**/clip.wav", lambda route: route.fulfill(body=file.getvalue(), content_type="audio/wav"))
        await page.locator(".call-row").click()
        await page.locator("[role=slider]").focus()
        await page.keyboard.press("Home")
        await page.keyboard.press("Enter")
        await page.locator(".shortfall", has_text="Kept only from 0:40").wait_for()
        await page.locator(".call-alert .replay").click()
        await until(page, f"{_PLAYER}.status.value", lambda found: found == "clip")
        await until(page, "__earshot.rms()", sounds_whole)
        await until(page, f"{_PLAYER}.status.value", lambda found: found == "ended")


async def test_others_who_listen_are_shown_by_name_and_go(site: Site) -> None:
    site.desk.known = ("li", "wang")
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator(".present.none").wait_for()
        known, unnamed = site.audience.listen("call-1", "wang"), site.audience.listen("call-1")
        await page.locator(".present", has_text="Wang, somebody").wait_for()
        await page.locator("#listen").click()
        await page.locator(".present", has_text="you, Wang, somebody").wait_for()
        site.audience.stop_listening(known)
        site.audience.stop_listening(unnamed)
        await page.locator("#listen").click()
        await page.locator(".present.none").wait_for()


async def test_stepping_in_is_greyed_with_the_reason_where_the_pbx_cannot(site: Site) -> None:
    site.calls.views["call-2"] = a_call("call-2", state=CallState.ENDED, verdict="undecided", hung_up_by=Party.UNKNOWN)
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator("[data-step=whisper][aria-disabled=true]").focus()
        await page.keyboard.press("Enter")
        await page.locator(".step-note", has_text="This PBX link offers no control.").wait_for()
        await page.evaluate(f"(async () => ({_IMPORT}../console/desk.js')).openCallView('call-2'))()")
        await page.locator(".ending.undecided", has_text="Undecided").wait_for()
        assert await page.locator(".step-in").count() == 0


async def test_a_supervisor_whispers_barges_in_and_leaves_with_the_keys(site: Site) -> None:
    able = tuple(ModeAbility(mode, mode is not Mode.TAKE_OVER or "no second line", "no microphone") for mode in Mode)
    site.calls.views["call-1"] = a_call(abilities=able)
    async with chromium() as browser, console(site, browser, expected="501") as page:
        await page.locator(".call-row").click()
        await page.locator("[data-step=take_over][aria-disabled=true][title='no second line']").wait_for()
        await page.keyboard.press("w")
        await page.locator(".step-sheet input:focus").fill("2001")
        await page.keyboard.press("Enter")
        await page.locator(".on-air.whisper.starting", has_text="2001").wait_for()
        site.supervising.answer("call-1")
        await page.locator(".on-air.whisper.running", has_text="ON AIR: the agent hears").wait_for()
        await page.locator("h1").click()
        await page.keyboard.press("b")  # asked once more, though the telephone is known
        await page.locator(".step-sheet button[type=submit]:focus").wait_for()
        await page.keyboard.press("Enter")
        await page.locator(".on-air.barge.running").wait_for()
        barging = site.calls.views["call-1"].supervisions
        site.supervising.lose("call-1", "Asterisk refused Setvar")
        await page.locator(".step-note", has_text="2001 is out of the call: Asterisk refused Setvar").wait_for()
        assert await page.locator(".on-air").count() == 0
        site.supervising._show("call-1", *barging)
        await page.locator("[data-step=leave]").click()
        await page.locator(".on-air").wait_for(state="detached")
        site.supervising.lacks = "the telephone 2001 is not registered"
        await page.locator("[data-step=whisper]").click()
        await page.locator(".step-note", has_text="2001 is not registered").wait_for()

    assert [(call_id, wish.mode, wish.extension) for call_id, wish in site.supervising.wishes] == [
        ("call-1", Mode.WHISPER, "2001"),
        ("call-1", Mode.BARGE, "2001"),
    ]


async def test_the_track_joins_past_and_live_and_says_what_is_missing(site: Site) -> None:
    script = """
      async () => {
        const { CallTrack } = IMPORTtrack.js');
        const { silences, talkOvers, told } = IMPORTlanes.js');
        const of = (text, tone = 0) => (
          { dbfs: [...text].map(() => -20), speaking: [...text].map((sign) => sign === "#"), tone });
        const track = new CallTrack();
        track.takeTimeline({ from_ms: 0, step_ms: 100, spans: [{ kind: "hold", leg: null, from_ms: 6000, to_ms: 9000 }],
          legs: { agent: of("##" + ".".repeat(88)), customer: of("#." + ".".repeat(88)) } });
        const seamless = track.takeLevels({ at_ms: 9000, agent: of("....."), customer: of(".....", 0.6) });
        const missing = track.takeLevels({ at_ms: 12000, agent: of("#####"), customer: of("#####") });
        const silent = silences(track, 0, track.endMs);
        track.held = true;
        return { seamless, missing, endMs: track.endMs, silent, both: talkOvers(track, 0, track.endMs),
          hold: told(track, "hold", 0, track.endMs), tone: track.legs.customer.tone[92] };
      }
    """
    async with chromium() as browser, console(site, browser) as page:
        found = await page.evaluate(script.replace("IMPORT", _IMPORT))

    assert (found["seamless"], found["missing"], found["endMs"]) == (None, 9500, 12500)
    assert found["silent"] == [{"from_ms": 200, "to_ms": 6000}]
    assert found["both"] == [{"from_ms": 12000, "to_ms": 12500}]
    assert found["hold"] == [{"kind": "hold", "leg": None, "from_ms": 6000, "to_ms": 12500}]
    assert found["tone"] == 153


async def test_hits_and_doubtful_words_are_cut_out_of_the_line(site: Site) -> None:
    line = {
        "text": "😀 你好 ••• 别问了 嗯",
        "words": [
            {"text": "你好", "start_ms": 100, "confidence": 0.9},
            {"text": "一三八", "start_ms": 300, "confidence": 0.9},
            {"text": "别问", "start_ms": 500, "confidence": 0.3},
            {"text": "了", "start_ms": 700, "confidence": 0.9},
            {"text": "嗯", "start_ms": 900, "confidence": 0.9},
        ],
        "hits": [{"rule": "r", "from_char": 9, "to_char": 12}, {"rule": "gone", "from_char": 11, "to_char": 90}],
    }
    async with chromium() as browser, console(site, browser) as page:
        found = await page.evaluate(f"async (line) => ({_IMPORT}line-pieces.js')).stretchesOf(line)", line)

    def shown(pieces: list[dict[str, object]]) -> list[tuple[object, object]]:
        return [(piece["text"], piece["atMs"]) for piece in pieces]

    assert [stretch["hit"] and stretch["hit"]["rule"] for stretch in found] == [None, "r", None]
    assert shown(found[0]["pieces"]) == [("😀 ", None), ("你好", 100), (" ••• ", None)]
    assert shown(found[1]["pieces"]) == [("别问", 500), ("了", 700)]
    assert shown(found[2]["pieces"]) == [(" ", None), ("嗯", 900)]
    assert [piece["unsure"] for piece in found[1]["pieces"]] == [True, False]
