// The pages of the inspectors, in the order of the work.

/** Name (its word is `inspection.tab.<name>`), address, needed right. */
export const INSPECTION = [
  ["worklist", "/worklist", "score"],
  ["improvements", "/inspection/improvements", "scores"],
  ["appeals", "/inspection/appeals", "scores"],
  ["calibration", "/inspection/calibration", "score"],
  ["library", "/inspection/library", "own_scores"],
  ["call_backs", "/inspection/call-backs", "act"],
  ["plans", "/inspection/plans", "score"],
];
