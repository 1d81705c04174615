// One message of the listen socket: 24 bytes of header (web/listen_frame.py), then each leg's samples.

export const HEADER_BYTES = 24;
export const GAP_BEFORE = 1;
export const REPLAY = 2;

/**
 * A message as the service writes them. `sampleOf(leg, at)` gives each sample.
 * @param {{flags:number, seq:number, capturedMs:number, rate:number, samples:number}} header
 * @param {(leg: number, at: number) => number} sampleOf
 */
export function writeFrame({ flags, seq, capturedMs, rate, samples }, sampleOf) {
  const message = new ArrayBuffer(HEADER_BYTES + samples * 4);
  const view = new DataView(message);
  view.setUint32(0, 1 | (1 << 8) | (2 << 16) | (flags << 24), true);
  view.setUint32(4, seq, true);
  view.setFloat64(8, capturedMs, true);
  view.setUint32(16, rate, true);
  view.setUint32(20, samples, true);
  for (const leg of [0, 1]) {
    const pcm = new Int16Array(message, HEADER_BYTES + leg * samples * 2, samples);
    for (let at = 0; at < samples; at++) pcm[at] = sampleOf(leg, at);
  }
  return message;
}

/**
 * @param {ArrayBuffer} message
 * @returns {{flags:number, seq:number, capturedMs:number, rate:number, samples:number, legs:Int16Array[]}|null}
 *   null when it is not a frame of version 1 with two legs of 16-bit PCM
 */
export function readFrame(message) {
  if (message.byteLength < HEADER_BYTES) return null;
  const view = new DataView(message);
  const samples = view.getUint32(20, true);
  const known = view.getUint8(0) === 1 && view.getUint8(1) === 1 && view.getUint8(2) === 2;
  if (!known || message.byteLength !== HEADER_BYTES + samples * 4) return null;
  return {
    flags: view.getUint8(3),
    seq: view.getUint32(4, true),
    capturedMs: view.getFloat64(8, true),
    rate: view.getUint32(16, true),
    samples,
    legs: [0, 1].map((leg) => new Int16Array(message, HEADER_BYTES + leg * samples * 2, samples)),
  };
}
