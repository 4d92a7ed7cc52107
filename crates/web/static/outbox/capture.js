// On /capture: takes what our extension captured, from the window that opened this one, and lays it sealed on the device as the phone's
// Share does (docs/adr/0010-extension.md). Nobody but an extension is listened to, and nothing is told to whoever opened the page.
// Not signed in: the files stay here and at the extension until somebody is, in a window of their own; that window then shows the report.

import { keep, MOST_BYTES, pair, size } from "./send.js";

const EXTENSION = /^(chrome|moz)-extension:\/\//;
const REPORT = "/report?shared=1";
const line = document.getElementById("capture"), signIn = document.getElementById("sign-in");
const say = (what) => { line.textContent = line.dataset[`text${what}`]; };
const windows = new BroadcastChannel("vaern-capture");

/** {form, origin, id}: what came and is not kept yet. */
let held;

function formOf({ files, facts, url }) {
  const form = new FormData();
  form.set("url", url);
  form.set("captures", JSON.stringify(facts));
  for (const file of files) form.append("exhibit", file, file.name);
  return form;
}

/** Lays it on the device, if somebody is signed in; whether it lies there. */
async function lay() {
  const answer = (what) => opener?.postMessage({ vaern: what }, held.origin);
  if (size(held.form) > MOST_BYTES) {
    say("TooBig");
    answer("too-big");
    return false;
  }
  try {
    const keys = await pair();
    if (!keys) {
      say("SignIn");
      signIn.hidden = false;
      answer("sign-in");
      return false;
    }
    await keep(keys.public, { id: held.id, kind: "share", form: held.form });
  } catch {
    say("Failed"); // no network, no room, or a browser without the cipher
    answer("failed");
    return false;
  }
  answer("taken");
  return true;
}

/** One after the other: what was told twice is kept once, under its one id. */
let work = Promise.resolve();
const next = (step) => { work = work.then(step); };

addEventListener("message", ({ data, origin, source }) => {
  if (source !== opener || !EXTENSION.test(origin) || held || !Array.isArray(data?.files) || !data.files.every((file) => file instanceof File)) return;
  held = { form: formOf(data), origin, id: crypto.randomUUID() };
  say("Taking");
  next(async () => { if (await lay()) location.replace(REPORT); });
});

windows.addEventListener("message", ({ data }) => {
  if (data === "signed-in" && held) next(async () => {
    if (!await lay()) return;
    windows.postMessage("kept");
    close();
  });
  else if (data === "kept" && !held) location.replace(REPORT);
});

const query = new URLSearchParams(location.search);
if (query.has("shared")) {
  location.replace(REPORT); // the service worker has taken it, from Firefox
} else if (opener) {
  opener.postMessage({ vaern: "ready" }, "*");
  say("Taking");
} else if (query.has("signed-in")) {
  say("Back");
  windows.postMessage("signed-in");
} else {
  say("Alone");
}
