// Progressive enhancement of every <form data-upload>: paste, drop and pick files, hash each before sending, send with progress,
// and lose nothing when sending fails. Without this module the same form posts natively.
//
// Looked for in the form: input[type=file], .drop, .thumbs (a list), input[name=hashes], [role=status], [role=alert], a submit button.
// Texts are data-text-* attributes of the form, {name}, {percent} and {size} standing for what they say:
//   hashing, sending, remove {name}, too-big {name} {size}, empty-file {name}, unreadable {name}, too-late {name}, failed, again, refused, nothing,
//   pasted (the start of a pasted picture's name)
// Events for outbox/page.js: it sends vaern:add ({files, captures: what the extension said of each, by name}); it hears vaern:dropped (a file), vaern:sent (may set detail.after, a promise)
// and vaern:unsent (may set detail.answer, a promise of {kept, message}).
// data-max-bytes (default 200 MiB) is the limit for one file.

import { sha256 } from "./noble/sha2.js";

const MAX_BYTES = 200 * 1024 * 1024;
/** From this size on a file goes in pieces, before the form. */
const LARGE = 8 * 1024 * 1024;
const SHOWN_AS_PICTURE = /^image\/(png|jpeg|gif|webp)$/;
const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic" };

/** SHA-256 of a file as lower-case hex, read piece by piece: a 200 MB film never lies in memory. */
export async function hashFile(file) {
  const hash = sha256.create();
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) hash.update(read.value);
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A random UUID; also where the page came over plain http, where crypto.randomUUID is not to be had. */
function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** The files chosen so far: shown in the list, hashed one after the other. */
class Files {
  constructor(list, input, text, refuse, dropped) {
    Object.assign(this, { list, input, text, refuse, dropped, items: [], queue: Promise.resolve(), pasted: 0 });
    this.language = document.documentElement.lang || undefined;
  }

  add(files, maxBytes, pasted = false, captures = {}) {
    for (const file of files) {
      if (file.size === 0) this.refuse(this.text("emptyFile", { name: file.name }));
      else if (file.size > maxBytes) this.refuse(this.text("tooBig", { name: file.name, size: this.size(maxBytes) }));
      else this.take(file, pasted, captures[file.name]);
    }
  }

  take(file, pasted, capture) {
    const item = { file, pasted, capture, sha256: null };
    item.hashLine = element("small", { className: "hash", textContent: "…" });
    item.remove = element("button", { type: "button", textContent: "×", title: this.text("remove", { name: file.name }) });
    item.remove.setAttribute("aria-label", item.remove.title);
    item.remove.addEventListener("click", () => this.drop(item, true));
    item.row = element("li", {}, this.picture(item),
      element("span", { className: "name", textContent: file.name }),
      element("small", { textContent: this.size(file.size) }), item.hashLine, item.remove);
    this.items.push(item);
    this.list.append(item.row);
    this.queue = this.queue.then(() => this.hash(item));
  }

  async hash(item) {
    if (!this.items.includes(item)) return;
    try {
      item.sha256 = await hashFile(item.file);
      item.hashLine.textContent = `✓ ${item.sha256.slice(0, 4)} ${item.sha256.slice(4, 8)}`;
      item.hashLine.title = item.sha256;
    } catch {
      // A folder, or a file that was moved or deleted since it was chosen.
      this.drop(item, false);
      this.refuse(this.text("unreadable", { name: item.file.name }));
    }
  }

  /** A thumbnail where the browser can show one, else the kind of file in letters. */
  picture(item) {
    const kind = element("span", { className: "kind", textContent: (item.file.name.match(/\.(\w{1,5})$/)?.[1] ?? "?").toUpperCase() });
    if (!SHOWN_AS_PICTURE.test(item.file.type)) return kind;
    const url = URL.createObjectURL(item.file);
    const image = element("img", { alt: "" });
    image.addEventListener("load", () => URL.revokeObjectURL(url));
    image.addEventListener("error", () => { URL.revokeObjectURL(url); image.replaceWith(kind); });
    image.src = url;
    return image;
  }

  drop(item, focus) {
    const index = this.items.indexOf(item);
    if (index < 0) return;
    this.items.splice(index, 1);
    item.row.remove();
    this.dropped(item.file);
    const neighbour = this.items[Math.min(index, this.items.length - 1)];
    if (focus) (neighbour?.remove ?? this.input).focus();
  }

  /** Clipboard pictures are all called image.png: give each a name of its own. */
  addPasted(files, maxBytes) {
    this.add(files.map((file) => {
      if (file.name && !/^image\.\w+$/i.test(file.name)) return file;
      const name = `${this.text("pasted")}-${++this.pasted}.${EXTENSIONS[file.type] ?? "bin"}`;
      return new File([file], name, { type: file.type, lastModified: file.lastModified });
    }), maxBytes, true);
  }

