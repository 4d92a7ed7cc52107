// Where Værn is: as the municipality's policy says, else as the employee wrote.

export const api = globalThis.browser ?? globalThis.chrome;

export const text = (key, ...values) => api.i18n.getMessage(key, values.map(String));

/** Puts the texts of the browser's language into everything with data-text. */
export function translate() {
  document.documentElement.lang = text("language");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  document.title = text(document.documentElement.dataset.title);
}

/** An origin that Værn can have, or null: https, or this computer itself. */
export function readAddress(written) {
  const trimmed = written.trim();
  // Chromium would take a host's name with spaces in it.
  if (/[\s%]/.test(trimmed)) return null;
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
    const here = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
    return url.protocol === "https:" || (url.protocol === "http:" && here) ? url.origin : null;
  } catch {
    return null;
  }
}

/** As long as Chromium has not come to rest after its start it does not answer; then what it said last time counts. */
const POLICY_MS = 2000;

async function byPolicy() {
  const asked = api.storage.managed.get("address").then(async ({ address }) => {
    await api.storage.local.set({ policy: address ?? null });
    return address ?? null;
  }, () => null); // Firefox rejects where no policy says anything
  const slow = new Promise((done) => setTimeout(async () => done((await api.storage.local.get("policy")).policy), POLICY_MS));
  return Promise.race([asked, slow]);
}

/** {origin, managed}: origin is null where nobody has said it yet. */
export async function address() {
  const managed = await byPolicy();
  if (managed) return { origin: readAddress(managed), managed: true };
  const { address: written } = await api.storage.local.get("address");
  return { origin: written ? readAddress(written) : null, managed: false };
}

/** Lets a form with #address and an element #address-error ask for it; calls `done` with the origin. */
export function ask(form, done) {
  const field = form.querySelector("#address"), error = form.querySelector("#address-error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const origin = readAddress(field.value);
    error.textContent = origin ? "" : text("addressWrong");
    if (!origin) {
      field.setAttribute("aria-invalid", "true");
      return field.focus();
    }
    field.removeAttribute("aria-invalid");
    field.value = origin;
    await api.storage.local.set({ address: origin });
    done(origin);
  });
}
