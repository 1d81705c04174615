// The listen socket lives here, away from the page's thread: a page busy for 150 ms costs no sound (web.md §0).

import { REPLAY, writeFrame } from "./frame.js";
import { readWav } from "./wav.js";

const CLIP_AHEAD_MS = 400;
const CLIP_STEP_MS = 100;

let socket = null;
let frames = null;

const clock = () => performance.timeOrigin + performance.now();

self.onmessage = ({ data }) => {
  if (data.type === "open") open(data);
  else if (data.type === "clip") playClip(data);
  else if (data.type === "send") send(data.message);
  else if (data.type === "close") close();
};

function open({ url, port, fromMs, person, ticket }) {
  close();
  frames = port;
  frames.onmessage = ({ data: seq }) => send({ type: "stats", seq, client_time: clock() });
  const mine = (socket = new WebSocket(url));
  mine.binaryType = "arraybuffer";
  mine.onopen = () => send({ type: "hello", acks: true, from_ms: fromMs ?? null, person, ticket });
  mine.onmessage = ({ data }) => {
    if (mine !== socket) return;
    if (typeof data === "string") self.postMessage({ type: "control", message: JSON.parse(data), at: clock() });
    else frames.postMessage(data, [data]);
  };
  mine.onclose = ({ code, reason }) => {
    if (mine === socket) self.postMessage({ type: "closed", code, reason });
  };
}

/** A kept clip, sent to the player at the pace of speech as a replay is. */
async function playClip({ url, port }) {
  close();
  const mine = (frames = port);
  const over = (reason) => mine === frames && self.postMessage({ type: "control", message: { type: "end", reason }, at: clock() });
  const answer = await fetch(url);
  const clip = answer.ok ? readWav(await answer.arrayBuffer()) : null;
  if (clip === null) {
    over("no_clip");
    return;
  }
  const length = clip.rate / 50;
  const began = performance.now();
  let seq = 0;
  const feed = () => {
    if (mine !== frames) return;
    for (; seq * 20 < performance.now() - began + CLIP_AHEAD_MS && seq * length < clip.samples; seq++) {
      const frame = clipFrame(clip, seq, length);
      mine.postMessage(frame, [frame]);
    }
    if (seq * length < clip.samples) setTimeout(feed, CLIP_STEP_MS);
    else setTimeout(() => over("clip_over"), CLIP_AHEAD_MS);
  };
  feed();
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function close() {
  socket?.close(1000);
  frames?.close();
  socket = frames = null;
}

function clipFrame(clip, seq, length) {
  return writeFrame({ flags: REPLAY, seq, capturedMs: seq * 20, rate: clip.rate, samples: length }, (leg, at) => {
    const place = (seq * length + at) * clip.channels + Math.min(leg, clip.channels - 1);
    return seq * length + at < clip.samples ? clip.pcm[place] : 0;
  });
}