  size(bytes) {
    const [unit, divisor] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
    return new Intl.NumberFormat(this.language, { style: "unit", unit, maximumFractionDigits: bytes < 1e7 && unit === "megabyte" ? 1 : 0 })
      .format(Math.max(bytes / divisor, 1));
  }
}

/** What went wrong: a list that takes the focus, and each message at its field. */
class Complaints {
  constructor(form, box) {
    Object.assign(this, { form, box });
    box.tabIndex = -1;
  }

  clear() {
    this.box.replaceChildren();
    this.box.classList.remove("alert", "alert-error");
    for (const message of this.form.querySelectorAll(".form-error-message[data-sent]")) message.remove();
    for (const group of this.form.querySelectorAll(".form-error")) group.classList.remove("form-error");
    for (const field of this.form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      if (field.dataset.describedBy === undefined) continue;
      if (field.dataset.describedBy) field.setAttribute("aria-describedby", field.dataset.describedBy);
      else field.removeAttribute("aria-describedby");
      delete field.dataset.describedBy;
    }
  }

  say(...children) {
    this.box.classList.add("alert", "alert-error");
    this.box.append(element("p", { className: "alert-text" }, ...children));
  }

  /** Shows a problem document {title, detail, errors: [{field, message}]}. */
  problem(problem, fallback) {
    this.say(element("strong", { textContent: problem.title || fallback }), problem.detail ? ` ${problem.detail}` : "");
    const errors = Array.isArray(problem.errors) ? problem.errors : [];
    if (errors.length) this.box.append(element("ul", {}, ...errors.map((error) => element("li", {}, this.field(error)))));
    this.box.focus();
  }

  /** Marks the field and gives what to say of it in the list: a link to it, or the words alone. */
  field({ field, message }) {
    const found = this.form.elements[field];
    const input = found instanceof RadioNodeList ? found[0] : found;
    if (!input || input.type === "hidden") return message;
    input.id ||= `field-${field}`;
    const note = element("span", { className: "form-error-message", id: `${input.id}-error`, textContent: message });
    note.dataset.sent = "";
    input.dataset.describedBy ??= input.getAttribute("aria-describedby") ?? "";
    input.setAttribute("aria-describedby", `${input.dataset.describedBy} ${note.id}`.trim());
    input.setAttribute("aria-invalid", "true");
    input.closest(".form-group")?.classList.add("form-error");
    (input.closest(".seg, .drop, .form-group-radio, .form-group-checkbox") ?? input).before(note);
    const link = element("a", { href: `#${input.id}`, textContent: message });
    link.addEventListener("click", (event) => { event.preventDefault(); input.focus(); });
    return link;
  }
}

/** One attempt to send. Resolves to {status, body, url}; rejects when no answer came. */
function send(form, body, key, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded / event.total); });
    request.addEventListener("load", () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { /* not JSON: the status and the address must do */ }
      resolve({ status: request.status, body: answer ?? {}, url: request.responseURL });
    });
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, () => reject(new Error(event)));
    request.send(body);
  });
}

