// The service worker: takes what the phone shares, gives the form when there is no network, sends what waits when it is back.
// It caches the program's own files and two pages that name nobody; never a page of a case.

import { setting } from "./device.js";
import { keep, sendAll, size, MOST_BYTES } from "./send.js";

const FILES = ["dkfds/css/dkfds.min.css", "fonts.css", "own.css", "icon.svg", "icon-192.png", "upload.js", "outbox/page.js", "outbox/device.js", "outbox/seal.js", "outbox/send.js",
  ...["Regular", "SemiBold", "Bold"].flatMap((weight) => ["Latin1", "Pi"].map((part) => `dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-${weight}-${part}.woff2`)),
  "noble/sha2.js", "noble/_md.js", "noble/_u64.js", "noble/utils.js"];
const SHELLS = { "/": "/offline", "/report": "/offline", "/outbox": "/offline/outbox" };

/** Called by /worker.js, which knows the version of the static files. */
export function start(version) {
  const name = `vaern-${version}`;
  self.addEventListener("install", (event) => event.waitUntil(fill(name, version).then(() => self.skipWaiting())));
  self.addEventListener("activate", (event) => event.waitUntil(clear(name).then(() => self.clients.claim())));
  self.addEventListener("sync", (event) => { if (event.tag === "vaern-outbox") event.waitUntil(sendAll()); });
  self.addEventListener("fetch", (event) => {
    const { request } = event, url = new URL(request.url);
    if (url.origin !== location.origin) return;
    const page = request.mode === "navigate";
    if (page && request.method === "POST" && url.pathname === "/share") event.respondWith(share(request));
    else if (page && request.method === "GET" && SHELLS[url.pathname]) event.respondWith(fetch(request).catch(() => shell(name, SHELLS[url.pathname])));
    else if (request.method === "GET" && url.pathname.startsWith(`/static/${version}/`)) event.respondWith(kept(name, request));
  });
}

async function fill(name, version) {
  const cache = await caches.open(name);
  await cache.addAll(FILES.map((file) => `/static/${version}/${file}`));
  // Without the cookie: the same for everybody.
  const shells = ["da", "en"].flatMap((language) => ["/offline", "/offline/outbox"].map((path) => `${path}?language=${language}`));
  await cache.addAll(shells.map((path) => new Request(path, { credentials: "omit" })));
}

async function clear(name) {
  const old = (await caches.keys()).filter((found) => found.startsWith("vaern-") && found !== name);
  await Promise.all(old.map((found) => caches.delete(found)));
}

async function kept(name, request) {
  return (await (await caches.open(name)).match(request)) ?? fetch(request);
}

async function shell(name, path) {
  const language = (await setting("language")) === "en" ? "en" : "da";
  return (await caches.open(name)).match(`${path}?language=${language}`);
}

/** Keeps the files sealed on the device until they are in a report. Where nobody has signed in yet, or it is too much, the server answers. */
async function share(request) {
  const to = await setting("key");
  if (!to) return fetch(request);
  const untouched = request.clone();
  const form = await request.formData();
  const files = form.getAll("exhibit").filter((file) => file.size);
  if (size(form) > MOST_BYTES) return fetch(untouched);
  if (!files.length && !["title", "text", "url"].some((field) => form.get(field)?.trim())) return Response.redirect("/report?shared=nothing", 303);
  // Only Firefox's extension has no other way than this, which any web site could go too (docs/adr/0010-extension.md).
  if (!navigator.userAgent.includes("Firefox/")) form.delete("captures");
  form.delete("exhibit");
  for (const file of files) form.append("exhibit", file, file.name);
  try {
    await keep(to, { id: crypto.randomUUID(), kind: "share", form });
  } catch {
    return fetch(untouched); // no room, or a browser without the cipher
  }
  // The session cookie comes along only where a page of ours led: the extension's share goes by one.
  return Response.redirect(form.has("captures") ? "/capture?shared=1" : "/report?shared=1", 303);
}
