// The test form without leaving the page: send it, put the answer beside it, keep what was typed.

const said = document.getElementById("said");

async function send(form, button) {
  const label = button.textContent;
  const typed = new FormData(form);
  if (button.name) typed.append(button.name, button.value);
  else button.textContent = "Sending…";
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(typed) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = form.dataset.testForm.split(" ");
    if (!page.getElementById(parts[0])) throw new Error(`HTTP ${answer.status}`);
    for (const id of parts) {
      const part = page.getElementById(id);
      const place = document.getElementById(id);
      if (!part || !place) continue;
      place.replaceWith(part);
      part.dispatchEvent(new CustomEvent("sluice:swapped", { bubbles: true }));
    }
    const outcome = document.getElementById(form.dataset.outcome);
    outcome?.focus();
    if (button.name) document.getElementById(parts[0]).querySelector(`button[name="${button.name}"]`).focus();
    said.textContent = outcome?.textContent.trim() ?? "";
  } catch (error) {
    button.disabled = false;
    button.textContent = label;
    said.textContent = "The test lead could not be sent.";
    const note = form.querySelector("[data-unsent]");
    note.hidden = false;
    note.textContent = `The test lead could not be sent (${error.message}). Nothing was stored; try again.`;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-test-form]")) return;
  event.preventDefault();
  send(event.target, event.submitter ?? event.target.querySelector("[type=submit]"));
});
