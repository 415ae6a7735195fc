// Keeps an element fresh: data-live is the address of its content, data-live-seconds how often it is asked for.
// Nothing is asked for while the page is hidden, while a person is typing or has text selected inside.
for (const element of document.querySelectorAll("[data-live]")) {
  const seconds = Number(element.dataset.liveSeconds || 5);
  const busy = () =>
    document.hidden || element.contains(document.activeElement) || !getSelection().isCollapsed;
  setInterval(async () => {
    if (busy()) return;
    const answer = await fetch(element.dataset.live, { credentials: "same-origin" }).catch(() => null);
    if (answer && answer.ok && !answer.redirected && !busy()) {
      element.innerHTML = await answer.text();
    }
  }, seconds * 1000);
}
