// Captures the page in front, and hands it to the employee's own session in Værn. What was captured lies in this tab's memory alone, and
// is gone when the tab is: it stays open until Værn has said that it has it.

import { address, api, ask, text, translate } from "./address.js";
import { Problem, stitch } from "./stitch.js";

/** What Værn's outbox takes at once is 60 MiB (outbox/send.js); the picture goes before the file. */
const MOST_BYTES = 59 * 1024 * 1024;
/** The page with the made-up post of a drill. */
const PRACTISE = "/practise/post";

const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const tabId = Number(query.get("tab")), windowId = Number(query.get("window"));
/** Firefox cuts the tie between our window and the one that it opens, so there it goes the way of the phone's Share. */
const tied = !api.runtime.getURL("").startsWith("moz-extension:");

translate();

function inPage(func, args = []) {
  return api.scripting.executeScript({ target: { tabId }, func, args, injectImmediately: true }).then(([{ result, error }]) => {
    if (error) throw error;
    return result;
  });
}
const page = (name, ...args) => inPage((name, args) => globalThis.vaern[name](...args), [name, args]);

/** As the clock on the wall says, for people: 2026-11-25-131546. */
function stamp(at) {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}-${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join("")}`;
}

/** {files, facts: what is said of each, by name, url, notes: keys of texts} */
async function capture(progress) {
  const { url } = await api.tabs.get(tabId);
  if (!/^https?:/.test(url ?? "")) throw new Problem("problemNotAPage");
  // Of Værn itself the made-up post alone: a drill is sent in by this way too.
  const { origin, pathname } = new URL(url);
  if (origin === (await address()).origin && pathname !== PRACTISE) throw new Problem("problemVaern");
  await api.scripting.executeScript({ target: { tabId }, files: ["page.js", "archive.js"], injectImmediately: true });
  const at = new Date();
  const facts = await page("facts");
  const notes = [];
  let stitched;
  try {
    stitched = await stitch({ tabId, windowId, page, progress });
  } finally {
    await page("restore").catch(() => {});
  }
  const known = { url: facts.url, title: facts.title, at: at.toISOString(), times: facts.times, more_times: facts.more };
  const name = `${text("fileName")}-${stamp(at)}`;
  const files = [new File([stitched.picture], `${name}.png`, { type: "image/png" })];
  const said = { [files[0].name]: { ...known, cut: stitched.cut || stitched.wide } };
  if (stitched.cut) notes.push("noteCut");
  if (stitched.wide) notes.push("noteWide");
  // The picture is what counts: a page that can't be written down must not cost it.
  const saved = await page("archive").catch(() => null);
  if (saved && saved.text.length + stitched.picture.size < MOST_BYTES) {
    files.push(new File([saved.text], `${name}.mhtml`, { type: "multipart/related" }));
    said[files[1].name] = { ...known, missing: saved.missing };
  } else {
    notes.push("noteNoArchive");
  }
  return { files, facts: said, url: facts.url, notes };
}

function show({ files, notes }) {
  const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  find("files").replaceChildren(...files.map((file) => {
    const item = document.createElement("li"), link = document.createElement("a"), small = document.createElement("small");
    Object.assign(link, { href: URL.createObjectURL(file), download: file.name, textContent: file.name });
    small.textContent = ` ${size.format(Math.ceil(file.size / 1000))}`;
    item.append(link, small);
    return item;
  }));
  find("notes").replaceChildren(...notes.map((key) => Object.assign(document.createElement("p"), { className: "note", textContent: text(key) })));
  find("done").hidden = false;
}

async function toFront() {
  const { id } = await api.tabs.getCurrent();
  await api.tabs.update(id, { active: true });
  return id;
}

/** Opens Værn and hands the files over when it is ready for them. */
function handOver(captured, origin) {
  const say = (key) => { find("status").textContent = text(key); };
  if (!tied) {
    share(captured, origin);
    return say("handedShare");
  }
  const opened = window.open(`${origin}/capture?language=${text("language")}`);
  if (!opened) return say("handedBlocked");
  say("handing");
  current = opened;
  answers = async (what) => {
    if (what === "ready") opened.postMessage({ files: captured.files, facts: captured.facts, url: captured.url }, origin);
    else if (what === "sign-in") say("handedSignIn");
    else if (what === "too-big") say("handedTooBig");
    else if (what === "failed") say("handedFailed");
    else if (what === "taken") {
      safe = true;
      const { id } = await api.tabs.getCurrent();
      await api.tabs.remove(id);
    }
  };
}

let current, answers, safe = true;
addEventListener("message", async ({ data, origin, source }) => {
  if (source && source === current && origin === (await address()).origin && typeof data?.vaern === "string") await answers(data.vaern);
});
addEventListener("beforeunload", (event) => { if (!safe) event.preventDefault(); });

/** A form posted as the phone's Share posts it; Værn's service worker takes it on the device. */
function share({ files, facts, url }, origin) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: `${origin}/share`, enctype: "multipart/form-data", target: "_blank", hidden: true });
  for (const [name, value] of Object.entries({ url, captures: JSON.stringify(facts) })) form.append(Object.assign(document.createElement("input"), { name, value }));
  const input = Object.assign(document.createElement("input"), { type: "file", name: "exhibit", multiple: true });
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  form.append(input);
  document.body.append(form);
  form.submit();
  form.remove();
}

async function run() {
  find("status").textContent = text("capturing");
  find("progress").hidden = false;
  let captured;
  try {
    captured = await capture((part) => {
      find("progress").value = part;
      api.action.setBadgeText({ tabId, text: `${Math.min(99, Math.floor(part * 100))}%` });
    });
  } catch (error) {
    console.warn(error);
    find("problem").textContent = text(error instanceof Problem ? error.message : "problemRefused");
    find("status").textContent = "";
    return toFront();
  } finally {
    find("progress").hidden = true;
    await api.action.setBadgeText({ tabId, text: "" }).catch(() => {});
  }
  safe = false;
  find("status").textContent = text("captured");
  show(captured);
  find("open").addEventListener("click", async () => handOver(captured, (await address()).origin));
  await toFront();
  const { origin } = await address();
  if (origin) return handOver(captured, origin);
  find("status").textContent = text("capturedNoAddress");
  find("open").hidden = true;
  find("form").hidden = false;
  ask(find("form"), (saved) => {
    find("form").hidden = true;
    find("open").hidden = false;
    handOver(captured, saved);
  });
}

await run();
