/* Boxes: tick all or none, and a count. Without this script they are plain checkboxes. */
"use strict";
(() => {
  function prepare(box) {
    const tools = box.querySelector("[data-boxes-tools]");
    if (!tools || tools.dataset.ready) return;
    tools.dataset.ready = "yes";
    const inputs = [...box.querySelectorAll("input[type=checkbox]")];
    const count = box.querySelector("[data-boxes-count]");
    const tell = () => { count.textContent = `${inputs.filter((input) => input.checked).length} of ${inputs.length} ticked`; };
    const set = (on) => { inputs.forEach((input) => { input.checked = on; }); tell(); };
    box.querySelector("[data-boxes-all]").addEventListener("click", () => set(true));
    box.querySelector("[data-boxes-none]").addEventListener("click", () => set(false));
    box.addEventListener("change", tell);
    tools.hidden = false;
    tell();
  }
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-boxes]").forEach(prepare));
})();
