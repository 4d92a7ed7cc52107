// On each page with #outbox-line: says what waits, sends it, and lets the report form wait. On /outbox also the list.

import { all, remove, set, setting } from "./device.js";
import { captures, keep, MOST_BYTES, pair, sendAll, size } from "./send.js";
import { unseal } from "./seal.js";

const line = document.getElementById("outbox-line"), list = document.getElementById("outbox-list"), form = document.getElementById("report-form");
const signedIn = line.dataset.key;
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
const when = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(at);

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const alert = (kind, ...children) => element("div", { className: `alert alert-${kind}` }, element("p", { className: "alert-text" }, ...children));

/** Whose session has just sent something, on a page that itself knows of none. */
let sentFor;

/** Whom this page is for: who is signed in, else who was last. */
const self = async () => signedIn || await setting("key");

async function show() {
  const me = await self(), items = await all("items");
  const reports = items.filter(({ kind, to }) => kind === "report" && to === me).length;
  const texts = line.dataset, parts = [];
  for (const { number, drill, to } of await all("receipts")) {
    if (to !== (signedIn || sentFor)) continue;
    const [href, textContent] = drill ? ["/practise", texts.textSentDrill] : [`/cases/${number}/receipt`, say(texts.textSent, { number })];
    parts.push(alert("success", element("a", { href, textContent })));
    shown.add(number);
  }
  if (reports) {
    const words = [reports === 1 ? texts.textOne : say(texts.textMany, { n: reports })];
    if (!signedIn && navigator.onLine) words.push(texts.textSignIn);
    const see = list ? [] : [" ", element("a", { href: "/outbox", textContent: texts.textSee })];
    parts.push(alert("info", words.join(" "), ...see));
  }
  if (items.some(({ to }) => to !== me)) parts.push(alert("info", texts.textOthers));
  line.replaceChildren(...parts);
  for (const number of shown) await remove("receipts", number);
  if (list) showList(me, items);
}
/** Numbers that this page has said: once said they need not lie here. */
const shown = new Set();

function showList(me, items) {
  const texts = list.dataset;
  const rows = items.map((item) => {
    const own = item.to === me;
    const words = own ? (item.kind === "share" ? texts.textShare : texts.textItem) : texts.textOther;
    const row = element("li", {}, element("p", { textContent: say(words, { when: when(item.at) }) }));
    if (item.refused) row.append(element("p", { textContent: `${texts.textRefused} ${item.refused}` }));
    if (own) row.append(opener(item, row));
    if (own && signedIn) row.append(" ", deleter(item));
    return row;
  });
  list.replaceChildren(...(rows.length ? rows : [element("li", { textContent: texts.textEmpty })]));
}

function opener(item, row) {
  const button = element("button", { type: "button", className: "button button-secondary", textContent: list.dataset.textOpen });
  button.addEventListener("click", async () => {
    const box = element("div", { className: "words" });
    try {
      const contents = await unseal(await pair(), item.id, item.sealed);
      box.append(...["title", "text", "url"].map((name) => contents.get(name)).filter(Boolean).map((text) => element("p", { textContent: text })));
      for (const file of contents.getAll("exhibit")) {
        box.append(element("p", {}, element("a", { href: URL.createObjectURL(file), download: file.name, textContent: file.name })));
      }
    } catch {
      box.textContent = list.dataset.textLocked;
    }
    row.querySelector(".words")?.remove();
    row.append(box);
  });
  return button;
}

function deleter(item) {
  const button = element("button", { type: "button", className: "button button-secondary", textContent: list.dataset.textDelete });
  button.addEventListener("click", async () => {
    if (!confirm(list.dataset.textSure)) return;
    await remove("items", item.id);
    await show();
  });
  return button;
}

/** Sends what waits, as far as there is a network, and says how it went. */
async function deliver() {
  try {
    sentFor = await sendAll();
    // The service worker may have been first, on a page that knows of no session: whose receipt it is, the server says.
    if (!signedIn && !sentFor && (await all("receipts")).length) sentFor = (await pair())?.public;
  } catch { /* no network: it waits on */ }
  await show();
}

/** What was shared and is in the form: the file → its share. */
const taken = new Map();
let carried = [];

async function takeShares() {
  const me = await self();
  const shares = (await all("items")).filter(({ kind, to }) => kind === "share" && to === me);
  if (!shares.length) return;
  // What was shared may be real: whoever shared their drill's picture ticks the box themselves.
  if (form.elements.practise) form.elements.practise.checked = false;
  if (!signedIn) {
    // Sealed, and no session to open them: they go along as they are.
    carried = shares.map(({ id }) => id);
    form.dataset.carries = carried.length;
  } else {
    const keys = await pair();
    for (const share of shares) fillIn(share.id, await unseal(keys, share.id, share.sealed));
  }
  document.getElementById("shared").textContent = line.dataset.textShared;
}

function fillIn(id, contents) {
  const words = ["title", "text"].map((name) => contents.get(name)?.trim()).filter(Boolean);
  const { text, source_url: link } = form.elements;
  text.value = [text.value, ...words].filter(Boolean).join("\n");
  if (link && contents.get("url")) link.value ||= contents.get("url");
  const files = contents.getAll("exhibit");
  for (const file of files) taken.set(file, id);
  if (!files.length) taken.set(id, id);
  form.dispatchEvent(new CustomEvent("vaern:add", { detail: { files, captures: captures(contents) } }));
}

async function forgetShares() {
  for (const id of new Set([...taken.values(), ...carried])) await remove("items", id);
  taken.clear();
}

async function wait({ body, key }) {
  const me = await self();
  if (!me) return { message: line.dataset.textNoKey };
  if (size(body) > MOST_BYTES) return { message: line.dataset.textTooBig };
  try {
    await keep(me, { id: key, kind: "report", form: body, shares: carried });
  } catch {
    return {}; // no room, or a browser without the cipher: the form keeps it
  }
  if (!carried.length) await forgetShares();
  carried = [];
  delete form.dataset.carries;
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("vaern-outbox")).catch(() => {});
  await show();
  return { kept: true, message: line.dataset.textKept };
}

if (form) {
  form.addEventListener("vaern:unsent", (event) => { event.detail.answer = wait(event.detail); });
  form.addEventListener("vaern:sent", (event) => { event.detail.after = forgetShares(); });
  form.addEventListener("vaern:dropped", async ({ detail }) => {
    const id = taken.get(detail);
    taken.delete(detail);
    if (id && ![...taken.values()].includes(id)) await remove("items", id);
  });
}
addEventListener("online", deliver);
navigator.serviceWorker?.register("/worker.js", { type: "module" }).catch(() => {});
if (signedIn) {
  await set("key", signedIn);
  await set("language", line.dataset.language);
}
if (form) await takeShares().catch(() => {});
await show();
if (signedIn) await deliver();
line.dataset.ready = "";
