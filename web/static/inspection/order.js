// In which order calls are to be heard: those due first, of equal ones the riskiest first.

/** @template {{due_at: string, risk: number, task_id: string}} T @param {T[]} tasks @returns {T[]} */
export function inOrder(tasks) {
  return [...tasks].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || b.risk - a.risk || (a.task_id < b.task_id ? -1 : 1));
}
