// One utterance cut into what is shown: words that can be clicked, doubtful ones, the phrases rules have found in it.

export const UNSURE = 0.6;

/**
 * @typedef {{text: string, atMs: number|null, word: number|null, unsure: boolean}} Piece
 * @typedef {{hit: any|null, pieces: Piece[]}} Stretch a hit with its pieces, or what lies between hits
 * Offsets of hits count code points, as the service does. Text that no word claims (spaces, hidden digits) stays as it is.
 * @param {any} line @returns {Stretch[]}
 */
export function stretchesOf(line) {
  const signs = [...line.text];
  const places = placesOf(line.words, signs);
  const stretches = [];
  let at = 0;
  for (const hit of [...line.hits].sort((a, b) => a.from_char - b.from_char)) {
    if (hit.from_char < at || hit.to_char > signs.length || hit.to_char <= hit.from_char) continue;
    if (hit.from_char > at) stretches.push({ hit: null, pieces: piecesOf(signs, places, at, hit.from_char) });
    stretches.push({ hit, pieces: piecesOf(signs, places, hit.from_char, hit.to_char) });
    at = hit.to_char;
  }
  if (at < signs.length) stretches.push({ hit: null, pieces: piecesOf(signs, places, at, signs.length) });
  return stretches;
}

/** Where each word stands in the text; words that are not in it (their digits are hidden) stand nowhere. */
function placesOf(words, signs) {
  const places = [];
  let from = 0;
  words.forEach((word, number) => {
    const wanted = [...word.text];
    for (let at = from; at + wanted.length <= signs.length; at++) {
      if (!wanted.every((sign, each) => signs[at + each] === sign)) continue;
      places.push({ from: at, to: at + wanted.length, word, number });
      from = at + wanted.length;
      return;
    }
  });
  return places;
}

function piecesOf(signs, places, from, to) {
  const pieces = [];
  let at = from;
  const put = (end, place) => {
    if (end <= at) return;
    const { word = null, number = null } = place ?? {};
    pieces.push({ text: signs.slice(at, end).join(""), atMs: word?.start_ms ?? null, word: number, unsure: (word?.confidence ?? 1) < UNSURE });
    at = end;
  };
  for (const place of places) {
    if (place.to <= from || place.from >= to) continue;
    put(Math.max(from, place.from), null);
    put(Math.min(to, place.to), place);
  }
  put(to, null);
  return pieces;
}
