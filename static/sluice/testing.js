// The test form without leaving the page: send it, put the answer beside it, keep what was typed.

const said = document.getElementById("said");

async function send(form, button) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = "Sending…";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("bench");
    if (!fresh) throw new Error(`HTTP ${answer.status}`);
    for (const id of ["bench", "log", "standing"]) {
      const part = page.getElementById(id);
      const place = document.getElementById(id);
      if (!part || !place) continue;
      place.replaceWith(part);
      part.dispatchEvent(new CustomEvent("sluice:swapped", { bubbles: true }));
    }
    const outcome = document.getElementById("outcome");
    outcome?.focus();
    said.textContent = outcome?.textContent.trim() ?? "";
  } catch (error) {
    button.disabled = false;
    button.textContent = label;
    said.textContent = "The test lead could not be sent.";
    const note = document.getElementById("unsent");
    note.hidden = false;
    note.textContent = `The test lead could not be sent (${error.message}). Nothing was stored; try again.`;
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "test-form") return;
  event.preventDefault();
  send(event.target, event.submitter ?? event.target.querySelector("[type=submit]"));
});
