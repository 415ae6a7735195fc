/* The expression builder: menus over a tree of all / any / none over field, operator, value.
   The tree lives in a hidden input as JSON; the server checks it and puts it into words. */
"use strict";
(() => {
  const GROUPS = [
    ["all", "All of these hold"], ["any", "At least one of these holds"],
    ["none", "None of these holds"], ["notall", "Not all of these hold"],
  ];
  const UNITS = ["years", "months", "weeks", "days"];
  const catalogs = new Map();
  let serial = 0;

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "value") node.value = value;
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const menu = (label, entries, chosen, change) => {
    const select = make("select", { "aria-label": label, class: "sl-input", onchange: () => change(select.value) });
    if (!entries.some(([value]) => value === chosen)) {
      select.append(make("option", { value: chosen || "" }, chosen ? `${chosen} (gone)` : "Choose…"));
    }
    entries.forEach(([value, text]) => select.append(make("option", { value }, text)));
    select.value = chosen || "";
    return select;
  };

  /* --- The tree as people see it: groups of four kinds, "none" for not(any(…)) ------------------------------------ */
  function opened(tree) {
    if (!tree) return null;
    if (tree.kind === "test") return { ...tree, id: ++serial };
    let { kind, children } = tree;
    if (kind === "not") {
      const only = children.length === 1 ? children[0] : null;
      if (only && only.kind === "any") ({ children } = only);
      kind = only ? "none" : "notall";
    }
    return { kind, id: ++serial, children: children.map(opened) };
  }
  function closed(node) {
    if (node.kind === "test") return { kind: "test", field: node.field, operator: node.operator, value: node.value };
    const children = node.children.map(closed);
    if (node.kind === "none") return { kind: "not", children: [{ kind: "any", children }] };
    return { kind: node.kind === "notall" ? "not" : node.kind, children };
  }

  class Builder {
    constructor(root) {
      this.root = root;
      this.input = root.querySelector("[data-expression-value]");
      this.words = root.querySelector("[data-expression-words]");
      this.problems = root.querySelector("[data-expression-problems]");
      this.editor = root.querySelector("[data-expression-editor]");
      this.emptyWords = this.words.cloneNode(true).childNodes;
      root.querySelector("[data-expression-hint]").remove();
      let stored = null;
      try { stored = this.input.value ? JSON.parse(this.input.value) : null; } catch { stored = null; }
      this.tree = opened(stored);
      if (this.tree && this.tree.kind === "test") this.tree = { kind: "all", id: ++serial, children: [this.tree] };
      this.closedView();
    }

    closedView() {
      const label = this.tree ? "Change" : "Build with menus";
      this.editor.replaceChildren(make("button", { type: "button", class: "sl-button sl-button-small", onclick: () => this.open() }, label));
    }

    async open() {
      if (!this.root.dataset.catalog) {
        this.editor.replaceChildren(make("p", { class: "sl-help" }, "Save first; then its fields are known here."));
        return;
      }
      this.catalog = await catalogOf(this.root.dataset.catalog);
      if (!this.catalog.fields.length) {
        this.editor.replaceChildren(make("p", { class: "sl-help" }, "The campaign has no fields yet. Add fields first."));
        return;
      }
      if (!this.tree) this.tree = { kind: "all", id: ++serial, children: [this.newTest()] };
      this.render(this.tree.children[0]);
      this.sync();
    }

    field(name) { return this.catalog.fields.find((field) => field.name === name); }
    operator(key) { return this.catalog.operators.find((operator) => operator.key === key); }
    operatorsFor(field) { return this.catalog.operators.filter((operator) => !field || operator.kinds.includes(field.kind)); }
    newTest() { return { kind: "test", id: ++serial, field: "", operator: "", value: null }; }

    sync() {
      this.input.value = this.tree ? JSON.stringify(closed(this.tree)) : "";
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), 250);
    }

    async ask() {
      if (!this.tree) { this.words.replaceChildren(...[...this.emptyWords].map((node) => node.cloneNode(true))); this.problems.hidden = true; return; }
      const token = document.querySelector("[name=csrfmiddlewaretoken]");
      try {
        const answer = await fetch(this.root.dataset.wordsUrl, {
          method: "POST", body: this.input.value, credentials: "same-origin",
          headers: { "Content-Type": "application/json", "X-CSRFToken": token ? token.value : "" },
        });
        const told = await answer.json();
        this.words.textContent = told.words;
        this.problems.replaceChildren(...told.problems.map((sentence) => make("li", {}, sentence)));
        this.problems.hidden = !told.problems.length;
      } catch { this.words.textContent = "The words appear when you save."; }
    }

    render(focusOn) {
      const tools = make("div", { class: "sl-expr-tools" },
        make("button", { type: "button", class: "sl-link", onclick: () => this.clear() }, "Remove all"));
      this.editor.replaceChildren(this.group(this.tree, null), tools);
      const target = focusOn && this.editor.querySelector(`[data-node="${focusOn.id}"] select, [data-node="${focusOn.id}"] button`);
      if (target) target.focus();
    }

    clear() {
      this.tree = null;
      this.sync();
      this.closedView();
      this.editor.querySelector("button").focus();
    }

    change(focusOn) { this.render(focusOn); this.sync(); }

    remove(node, parent) {
      const place = parent.children.indexOf(node);
      parent.children.splice(place, 1);
      if (!this.tree.children.length) { this.clear(); return; }
      this.change(parent.children[place] || parent.children[place - 1] || parent);
    }

    group(node, parent) {
      const rows = node.children.map((child) => child.kind === "test" ? this.test(child, node) : this.group(child, node));
      const add = (child) => { node.children.push(child); this.change(child.kind === "test" ? child : child.children[0]); };
      return make("div", { class: "sl-expr-group", role: "group", "aria-label": "Group of tests", "data-node": node.id },
        make("div", { class: "sl-expr-row" },
          menu("How the tests of this group combine", GROUPS, node.kind, (kind) => { node.kind = kind; this.change(node); }),
          parent ? make("button", { type: "button", class: "sl-expr-remove", "aria-label": "Remove this group", onclick: () => this.remove(node, parent) }, "✕") : ""),
        ...rows,
        make("div", { class: "sl-expr-tools" },
          make("button", { type: "button", class: "sl-link", onclick: () => add(this.newTest()) }, "+ Test"),
          make("button", { type: "button", class: "sl-link", onclick: () => add({ kind: "any", id: ++serial, children: [this.newTest()] }) }, "+ Group")));
    }

    test(node, parent) {
      const field = this.field(node.field);
      const fields = this.catalog.fields.map((entry) => [entry.name, entry.label === entry.name ? entry.name : `${entry.label} (${entry.name})`]);
      const operators = this.operatorsFor(field).map((entry) => [entry.key, entry.label]);
      const chooseField = (name) => {
        node.field = name;
        const fits = this.operatorsFor(this.field(name));
        if (!fits.some((entry) => entry.key === node.operator)) node.operator = fits[0].key;
        node.value = null;
        this.change(node);
      };
      const chooseOperator = (key) => {
        const before = this.operator(node.operator);
        if (!before || before.takes !== this.operator(key).takes) node.value = null;
        node.operator = key;
        this.change(node);
      };
      return make("div", { class: "sl-expr-row sl-expr-test", "data-node": node.id },
        menu("Field", fields, node.field, chooseField),
        field ? menu("Operator", operators, node.operator, chooseOperator) : "",
        make("span", { class: "sl-expr-value" }, ...this.values(node, field)),
        make("button", { type: "button", class: "sl-expr-remove", "aria-label": "Remove this test", onclick: () => this.remove(node, parent) }, "✕"));
    }

    set(node, value) { node.value = value; this.sync(); }

    text(node, label, value, change, more = {}) {
      const input = make("input", { type: "text", class: "sl-input", "aria-label": label, value: value ?? "", oninput: () => change(input.value.trim()), ...more });
      return input;
    }

    values(node, field) {
      const operator = this.operator(node.operator);
      if (!field || !operator || operator.takes === "nothing") return [];
      const maker = this[`takes_${operator.takes}`] || this.takes_one;
      return maker.call(this, node, field, operator);
    }

    takes_one(node, field, operator) {
      if (field.choices.length && ["is", "is_not"].includes(operator.key)) {
        return [menu("Value", field.choices.map((entry) => [entry.value, entry.label]), node.value, (value) => this.set(node, value))];
      }
      const day = field.kind === "date";
      const number = ["number", "range"].includes(field.kind);
      return [this.text(node, "Value", node.value, (value) => this.set(node, value),
        day ? { type: "date" } : number ? { inputmode: "decimal", placeholder: "640" } : {})];
    }

    takes_pattern(node) {
      return [this.text(node, "Regular expression", node.value, (value) => this.set(node, value), { class: "sl-input sl-mono", placeholder: "^[A-Z]{2}\\d+" })];
    }

    takes_two(node, field) {
      const pair = Array.isArray(node.value) ? node.value : ["", ""];
      const input = (place, label) => this.text(node, label, pair[place], (value) => { pair[place] = value; this.set(node, [...pair]); },
        field.kind === "date" ? { type: "date" } : { inputmode: "decimal" });
      return [input(0, "From"), make("span", {}, "and"), input(1, "To")];
    }

    takes_many(node, field) {
      const chosen = new Set(Array.isArray(node.value) ? node.value : []);
      if (!field.choices.length) {
        const area = make("textarea", { class: "sl-input", rows: 3, "aria-label": "Values, one a line", placeholder: "One a line", value: [...chosen].join("\n"),
          oninput: () => this.set(node, area.value.split(/[\n,]/).map((entry) => entry.trim()).filter(Boolean)) });
        return [area];
      }
      const toggle = (value, on) => { if (on) chosen.add(value); else chosen.delete(value); this.set(node, [...chosen]); };
      const boxes = field.choices.map((entry) => make("label", { class: "sl-box" },
        make("input", { type: "checkbox", checked: chosen.has(entry.value), onchange: (event) => toggle(entry.value, event.target.checked) }), make("span", {}, entry.label)));
      return [make("div", { class: "sl-expr-boxes", role: "group", "aria-label": "Values", tabindex: -1 }, ...boxes)];
    }

    takes_list(node) {
      const chosen = Array.isArray(node.value) ? node.value[0] : node.value;
      const label = (value) => this.catalog.lists.find((entry) => entry.value === value).label;
      if (!this.catalog.lists.length) return [make("span", { class: "sl-help" }, "There is no list yet: add one under Zip lists.")];
      return [menu("List", this.catalog.lists.map((entry) => [entry.value, entry.label]), chosen, (value) => this.set(node, [value, label(value)]))];
    }

    takes_distance(node) {
      const pair = Array.isArray(node.value) ? node.value : ["", ""];
      const keep = () => this.set(node, [...pair]);
      return [
        this.text(node, "Kilometres", pair[1], (value) => { pair[1] = value; keep(); }, { inputmode: "decimal", placeholder: "50", size: 5 }),
        make("span", {}, "km of zip"),
        this.text(node, "Zip code", pair[0], (value) => { pair[0] = value; keep(); }, { inputmode: "numeric", placeholder: "90210", maxlength: 5, size: 6 }),
      ];
    }

    takes_age(node, field) {
      const found = /^(\d*)\s*([a-z]*)$/i.exec(node.value || "") || ["", "", ""];
      const parts = [found[1], UNITS.find((unit) => unit.startsWith((found[2] || "").replace(/s$/, "") || "?")) || (field.type === "birth_date" ? "years" : "days")];
      const keep = () => this.set(node, parts[0] ? parts.join(" ") : null);
      return [
        this.text(node, "Number", parts[0], (value) => { parts[0] = value; keep(); }, { inputmode: "numeric", placeholder: "18", size: 5 }),
        menu("Unit", UNITS.map((unit) => [unit, unit]), parts[1], (value) => { parts[1] = value; keep(); }),
      ];
    }
  }

  function catalogOf(url) {
    if (!catalogs.has(url)) {
      catalogs.set(url, fetch(url, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.status}`);
        return answer.json();
      }));
    }
    return catalogs.get(url);
  }

  function prepare(scope) {
    scope.querySelectorAll("[data-expression]").forEach((root) => {
      const name = root.querySelector("[data-expression-value]").name;
      if (root.dataset.ready || name.includes("__prefix__")) return;
      root.dataset.ready = "yes";
      new Builder(root);
    });
  }
  window.addEventListener("load", () => prepare(document));
  document.addEventListener("formset:added", (event) => setTimeout(() => prepare(event.target instanceof Element ? event.target : document)));
})();
