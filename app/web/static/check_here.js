// The button "Check it in this browser" of the badge page. It stays hidden where a browser cannot do it: without
// scripts, and without https, where browsers offer no cryptography.

import { copyOf, examine } from "./browser_check.js";

// The marks of a report, and the words that say the same to whoever does not see them.
const MARKS = { passed: ["good", "Passed"], failed: ["stopped", "Failed"], unknown: ["unknown", "Cannot tell"] };

const place = document.querySelector("[data-check-here]");

if (place && globalThis.crypto?.subtle && globalThis.DecompressionStream) {
  const button = place.querySelector("button");
  const output = place.querySelector("[data-found]");
  place.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    output.replaceChildren(text("p", "Checking…"));
    const address = place.dataset.checkHere;
    const zone = place.dataset.zone;
    const where = "copied" in place.dataset ? { zone, place: copyOf(new URL(address).origin) } : { zone };
    show(output, await examine(address, where), place.querySelector("template").content);
    button.disabled = false;
  });
}

function show(output, { lines, facts }, icons) {
  const good = lines.every((line) => line.outcome === "passed");
  const list = document.createElement("ul");
  list.className = "checks";
  for (const line of lines) {
    const [mark, word] = MARKS[line.outcome];
    const item = document.createElement("li");
    item.className = mark;
    item.dataset.check = line.name;
    const said = document.createElement("span");
    const unseen = text("span", `${word}: `);
    unseen.className = "unseen";
    said.append(unseen, line.sentence);
    item.append(icons.querySelector(`[data-mark=${mark}]`).firstElementChild.cloneNode(true), said);
    list.append(item);
  }
  const about = facts ? `It says “${facts.name}”, earned ${facts.awarded}, signed by ${facts.issuer}.` : "";
  const verdict = good ? "Your browser finds this badge good." : "Your browser does not find this badge good.";
  const sentence = text("p", about);
  sentence.prepend(text("strong", verdict), " ");
  output.replaceChildren(sentence, list);
}

function text(kind, content) {
  const element = document.createElement(kind);
  element.textContent = content;
  return element;
}
