// Tables one looks things up in: a filter box, and the line of the example that a row belongs to.

const box = document.querySelector("[data-lookup]");
const table = document.querySelector("[data-lookup-table]");
const rows = [...table.querySelectorAll("tbody tr:not(.group)")];

function narrow() {
  const words = box.querySelector("input[type=search]").value.toLowerCase().split(/\s+/).filter(Boolean);
  const only = box.querySelector("input[type=checkbox]")?.checked;
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word)) || (only && !row.hasAttribute("data-required"));
    shown += row.hidden ? 0 : 1;
  }
  for (const group of table.querySelectorAll("tbody")) {
    const inside = [...group.querySelectorAll("tr:not(.group)")];
    group.hidden = inside.length > 0 && inside.every((row) => row.hidden);
  }
  const all = rows.length;
  box.querySelector("output").textContent = shown === all ? `${all} in all` : `${shown} of ${all}`;
}

function light(name) {
  for (const line of document.querySelectorAll(".line[data-field]")) {
    line.classList.toggle("lit", line.dataset.field === name);
  }
  const first = document.querySelector(".show [data-sample]:not([hidden]) .lit, .show .lit");
  if (!first) return;
  const frame = first.closest("pre");
  const top = first.offsetTop - frame.offsetTop;
  if (top < frame.scrollTop || top > frame.scrollTop + frame.clientHeight - 40) frame.scrollTop = top - 60;
}

for (const row of rows) {
  const name = row.dataset.name;
  if (!name) continue;
  row.addEventListener("pointerenter", () => light(name));
  row.addEventListener("focusin", () => light(name));
}

function follow() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row?.dataset.name) light(row.dataset.name);
}

box.hidden = false;
box.addEventListener("input", narrow);
box.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
narrow();
follow();
