// Sealing a form for one person (docs/adr/0008-outbox.md): X25519 with a throw-away key, HKDF-SHA-256, AES-256-GCM. Whoever has the
// public key can seal; only the server's secret, handed to the signed-in person, opens.

const INFO = new TextEncoder().encode("vaern-outbox-v1");

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** The AES key that both sides find; bound to both public keys, so that neither can be swapped. */
async function cipherKey(privateKey, publicKey, salt, use) {
  const peer = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: peer }, privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: INFO }, material, { name: "AES-GCM", length: 256 }, false, [use]);
}

const joined = (one, other) => new Uint8Array([...one, ...other]);
const bound = (id) => new TextEncoder().encode(id);

/** FormData → {key, iv, type, data}, for `publicKey` (base64url) and under this id alone. */
export async function seal(publicKey, id, form) {
  const written = new Response(form);
  const type = written.headers.get("content-type");
  const plain = await written.arrayBuffer();
  const to = bytes(publicKey);
  const once = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const cipher = await cipherKey(once.privateKey, to, joined(key, to), "encrypt");
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(id) }, cipher, plain);
  return { key, iv, type, data };
}

/** The form again, with the pair {public, secret} that the server hands out; rejects with any other. */
export async function unseal(pair, id, { key, iv, type, data }) {
  const jwk = { kty: "OKP", crv: "X25519", d: pair.secret, x: pair.public };
  const secret = await crypto.subtle.importKey("jwk", jwk, { name: "X25519" }, false, ["deriveBits"]);
  const cipher = await cipherKey(secret, key, joined(key, bytes(pair.public)), "decrypt");
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound(id) }, cipher, data);
  return new Response(plain, { headers: { "content-type": type } }).formData();
}
