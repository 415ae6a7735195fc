// Buttons beside ids that copy them: data-copy-id is the text. Says so to screen readers, and shows a tick for a moment.
// Without this file the buttons are not shown (see monitoring.css), and ids are copied by hand.
document.documentElement.classList.add("can-copy");

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.addEventListener("DOMContentLoaded", () => document.body.append(said));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-id]");
  if (!button) return;
  event.preventDefault();
  const copied = await navigator.clipboard?.writeText(button.dataset.copyId).then(
    () => true,
    () => false,
  );
  said.textContent = copied ? `Copied ${button.dataset.copyId}` : "The browser did not allow copying.";
  button.classList.toggle("copied", Boolean(copied));
  setTimeout(() => button.classList.remove("copied"), 1500);
});
