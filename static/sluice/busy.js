// Long work says so: a form with data-busy shows these words on its button while the answer is under way.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.busy;
  if (!words) return;
  const button = event.submitter ?? event.target.querySelector("[type=submit], button");
  const label = button.textContent;
  // After the form's values were gathered, for a disabled button would not be among them.
  setTimeout(() => {
    button.disabled = true;
    button.textContent = words;
    const said = event.target.querySelector("[role=status]");
    if (said) said.textContent = words;
  });
  addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = label;
  }, { once: true });
});
