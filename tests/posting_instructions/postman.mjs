// Runs a Postman collection the way Postman does, as far as ours goes: variables, scripts, requests, expectations.
// Reads {collection, key} from standard input; prints a line for each expectation that was not met.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const { collection, key } = JSON.parse(readFileSync(0, "utf8"));
const variables = Object.fromEntries(collection.variable.map((each) => [each.key, each.value]));
variables.key = key;
let checked = 0;

function replaceIn(text) {
  return text.replace(/\{\{(\$?\w+)\}\}/g, (_, name) => (name === "$guid" ? randomUUID() : variables[name]));
}

function expect(found) {
  const fail = (words) => {
    throw new Error(`${JSON.stringify(found)} ${words}`);
  };
  return {
    to: {
      equal: (wanted) => found === wanted || fail(`is not ${JSON.stringify(wanted)}`),
      include: (wanted) => found.includes(wanted) || fail(`does not include ${JSON.stringify(wanted)}`),
    },
  };
}

async function post(url, headers, body) {
  const answer = await fetch(url, { method: "POST", headers, body });
  const text = await answer.text();
  return { code: answer.status, json: () => JSON.parse(text) };
}

async function run(item) {
  if (item.item) {
    for (const each of item.item) await run(each);
    return;
  }
  const waiting = [];
  const pm = {
    expect,
    variables: { replaceIn },
    collectionVariables: { set: (name, value) => (variables[name] = value) },
    sendRequest: (request, done) =>
      waiting.push(post(request.url, request.header, request.body.raw).then((answer) => done(null, answer))),
    test: (name, check) => {
      checked += 1;
      try {
        check();
      } catch (error) {
        console.log(`${item.name}: ${name}: ${error.message}`);
      }
    },
  };
  const script = (listen) => {
    const found = (item.event ?? []).find((each) => each.listen === listen);
    if (found) new Function("pm", found.script.exec.join("\n"))(pm);
  };
  script("prerequest");
  await Promise.all(waiting);
  const headers = Object.fromEntries(item.request.header.map((each) => [each.key, each.value]));
  pm.response = await post(replaceIn(item.request.url.raw), headers, replaceIn(item.request.body.raw));
  script("test");
}

for (const each of collection.item) await run(each);
console.log(`checked ${checked}`);
