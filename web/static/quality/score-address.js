// Where a score is worked on and looked at.

/** @param {string} callId @param {string} scoreId */
export function scoreAddress(callId, scoreId) {
  return `/calls/${encodeURIComponent(callId)}?score=${encodeURIComponent(scoreId)}`;
}