function enhance(form) {
  const find = (selector) => form.querySelector(selector);
  const input = find("input[type=file]"), drop = find(".drop"), hashes = find("input[name=hashes]");
  const status = find("[role=status]"), button = find("[type=submit], button:not([type])"), buttonText = button.textContent;
  const maxBytes = Number(form.dataset.maxBytes) || MAX_BYTES;
  const text = (name, values = {}) =>
    (form.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const tell = (what, detail) => form.dispatchEvent(new CustomEvent(`vaern:${what}`, { detail }));
  const complaints = new Complaints(form, find("[role=alert]"));
  const files = new Files(find(".thumbs"), input, text, (message) => complaints.say(message), (file) => tell("dropped", file));
  let sending = false, key = null, keyIsFor = null;

  form.classList.add("live");
  input.required = false;

  const choose = (chosen, pasted, captures) => {
    complaints.clear();
    if (sending) return chosen.forEach((file) => complaints.say(text("tooLate", { name: file.name })));
    if (pasted) files.addPasted(chosen, maxBytes);
    else files.add(chosen, maxBytes, false, captures);
  };

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    input.value = "";
    choose(chosen, false);
  });

  form.addEventListener("vaern:add", (event) => choose(event.detail.files, false, event.detail.captures));

  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    // A copied table brings a picture of itself along: in a text field its text is what was meant.
    const intoText = event.target.closest?.("input, textarea") && event.clipboardData.types.includes("text/plain");
    if (!pasted.length || intoText) return;
    event.preventDefault();
    choose(pasted, true);
  });

  // Anywhere on the page: a file dropped beside the field would make the browser leave the page and the form with it.
  const bringsFiles = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    choose([...event.dataTransfer.files], false);
  });

  window.addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) rest(); });

  /** All fields, the hashes before the files, the files in the order of the list. */
  function contents() {
    hashes.value = JSON.stringify(files.items.map(({ file, pasted, capture, sha256 }) => ({ name: file.name, sha256, pasted, capture })));
    const body = new FormData(form);
    body.delete(input.name);
    return body;
  }

  /** While sending, what is sent can't be changed any more: only status, complaints and the button stay alive. */
  function freeze(frozen) {
    sending = button.disabled = frozen;
    const alive = [status, button, complaints.box];
    for (const child of form.children) child.inert = frozen && !alive.some((node) => child.contains(node));
  }

  function rest(label = buttonText) {
    freeze(false);
    button.textContent = label;
    status.textContent = "";
    find("progress")?.remove();
  }

  function nothingToSend() {
    const words = form.elements.text;
    if (files.items.length || form.dataset.carries || (words && words.value.trim())) return false;
    complaints.say(text("nothing"));
    (words ?? input).focus();
    return true;
  }

  /** The same key for the same contents, so that an answer that got lost is given again; another where something changed,
      lest the first answer stand for what it never saw. */
  function keyFor(body) {
    const contents = JSON.stringify([...body.entries()]);
    if (contents !== keyIsFor) [key, keyIsFor] = [randomKey(), contents];
    return key;
  }

  /** Sends what is large in pieces (resume.js). Each that is there has its id; the rest goes with the form. */
  async function sendLarge(progress) {
    const large = files.items.filter(({ file, pasted }) => file.size >= LARGE && !pasted);
    if (!large.length) return;
    const { resume } = await import("./resume.js");
    let before = 0;
    for (const item of large) {
      item.upload ??= await resume(item, (bytes) => progress(before + bytes));
      before += item.file.size;
    }
  }

  async function arrived(answer) {
    const sent = {};
    tell("sent", sent);
    await sent.after;
    const large = files.items.filter(({ upload }) => upload);
    if (large.length) await import("./resume.js").then(({ forget }) => large.forEach(({ sha256 }) => forget(sha256)));
    const place = new URL(answer.body.location ?? answer.url, document.baseURI);
    sending = false;
    location.assign(place.origin === location.origin ? place.href : location.href);
  }

  /** It lies on the device now (outbox/page.js): an empty form, lest it be sent a second time. */
  function waits(message) {
    form.reset();
    for (const item of [...files.items]) files.drop(item, false);
    status.textContent = message;
    [key, keyIsFor] = [null, null];
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    complaints.clear();
    if (nothingToSend()) return;
    freeze(true);
    status.textContent = text("hashing");
    const chosen = files.items.length;
    await files.queue;
    // A file that turned out unreadable has just been named: it is for the person to say whether the rest goes without it.
    if (files.items.length < chosen) { rest(); complaints.box.focus(); return; }

    const body = contents();
    const idempotencyKey = keyFor(body);
    const bar = element("progress", { className: "bar", max: 1, value: 0 });
    bar.setAttribute("aria-label", text("sending", { percent: "" }).trim());
    status.textContent = text("sending", { percent: 0 });
    status.after(bar);
    const all = files.items.reduce((sum, { file }) => sum + file.size, 1);
    const shown = (bytes) => {
      bar.value = Math.min(bytes / all, 1);
      status.textContent = text("sending", { percent: Math.floor(bar.value * 100) });
    };
    try {
      await sendLarge(shown);
      const there = files.items.reduce((sum, { file, upload }) => sum + (upload ? file.size : 0), 0);
      for (const { file, upload } of files.items) {
        if (upload) body.append("upload", upload);
        else body.append(input.name, file, file.name);
      }
      const answer = await send(form, body, idempotencyKey, (part) => shown(there + part * (all - there)));
      if (answer.status >= 200 && answer.status < 300) return arrived(answer);
      rest();
      if (answer.status < 500) {
        keyIsFor = null; // a refusal is final for this key: what is sent next is another request
        for (const item of files.items) delete item.upload; // it may be too old: asked for once more
      }
      complaints.problem(answer.body, text("refused"));
    } catch {
      const unsent = { body: contents(), key: idempotencyKey };
      for (const { file } of files.items) unsent.body.append(input.name, file, file.name);
      tell("unsent", unsent);
      const { kept, message } = await unsent.answer ?? {};
      rest(kept ? undefined : text("again"));
      if (kept) return waits(message);
      complaints.say(message ?? text("failed"));
      complaints.box.focus();
    }
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) enhance(form);
