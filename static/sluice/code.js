// Code on the page: choose a language everywhere at once, show the key, copy.
// Without this file the languages are links, the key is shown by an ordinary form, and text is copied by hand.

const main = document.getElementById("main");
const said = document.getElementById("said");
const MEMORY = "sluice-language";

function say(text) {
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = text));
}

function remembered() {
  try {
    return localStorage.getItem(MEMORY);
  } catch {
    return null;
  }
}

function remember(language) {
  try {
    localStorage.setItem(MEMORY, language);
  } catch {
    // A browser that keeps nothing still shows the language that was clicked.
  }
}

function speak(language) {
  for (const sample of document.querySelectorAll("[data-sample]")) {
    sample.hidden = sample.dataset.sample !== language;
  }
  for (const link of document.querySelectorAll("[data-language]")) {
    if (link.dataset.language === language) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let keys = null;

async function fetchKeys(use) {
  if (keys) return keys;
  const body = new URLSearchParams({ guard: main.dataset.guard, use });
  const answer = await fetch(main.dataset.reveal, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  keys = await answer.json();
  return keys;
}

function keyOf(node) {
  return keys.keys[node.dataset.secret] ?? keys.auth;
}

async function reveal() {
  await fetchKeys("shown");
  for (const node of document.querySelectorAll("[data-secret]")) node.textContent = keyOf(node);
  for (const button of document.querySelectorAll("[data-reveal-key], [data-reveal-form]")) button.hidden = true;
  say("Your key is shown.");
}

async function plainText(node) {
  const copy = node.cloneNode(true);
  const secrets = copy.querySelectorAll("[data-secret]");
  const itself = node.matches("[data-secret]");
  if (secrets.length || itself) await fetchKeys("copied");
  for (const secret of secrets) secret.textContent = keyOf(secret);
  return (itself ? keyOf(node) : copy.textContent).replace(/\n$/, "");
}

async function toClipboard(node) {
  const text = plainText(node);
  if (navigator.clipboard?.write && window.ClipboardItem) {
    const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  const field = document.createElement("textarea");
  field.value = await text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not allowed");
}

async function copy(button, node) {
  try {
    await toClipboard(node);
    flash(button, "Copied");
  } catch {
    flash(button, "Not copied");
  }
}

function flash(button, text) {
  const label = button.querySelector("[aria-hidden]") ?? button;
  const before = button.dataset.before ?? label.textContent;
  button.dataset.before = before;
  label.textContent = text;
  say(text);
  setTimeout(() => (label.textContent = before), 1600);
}

async function revealOrSay() {
  try {
    await reveal();
  } catch {
    say("The key could not be shown.");
    for (const button of document.querySelectorAll("[data-reveal-key]")) flash(button, "Not shown");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-language]");
  if (link && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    const height = link.getBoundingClientRect().top;
    remember(link.dataset.language);
    speak(link.dataset.language);
    window.scrollBy(0, link.getBoundingClientRect().top - height);
    return;
  }
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-reveal-key]")) revealOrSay();
  if (button.matches("[data-copy-code]")) {
    const figure = button.closest("figure");
    copy(button, figure.querySelector("[data-sample]:not([hidden]) code") ?? figure.querySelector("code"));
  }
  if (button.matches("[data-copy-value]")) copy(button, button.parentElement.querySelector("code"));
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-reveal-form]")) return;
  event.preventDefault();
  revealOrSay();
});

function enliven(root) {
  for (const button of root.querySelectorAll("[data-copy-code], [data-copy-value]")) button.hidden = false;
  for (const button of root.querySelectorAll("[data-reveal-key]")) {
    button.hidden = !button.closest("figure").querySelector("[data-secret]");
  }
  const language = remembered();
  if (language && !new URLSearchParams(location.search).has("lang")) {
    if (root.querySelector(`[data-sample="${CSS.escape(language)}"]`)) speak(language);
  }
}

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
document.addEventListener("sluice:swapped", (event) => enliven(event.target));
enliven(document);
