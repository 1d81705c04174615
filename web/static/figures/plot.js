// What the charts of figures share: they follow their box, the theme and the language, and name what is under the pointer.

import { useEffect } from "../vendor/preact.js";

export const HEIGHT = 220;

/** Draws into the box whenever `shape` (all that is seen, as text) changes; `known`: whether there is anything to draw. */
export function usePlot(box, shape, known, draw) {
  useEffect(() => {
    if (!known) return undefined;
    let plot = draw(box.current);
    const redraw = () => {
      plot.destroy();
      plot = draw(box.current);
    };
    const sized = new ResizeObserver(([entry]) => plot.setSize({ width: Math.floor(entry.contentRect.width), height: HEIGHT }));
    sized.observe(box.current);
    const light = matchMedia("(prefers-color-scheme: light)");
    light.addEventListener("change", redraw);
    return () => {
      sized.disconnect();
      light.removeEventListener("change", redraw);
      plot.destroy();
    };
  }, [shape]);
}

/** As many places as have room (pixels) for their names, the last one always. */
export function thinned(at, width, room) {
  const every = Math.max(1, Math.ceil((at.length * room) / width));
  return at.filter((_each, number) => (at.length - 1 - number) % every === 0);
}

/** A bubble for the place under the pointer; `textOf` says its words by the place's number. */
export function tooltip(textOf) {
  const bubble = document.createElement("div");
  bubble.className = "bubble-of-day";
  return {
    hooks: {
      init: (plot) => plot.over.append(bubble),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        bubble.hidden = idx == null || left < 0;
        if (bubble.hidden) return;
        bubble.textContent = textOf(idx);
        bubble.style.transform = `translateX(${Math.max(0, Math.min(plot.over.clientWidth - bubble.offsetWidth, left + 12))}px)`;
      },
    },
  };
}
