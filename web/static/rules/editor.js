// A file of rules as text: line numbers beside it, lines with faults marked, Tab leaves it as every field does.

import { html, useEffect, useLayoutEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";

/** @param {{text: string, label: string, faults: {line: number, text: string}[], line: number|null, lineAsked: number, onText: (text: string) => void}} props
 *  `line` is gone to when `lineAsked` changes. */
export function Editor({ text, label, faults, line, lineAsked, onText }) {
  const field = useRef(null);
  const gutter = useRef(null);
  const count = text.split("\n").length;
  const wrong = new Map();
  for (const fault of faults) wrong.set(fault.line, [...(wrong.get(fault.line) ?? []), fault.text]);
  const follow = () => (gutter.current.scrollTop = field.current.scrollTop);
  useLayoutEffect(follow, [text]);
  useEffect(() => {
    if (line === null) return;
    const { current: area } = field;
    const lines = area.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    area.focus();
    area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    const height = parseFloat(getComputedStyle(area).lineHeight);
    area.scrollTop = Math.max(0, (line - 4) * height);
    follow();
  }, [line, lineAsked]);
  return html`<div class="editor">
    <div class="gutter" ref=${gutter} aria-hidden="true">
      ${Array.from({ length: count }, (_each, at) => html`<span key=${at} class=${wrong.has(at + 1) ? "wrong" : ""} title=${wrong.get(at + 1)?.join("\n")}>${at + 1}</span>`)}
    </div>
    <textarea
      ref=${field}
      class="mono"
      aria-label=${label}
      aria-invalid=${faults.length > 0}
      aria-description=${t("rules.editor_hint")}
      spellcheck="false"
      autocomplete="off"
      wrap="off"
      value=${text}
      onInput=${({ target }) => onText(target.value)}
      onScroll=${follow}
    ></textarea>
  </div>`;
}
