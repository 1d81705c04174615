// Runs before the first drawing, so that a chosen theme does not flash: a plain script in the head, without imports.
(() => {
  const kept = localStorage.getItem("earshot.theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
