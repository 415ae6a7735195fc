// "Open now, closes in 2 h 10 min" stays true while the page stays open; when the hour has come, the page is read anew.

function inWords(minutes) {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days > 0) return hours ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

function tick() {
  for (const node of document.querySelectorAll("time[data-until]")) {
    const minutes = Math.ceil((Date.parse(node.dateTime) - Date.now()) / 60000);
    if (minutes <= 0) return location.reload();
    node.textContent = inWords(minutes);
  }
  setTimeout(tick, 20000);
}

if (document.querySelector("time[data-until]")) setTimeout(tick, 20000);
