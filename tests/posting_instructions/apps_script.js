// Plays what a script at Google has: a fetch that waits for its answer.
const { execFileSync } = require("node:child_process");

globalThis.UrlFetchApp = {
  fetch(url, { method, contentType, payload, headers = {} }) {
    const named = Object.entries({ "Content-Type": contentType, ...headers });
    const flags = named.flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const text = execFileSync("curl", ["-s", "-X", method.toUpperCase(), ...flags, "-d", payload, url]);
    return { getContentText: () => text.toString() };
  },
};
