// Keeps an element fresh: data-live is the address of its content, data-live-seconds how often it is asked for.
// Only parts that changed are put in (a part is a child with an id), so nothing flickers and tables keep their place.
// Nothing is asked for while the page is hidden, while a person has the focus inside or text selected.
for (const element of document.querySelectorAll("[data-live]")) {
  const seconds = Number(element.dataset.liveSeconds || 5);
  const busy = () =>
    document.hidden ||
    element.contains(document.activeElement) ||
    (!getSelection().isCollapsed && element.contains(getSelection().anchorNode));

  const renew = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of element.querySelectorAll(":scope > [id]")) {
      const other = fresh.getElementById(part.id);
      if (other && other.innerHTML !== part.innerHTML) part.innerHTML = other.innerHTML;
    }
  };

  let asking = false;
  setInterval(async () => {
    if (asking || busy()) return;
    asking = true;
    const answer = await fetch(element.dataset.live, { credentials: "same-origin" }).catch(() => null);
    asking = false;
    const usable = answer && answer.ok && !answer.redirected;
    element.classList.toggle("stale", !usable);
    if (usable && !busy()) renew(await answer.text());
  }, seconds * 1000);
}
