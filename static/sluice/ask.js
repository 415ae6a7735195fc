// A small question answered in place. Without this file the page comes back with the answer in it.

const said = document.getElementById("said");

async function ask(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.getElementById(form.id);
    if (!part) throw new Error(`HTTP ${answer.status}`);
    form.replaceWith(part);
    const output = part.querySelector("output");
    part.querySelector("input:not([type=hidden])").focus();
    said.textContent = output?.textContent.trim() ?? "";
  } catch {
    button.disabled = false;
    form.submit();
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-ask]")) return;
  event.preventDefault();
  ask(event.target);
});
