// Keeping what can't be sent, and sending what waits: from a page, or from the service worker when the network is back.

import { all, put, remove } from "./device.js";
import { seal, unseal } from "./seal.js";

/** Sealing takes the whole in memory, on a phone. */
export const MOST_BYTES = 60 * 1024 * 1024;

export function size(form) {
  return [...form.values()].reduce((sum, value) => sum + (value.size ?? value.length), 0);
}

/** Keeps a form on the device, sealed. `kind` is "report" or "share"; `shares` are ids of shares that go along. */
export async function keep(publicKey, { id, kind, form, shares = [] }) {
  await put("items", { id, kind, shares, to: publicKey, at: Date.now(), sealed: await seal(publicKey, id, form) });
}

/** The pair of whoever is signed in; null for nobody. Rejects without a network. */
export async function pair() {
  const answer = await fetch("/outbox/key", { headers: { Accept: "application/json" }, cache: "no-store" });
  return answer.ok ? answer.json() : null;
}

/** What our extension said of each file of a share, by name; nothing for a share of the phone's. */
export function captures(share) {
  try {
    return JSON.parse(share.get("captures")) ?? {};
  } catch {
    return {};
  }
}

/** The report as it is sent, with the shares that were too well locked to be seen when it was written. */
async function contents(keys, item, waiting) {
  const form = await unseal(keys, item.id, item.sealed);
  const shares = [];
  for (const share of waiting.filter(({ id }) => item.shares.includes(id))) shares.push(await unseal(keys, share.id, share.sealed));
  const body = new FormData();
  // Before the files, whose fates they are.
  const hashes = JSON.parse(form.get("hashes") || "[]");
  const more = shares.flatMap((share) => Object.entries(captures(share)).map(([name, capture]) => ({ name, sha256: null, capture })));
  body.set("hashes", JSON.stringify([...hashes, ...more]));
  for (const [name, value] of form) if (name !== "hashes") body.append(name, value);
  for (const share of shares) {
    for (const [name, value] of share) {
      if (name === "exhibit") body.append(name, value);
      else if (value && name !== "captures") body.set("text", `${body.get("text") ?? ""}\n${value}`.trim());
    }
  }
  return body;
}

async function send(keys, item, waiting) {
  const body = await contents(keys, item, waiting);
  // The id is the key, so that an answer that got lost on the way is given again, and no second case is made.
  const answer = await fetch("/report", { method: "POST", body, headers: { Accept: "application/json", "Idempotency-Key": item.id } });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    const number = said.location?.match(/\/cases\/([^/]+)\//)?.[1], drill = said.location === "/practise";
    // Only an answer that names what became of it: another (a hotel's page that asks one to sign in, say) took nothing.
    if (!number && !drill) return;
    await put("receipts", { number: number ?? item.id, drill, to: item.to });
    for (const id of [item.id, ...item.shares]) await remove("items", id);
  } else if (answer.status < 500 && ![401, 403, 408, 429].includes(answer.status)) {
    // Final for this item: it stays, and its owner is told. The title alone, since the rest may quote what is sealed.
    await put("items", { ...item, refused: said.title ?? String(answer.status) });
  }
}

/** Sends everything of whoever is signed in, and gives their public key if there was something to send; rejects without a network.
 *  One at a time on the whole device. */
export function sendAll() {
  return navigator.locks.request("vaern-outbox", async () => {
    const waiting = await all("items");
    if (!waiting.some(({ kind, refused }) => kind === "report" && !refused)) return;
    const keys = await pair();
    if (!keys) return;
    const own = waiting.filter(({ kind, to, refused }) => kind === "report" && to === keys.public && !refused);
    for (const item of own) await send(keys, item, waiting);
    return keys.public;
  });
}
