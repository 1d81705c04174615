"""The player's judgement without clock or device: frames by a script of arrivals in, samples out, all in a page."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.fakes.site import open_site
from tests.web.test_browser import chromium
from web.pages import Pages

pytestmark = pytest.mark.browser

# Plays `seconds` of two sines. `late(n)` is how many ms after its time frame n arrives. Answers what came out.
_PLAY = """
async ({ version, seconds, late, rate, pitch, seqOf, flagsOf }) => {
  const { Playout } = await import(`/static/${version}/lib/playout.js`);
  const lateness = LATENESS[late], numbers = NUMBERS[seqOf ?? "plain"], flags = FLAGS[flagsOf ?? "plain"];
  const output = 48000, block = 128, samples = rate / 50;
  const player = new Playout(output);
  const left = new Float32Array(block), right = new Float32Array(block);
  const out = [], underrunsAt = [], targets = [];
  let next = 0, seen = 0;
  for (let played = 0; played < seconds * output; played += block) {
    const nowMs = (played / output) * 1000;
    while (next * 20 + 20 + lateness(next) <= nowMs) {
      const leg = (hz) => Int16Array.from({ length: samples }, (_, i) =>
        Math.round(32767 * 0.3 * Math.sin((2 * Math.PI * hz * (next * samples + i)) / rate)));
      player.add({ flags: flags(next), seq: numbers(next), capturedMs: next * 20, rate, samples,
                   legs: [leg(pitch), leg(pitch * 1.5)] }, nowMs);
      next += 1;
    }
    player.render(left, right);
    for (let i = 0; i < block; i++) out.push(left[i]);
    if (player.counters.underruns > seen) { seen = player.counters.underruns; underrunsAt.push(nowMs / 1000); }
    targets.push(player.targetMs);
  }
  const tail = out.slice(-output);
  const power = (hz) => { let re = 0, im = 0; tail.forEach((value, i) => {
    const angle = (2 * Math.PI * hz * i) / output; re += value * Math.cos(angle); im += value * Math.sin(angle); });
    return (2 * Math.hypot(re, im)) / tail.length; };
  let jump = 0;
  for (let i = 1; i < out.length; i++) jump = Math.max(jump, Math.abs(out[i] - out[i - 1]));
  return { counters: player.counters, underrunsAt, jump, targetMs: player.targetMs, waitingMs: player.waitingMs,
           rms: Math.hypot(...[Math.sqrt(tail.reduce((sum, v) => sum + v * v, 0) / tail.length)]),
           tone: power(pitch), image: power(rate - pitch), lagMs: seconds * 1000 - player.playingCapturedMs };
}
"""
_SCRIPTS = """
globalThis.LATENESS = {
  never: () => 0,
  jitter: (() => { let state = 1; const known = []; return (n) => {
    while (known.length <= n) {
      state = (state * 1103515245 + 12345) % 2147483648;
      known.push((state / 2147483648) * 40);
    }
    return Math.max(known[n], ...[1, 2].map((back) => (known[n - back] ?? 0) - back * 20)); }; })(),
  stalls: (n) => Math.max(0, 200 - (n % 250) * 20),
  backlog: (n) => (n >= 500 && n < 550 ? 1000 - (n - 500) * 20 : 0),
};
globalThis.NUMBERS = { plain: (n) => n, missing: (n) => (n < 100 ? n : n + 3) };
globalThis.FLAGS = { plain: () => 0, gap: (n) => (n === 100 ? 1 : 0) };
"""
_SINE_RMS = 0.3 / 2**0.5


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with open_site() as site, chromium() as browser:
        page = await browser.new_page()
        await page.goto(site.http)
        await page.evaluate(_SCRIPTS)
        yield page


async def play(page: Page, **script: object) -> dict[str, Any]:
    given = {"version": Pages.load().version, "seconds": 20, "late": "never", "rate": 16000, "pitch": 440} | script
    answer = await page.evaluate(_PLAY, given)
    assert isinstance(answer, dict)
    return answer


async def test_clean_sound_is_whole(page: Page) -> None:
    heard = await play(page, seconds=30)

    assert heard["counters"]["underruns"] == heard["counters"]["skips"] == heard["counters"]["lost"] == 0
    assert heard["rms"] == pytest.approx(_SINE_RMS, rel=0.01)
    steepest = 0.3 * 2 * 3.1416 * 440 / 48000
    assert heard["jump"] < steepest * 1.05  # of the sine itself, and 64 phases round its places by up to 5 %
    assert heard["lagMs"] < 120


@pytest.mark.parametrize(("rate", "pitch"), [(8000, 1000), (8000, 3000), (8000, 3400), (16000, 3400)])
async def test_images_of_the_resampler_are_40_db_down(page: Page, rate: int, pitch: int) -> None:
    heard = await play(page, seconds=3, rate=rate, pitch=pitch)

    assert heard["tone"] == pytest.approx(0.3, rel=0.05)
    assert heard["image"] < heard["tone"] / 100


async def test_jitter_is_learnt(page: Page) -> None:
    heard = await play(page, late="jitter", seconds=40)

    assert len(heard["underrunsAt"]) <= 2
    assert [at for at in heard["underrunsAt"] if at > 10] == []
    assert heard["lagMs"] < 250


async def test_stalls_are_learnt_too(page: Page) -> None:
    heard = await play(page, late="stalls", seconds=40)

    assert 1 <= len(heard["underrunsAt"]) <= 4
    assert [at for at in heard["underrunsAt"] if at > 20] == []
    assert heard["targetMs"] <= 240


async def test_a_backlog_is_left_behind_at_once(page: Page) -> None:
    """A second of silence, then all of it at once: what is said now is heard now."""
    heard = await play(page, late="backlog", seconds=14)

    assert heard["counters"]["underruns"] <= 2
    assert heard["waitingMs"] < heard["targetMs"] + 60
    assert heard["lagMs"] < 400


async def test_missing_numbers_are_losses_unless_the_service_dropped_them(page: Page) -> None:
    lost = await play(page, seconds=4, seqOf="missing")
    dropped = await play(page, seconds=4, seqOf="missing", flagsOf="gap")

    assert (lost["counters"]["lost"], lost["counters"]["dropped"]) == (3, 0)
    assert (dropped["counters"]["lost"], dropped["counters"]["dropped"], dropped["counters"]["gaps"]) == (0, 3, 1)


@pytest.mark.parametrize(
    ("mode", "left", "right"),
    [("both", 0.3, 0.1), ("agent", 0.3, 0.3), ("customer", 0.1, 0.1), ("mono", 0.283, 0.283), ("swap", 0.1, 0.3)],
)
async def test_modes_send_the_legs_where_they_belong(page: Page, mode: str, left: float, right: float) -> None:
    """The agent is a constant 0.3, the customer a constant 0.1."""
    script = """async ({ version, mode }) => {
      const { Playout } = await import(`/static/${version}/lib/playout.js`);
      const player = new Playout(48000);
      player.setMode(mode);
      const left = new Float32Array(4800), right = new Float32Array(4800);
      for (let seq = 0; seq < 20; seq++) {
        const leg = (level) => new Int16Array(320).fill(Math.round(level * 32768));
        const legs = [leg(0.3), leg(0.1)];
        player.add({ flags: 0, seq, capturedMs: seq * 20, rate: 16000, samples: 320, legs }, seq * 20);
        if (seq > 4) player.render(left.subarray(0, 960), right.subarray(0, 960));
      }
      return [left[900], right[900]];
    }"""

    heard = await page.evaluate(script, {"version": Pages.load().version, "mode": mode})

    assert heard == pytest.approx([left, right], abs=0.01)
