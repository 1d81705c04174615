// A WAV file of 16-bit PCM taken apart.

/** @param {ArrayBuffer} file @returns {{rate: number, channels: number, samples: number, pcm: Int16Array}|null} null: no such file */
export function readWav(file) {
  const view = new DataView(file);
  if (file.byteLength < 12 || tag(view, 0) !== "RIFF" || tag(view, 8) !== "WAVE") return null;
  let form = null;
  for (let at = 12; at + 8 <= file.byteLength; at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1)) {
    const bytes = Math.min(view.getUint32(at + 4, true), file.byteLength - at - 8);
    if (tag(view, at) === "fmt " && bytes >= 16) {
      form = { kind: view.getUint16(at + 8, true), channels: view.getUint16(at + 10, true), rate: view.getUint32(at + 12, true), bits: view.getUint16(at + 22, true) };
    } else if (tag(view, at) === "data") {
      if (form?.kind !== 1 || form.bits !== 16 || form.channels < 1 || form.rate % 50 !== 0) return null;
      const samples = Math.floor(bytes / 2 / form.channels);
      return { rate: form.rate, channels: form.channels, samples, pcm: new Int16Array(file.slice(at + 8, at + 8 + samples * form.channels * 2)) };
    }
  }
  return null;
}

function tag(view, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((each) => view.getUint8(at + each)));
}
