/* The page of an endpoint: shows the parts that its way of delivering, its format and its authentication use, and says
   what each input means for them. Without scripts all is shown. */
"use strict";
(() => {
  const field = (name) => document.getElementById(`id_${name}`);
  const valueOf = (name) => field(name)?.value ?? "";
  const is = (name, ...values) => values.includes(valueOf(name));
  const http = () => is("kind", "http");
  const calls = () => is("kind", "http", "email");

  const PARTS = {
    "sl-part-where": () => is("kind", "http", "sftp"),
    "sl-part-email": () => is("kind", "email"),
    "sl-part-sftp": () => is("kind", "sftp"),
    "sl-part-format": () => is("kind", "http", "email"),
    "sl-part-ping": http,
    "sl-part-auth": () => is("kind", "http", "sftp", "store"),
    "sl-part-treatment": () => !is("kind", "store"),
  };
  const authenticates = (...kinds) => http() && is("auth_kind", ...kinds);
  const LINES = {
    method: http,
    body_format: http,
    content_type: http,
    charset: http,
    on_unencodable: () => http() && !is("charset", "utf-8"),
    namespaces: () => http() && is("body_format", "xml"),
    template: () => is("kind", "email") || (http() && is("body_format", "raw")),
    schema_kind: http,
    schema_text: () => http() && !is("schema_kind", ""),
    auth_kind: () => is("kind", "http", "store"),
    auth_name: () => is("kind", "sftp") || authenticates("header", "query", "basic", "oauth2") || (is("kind", "store") && is("auth_kind", "header")),
    auth_secret: () => is("kind", "sftp") || (is("kind", "http", "store") && !is("auth_kind", "none")),
    token_url: () => authenticates("oauth2"),
    token_scope: () => authenticates("oauth2"),
    token_audience: () => authenticates("oauth2"),
    client_auth: () => authenticates("oauth2"),
    unknown_policy: () => is("kind", "http", "email"),
    ping_method: () => pinged(),
    ping_format: () => pinged(),
    ping_content_type: () => pinged(),
    ping_template: () => pinged() && is("ping_format", "raw"),
    ping_timeout_ms: () => pinged(),
    status_url: () => http() && is("unknown_policy", "ask"),
    // A file leaves by its own schedule and tries; of its treatment only the canary counts.
    timeout_ms: calls,
    retries: calls,
    retry_profile: calls,
    concurrency: calls,
    rate_limit: calls,
    rate_seconds: () => calls() && valueOf("rate_limit") !== "",
  };
  const pinged = () => http() && valueOf("ping_url").trim() !== "";
  const GROUPS = { "headers-group": http, "rules-group": http, "ping_mappings-group": pinged, "ping_rules-group": pinged };
  const FETCHING = ["none", "bearer", "header"];
  const NAMES = { header: "Header", query: "Key of the query string", basic: "User", oauth2: "Client id" };
  const NAMED = {
    header: "For example X-Api-Key.", query: "For example api_key.", basic: "As the buyer has given it to you.",
    oauth2: "As the buyer has given it to you.",
  };
  const SECRETS = { header: "Key", query: "Key", basic: "Password", bearer: "Token", oauth2: "Client secret", signature: "Signing secret" };

  function label(name, text) {
    const found = document.querySelector(`label[for="id_${name}"]`);
    if (found) found.firstChild.nodeType === Node.TEXT_NODE ? (found.firstChild.data = text) : (found.textContent = text);
  }

  function help(name, text) {
    const found = document.getElementById(`id_${name}_helptext`) || field(name)?.closest(".field-line")?.querySelector(".text-xs");
    if (found && text) (found.querySelector("div") || found).textContent = text;
  }

  function show(node, on) { if (node) node.style.display = on ? "" : "none"; }

  function refresh() {
    for (const [name, wanted] of Object.entries(LINES)) {
      const line = document.querySelector(`.field-line.field-${name}`) || field(name)?.closest(".field-line");
      if (!line) continue;
      show(line, wanted());
      const row = line.closest(".field-row");
      if (row) show(row, [...row.querySelectorAll(".field-line")].some((each) => each.style.display !== "none"));
    }
    for (const [name, wanted] of Object.entries(PARTS)) show(document.querySelector(`fieldset.${name}`), wanted());
    for (const [id, wanted] of Object.entries(GROUPS)) show(document.getElementById(id), wanted());
    const drop = is("kind", "sftp");
    // A buyer that fetches shows a bearer token or a header, nothing else.
    for (const option of field("auth_kind")?.options ?? []) {
      option.hidden = is("kind", "store") && !FETCHING.includes(option.value) && !option.selected;
    }
    label("auth_name", drop ? "User" : NAMES[valueOf("auth_kind")] || "Name");
    help("auth_name", drop ? "On the buyer's server." : NAMED[valueOf("auth_kind")]);
    label("auth_secret", drop ? "Password or private key" : SECRETS[valueOf("auth_kind")] || "Secret");
  }

  /* What a format's argument is called, with an example. */
  function formats() {
    document.getElementById("endpoint_form").addEventListener("change", (event) => {
      const menu = event.target.closest?.("select[data-arguments]");
      if (menu) name(menu);
    });
    document.querySelectorAll("select[data-arguments]").forEach(name);
    function name(menu) {
      const [words, example] = JSON.parse(menu.dataset.arguments)[menu.value] || ["With", ""];
      const input = document.getElementById(menu.id.replace("value_format", "format_argument"));
      const told = input && document.querySelector(`label[for="${input.id}"]`);
      if (told) told.firstChild.nodeType === Node.TEXT_NODE ? (told.firstChild.data = words) : (told.textContent = words);
      if (input) input.placeholder = example;
    }
  }

  /* What a lead would become, from the page as it stands: asked anew when somebody has stopped typing. */
  function preview(form) {
    const panel = document.querySelector("[data-preview]");
    if (!panel) return;
    const shown = panel.querySelector("[data-preview-shown]");
    let timer = 0;
    let asked = null;
    const ask = async () => {
      asked?.abort();
      asked = new AbortController();
      const data = new FormData(form);
      // Secrets stay here: the preview only needs to know that there is one.
      form.querySelectorAll("[autocomplete=new-password]").forEach((input) => { if (input.value) data.set(input.name, "given"); });
      data.set("fragment", "yes");
      panel.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(panel.dataset.preview, { method: "POST", body: data, credentials: "same-origin", signal: asked.signal });
        if (!answer.ok) throw new Error(`${answer.status}`);
        shown.innerHTML = await answer.text();
        panel.removeAttribute("aria-busy");
      } catch (error) {
        if (error.name === "AbortError") return;
        shown.textContent = "The preview could not be fetched; what you typed is still here.";
        panel.removeAttribute("aria-busy");
      }
    };
    const soon = () => { clearTimeout(timer); timer = setTimeout(ask, 600); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    panel.addEventListener("input", soon);
    panel.querySelector("[data-preview-button]").addEventListener("click", (event) => { event.preventDefault(); ask(); });
    document.addEventListener("formset:added", soon);
    document.addEventListener("formset:removed", soon);
    ask();
  }

  window.addEventListener("load", () => {
    const form = document.getElementById("endpoint_form");
    if (!form || !field("kind")) return;
    form.addEventListener("change", refresh);
    field("ping_url")?.addEventListener("input", refresh);
    refresh();
    formats();
    preview(form);
  });
})();
