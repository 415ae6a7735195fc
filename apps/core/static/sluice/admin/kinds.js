/* Shows only the inputs that count: of a row those that its menus read, on a page those that a choice above makes
   meaningful. A menu says in data-inputs which inputs each of its entries reads. Without scripts all are shown. */
"use strict";
(() => {
  function line(row, name) { return row.querySelector(`.field-line.field-${name}`); }

  function show(row, name, on) {
    const found = line(row, name) || document.getElementById(`${name}-group`);
    if (!found) return;
    found.hidden = !on;
    found.style.display = on ? "" : "none";
    const whole = found.closest(".field-row");
    if (whole) whole.style.display = [...whole.querySelectorAll(".field-line")].some((each) => each.style.display !== "none") ? "" : "none";
  }

  function follow(row, select) {
    const reads = JSON.parse(select.dataset.inputs);
    const all = [...new Set(Object.values(reads).flat())];
    const apply = () => {
      const wanted = reads[select.value] || (select.value in reads ? [] : all);
      all.forEach((each) => show(row, each, wanted.includes(each)));
      row.querySelectorAll(".field-line.field-source optgroup").forEach((group) => {
        if (select.name.endsWith("-kind")) group.hidden = (group.label === "System values") !== (select.value === "system");
      });
    };
    select.addEventListener("change", apply);
    apply();
  }

  /* On the page itself: an input that counts only with a certain choice above it. */
  const chosen = (...values) => (value) => values.includes(value);
  const NEEDS = [
    [["states_mode"], ["states"], (mode) => mode !== ""],
    [["zips_mode"], ["zip_list"], (mode) => mode !== ""],
    [["answer_mode"], ["answer_budget_ms"], chosen("buyer")],
    [["verify_ip"], ["ip_countries"], (verified) => verified],
    [["consent"], ["consent_strict"], (consent) => consent !== "none"],
    [["traffic"], ["ping_valid_s", "on_mismatch", "post_floor"], chosen("exchange")],
    [["margin_kind"], ["margin_amount"], chosen("fixed", "percent")],
    [["margin_kind"], ["margin_bands"], (kind) => kind !== ""],
    [["price_kind"], ["price", "price_bands"], chosen("fixed")],
    [["price_kind", "share"], ["shared_price"], (kind, share) => kind === "fixed" && share !== "exclusive"],
    [["price_kind"], ["minimum_bid"], chosen("bid")],
  ];
  function needs() {
    const told = (control) => (control.type === "checkbox" ? control.checked : control.value);
    for (const [names, others, wanted] of NEEDS) {
      const controls = names.map((name) => document.getElementById(`id_${name}`));
      if (controls.includes(null)) continue;
      const apply = () => others.forEach((other) => show(document, other, wanted(...controls.map(told))));
      controls.forEach((control) => control.addEventListener("change", apply));
      apply();
    }
  }

  function prepare(scope) {
    scope.querySelectorAll(".form-group").forEach((row) => {
      if (row.dataset.kinds) return;
      row.dataset.kinds = "yes";
      row.querySelectorAll("select[data-inputs]").forEach((select) => follow(row, select));
      openable(row);
    });
  }

  /* Rows that fold: their title opens them by keyboard too. */
  function openable(row) {
    const title = row.querySelector("h3.cursor-pointer strong");
    if (!title) return;
    title.tabIndex = 0;
    title.setAttribute("role", "button");
    title.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      title.click();
    });
  }

  /* A row that was just added is there to be filled in. */
  function unfold(row) {
    if (row.classList.contains("original")) return;
    const folded = row.querySelector("[x-show]");
    if (folded && folded.style.display === "none") row.querySelector("h3.cursor-pointer strong")?.click();
  }

  window.addEventListener("load", () => { prepare(document); needs(); });
  document.addEventListener("formset:added", (event) => setTimeout(() => {
    const row = event.target instanceof Element ? event.target.closest(".form-group") : null;
    if (!row) return;
    delete row.dataset.kinds;
    prepare(row.parentElement);
    unfold(row);
  }));
})();
