/* Rows of one input, as conditions of a mapping or margins by price: the empty ones wait behind a button that shows
   them one by one. `data-first` on the root shows the first of them when there is no other. Without scripts all are
   shown. */
"use strict";
(() => {
  function prepare(scope) {
    scope.querySelectorAll("[data-spares]").forEach((root) => {
      if (root.dataset.ready || root.id.includes("__prefix__")) return;
      root.dataset.ready = "yes";
      const spare = [...root.querySelectorAll("[data-spare]")];
      const button = root.querySelector("[data-spare-add]");
      const used = root.querySelectorAll("[role=group]").length - spare.length;
      spare.slice(!used && "first" in root.dataset ? 1 : 0).forEach((each) => { each.hidden = true; });
      button.hidden = !spare.some((each) => each.hidden);
      button.addEventListener("click", () => {
        const next = spare.find((each) => each.hidden);
        if (next) { next.hidden = false; next.querySelector("input:not([type=hidden]), button")?.focus(); }
        button.hidden = !spare.some((each) => each.hidden);
      });
    });
  }

  window.addEventListener("load", () => prepare(document));
  document.addEventListener("formset:added", () => setTimeout(() => prepare(document)));
})();
