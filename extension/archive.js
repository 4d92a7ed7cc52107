// Runs in the captured page, after page.js: the page as one MHTML file (RFC 2557), made from what it is by now, not loaded again.
// chrome.pageCapture would ask to read every page there is (docs/adr/0010-extension.md), so we write it ourselves. Scripts are left out.

globalThis.vaern.archive = (() => {
  const MOST_BYTES = 20 * 1024 * 1024, FETCH_MS = 4000, ALL_MS = 12_000, AT_ONCE = 6;
  const DROPPED = new Set(["script", "noscript", "template"]);
  const LOADS = /^https?:/;

  /** A copy that runs nothing and loads nothing, its shadow trees written out; `wanted` gets the addresses that it needs. */
  function copy(node, inert, wanted) {
    if (node.nodeType === Node.TEXT_NODE) return inert.createTextNode(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.localName)) return null;
    const made = inert.importNode(node, false);
    for (const { name } of [...made.attributes]) if (/^on|^(nonce|integrity|srcset|loading)$/i.test(name)) made.removeAttribute(name);
    if (node.localName === "img" && node.currentSrc) {
      made.setAttribute("src", node.currentSrc);
      if (LOADS.test(node.currentSrc)) wanted.add(node.currentSrc);
    } else if (node.localName === "link" && node.relList.contains("stylesheet")) {
      made.setAttribute("href", node.href);
      if (LOADS.test(node.href)) wanted.add(node.href);
    } else if (node.localName === "style") {
      made.textContent = rules(node.sheet) ?? node.textContent;
      return made;
    }
    if (node.shadowRoot) made.append(shadow(node.shadowRoot, inert, wanted));
    for (const child of node.childNodes) {
      const copied = copy(child, inert, wanted);
      if (copied) made.append(copied);
    }
    return made;
  }

  function shadow(root, inert, wanted) {
    const template = inert.createElement("template");
    template.setAttribute("shadowrootmode", "open");
    adopted(root, inert, template.content);
    for (const child of root.childNodes) {
      const copied = copy(child, inert, wanted);
      if (copied) template.content.append(copied);
    }
    return template;
  }

  function adopted(root, inert, into) {
    for (const sheet of root.adoptedStyleSheets ?? []) {
      const style = inert.createElement("style");
      style.textContent = rules(sheet) ?? "";
      into.append(style);
    }
  }

  /** Also what a script wrote into the style sheet; null where the browser does not say. */
  function rules(sheet) {
    try {
      return [...sheet.cssRules].map((rule) => rule.cssText).join("\n");
    } catch {
      return null;
    }
  }

  /** Everything that its server gives again: {parts: [{url, type, bytes}], missing}. From the browser's cache where it is there. */
  async function collect(wanted) {
    const until = Date.now() + ALL_MS, queue = [...wanted], parts = [];
    let room = MOST_BYTES;
    const one = async (url) => {
      const answer = await fetch(url, { cache: "force-cache", signal: AbortSignal.timeout(Math.min(FETCH_MS, until - Date.now())) });
      if (!answer.ok || !answer.body) return;
      const bytes = await read(answer.body, () => room);
      if (!bytes) return;
      room -= bytes.length;
      parts.push({ url, type: answer.headers.get("content-type") ?? "application/octet-stream", bytes });
    };
    const work = async () => {
      while (queue.length && Date.now() < until) await one(queue.shift()).catch(() => {});
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { parts, missing: wanted.size - parts.length };
  }

  /** All of it, or null as soon as it is more than there is room for, whatever the server has said of its length. */
  async function read(body, room) {
    const chunks = [], reader = body.getReader();
    let length = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > room()) {
        reader.cancel().catch(() => {});
        return null;
      }
      chunks.push(next.value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  function base64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text).replace(/.{76}/g, "$&\r\n");
  }

  const utf8 = (text) => new TextEncoder().encode(text);
  const encoded = (text) => (Array.from(text).join("").match(/.{1,12}/gsu) ?? []).map((part) => `=?utf-8?B?${base64(utf8(part))}?=`).join("\r\n ");
  const header = (value) => value.replace(/[^\x20-\x7e]/g, "");
  const part = (url, type, bytes) => `Content-Type: ${header(type)}\r\nContent-Transfer-Encoding: base64\r\nContent-Location: ${header(url)}\r\n\r\n${base64(bytes)}\r\n`;

  /** {text, missing}: the file, all of it ASCII, and how many of its pictures and styles are not in it; null if it would be too large. */
  return async () => {
    const inert = document.implementation.createHTMLDocument(""), wanted = new Set();
    const root = copy(document.documentElement, inert, wanted);
    const styles = inert.createElement("div");
    adopted(document, inert, styles);
    root.append(...styles.childNodes);
    const html = `<!DOCTYPE html>\n${root.outerHTML}`;
    if (html.length > MOST_BYTES) return null;
    const { parts, missing } = await collect(wanted);
    const mark = `----Vaern-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    const all = [part(location.href, "text/html; charset=utf-8", utf8(html)), ...parts.map(({ url, type, bytes }) => part(url, type, bytes))];
    const head = ["From: <Saved by Vaern>", `Subject: ${encoded(document.title.slice(0, 200))}`, `Date: ${new Date().toUTCString()}`, "MIME-Version: 1.0",
      `Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="${mark}"`, `Snapshot-Content-Location: ${header(location.href)}`].join("\r\n");
    return { text: `${head}\r\n\r\n${all.map((body) => `--${mark}\r\n${body}`).join("")}--${mark}--\r\n`, missing };
  };
})();
// Firefox would hand over what a script ends with, and functions can not be.
undefined;
