// Chromium with our extension in it, its button pressed as a person does, and a page on the web to capture.

import { createServer } from "node:http";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { ARGUMENTS, EXECUTABLE, SCREENS, watch } from "./browser.js";
import { png } from "./files.js";

const EXTENSION = fileURLToPath(new URL("../../extension/", import.meta.url));

/** Gives {context, id, problems, press(page), opened(pattern), stop()}. An extension needs a profile, which is thrown away.
 *  Debian's Chromium speaks English alone without another package; so for Danish the extension is loaded without its English. */
export async function startBrowser({ language = "da" } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "vaern-profile-")), profile = join(folder, "profile"), loaded = join(folder, "extension");
  await cp(EXTENSION, loaded, { recursive: true });
  if (language === "da") await rm(join(loaded, "_locales/en"), { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    ...SCREENS.desktop, executablePath: EXECUTABLE, locale: language === "da" ? "da-DK" : "en-GB", timezoneId: "Europe/Copenhagen",
    ignoreDefaultArgs: ["--disable-extensions"],
    // The last one lets a test press the button by the protocol of the developer tools. It grants activeTab as a finger does.
    args: [...ARGUMENTS, `--disable-extensions-except=${loaded}`, `--load-extension=${loaded}`, "--enable-unsafe-extension-debugging"],
  });
  context.setDefaultTimeout(15_000);
  const problems = [];
  context.on("page", (page) => watch(page, problems));
  const worker = context.serviceWorkers().find((one) => one.url().startsWith("chrome-extension:")) ?? await context.waitForEvent("serviceworker");
  const id = new URL(worker.url()).host;
  // First of all it asks where Værn is.
  const asks = "**/options.html";
  await Promise.any([context.pages()[0].waitForURL(asks), context.waitForEvent("page").then((page) => page.waitForURL(asks))]);
  const devtools = await context.browser().newBrowserCDPSession();
  return {
    context, id, problems,
    /** Presses the extension's button while this page is in front. */
    async press(page) {
      await page.bringToFront();
      const { targetInfos } = await devtools.send("Target.getTargets", { filter: [{ type: "tab" }] });
      const tab = targetInfos.find(({ url }) => url === page.url());
      await devtools.send("Extensions.triggerAction", { id, targetId: tab.targetId });
    },
    /** The page whose address matches, now or later. */
    async opened(pattern) {
      const found = () => context.pages().find((page) => pattern.test(page.url()));
      for (let page = found(); ; page = found()) {
        if (page) return page;
        await Promise.any([context.waitForEvent("page"), ...context.pages().map((one) => one.waitForEvent("framenavigated"))]);
      }
    },
    stop: async () => { await context.close(); await rm(folder, { recursive: true, force: true }); },
  };
}

const page = (height, body) => `<!doctype html><html lang="da"><head><meta charset="utf-8"><title>Borgergruppen – opslag om jobcentret</title>
<meta property="article:published_time" content="2026-10-12T08:00:00+02:00"><style>
body { margin: 0; position: relative; height: ${height}px; background: #fff }
header { position: sticky; top: 0; height: 60px; background: rgb(0, 0, 255) }
#bubble { position: fixed; right: 0; bottom: 0; width: 80px; height: 80px; background: rgb(255, 0, 255) }
#first { height: 40px; background: rgb(255, 0, 0) } #last { position: absolute; bottom: 0; width: 100%; height: 40px; background: rgb(0, 128, 0) }
</style></head><body>${body}</body></html>`;

const LONG = `<header></header><div id="first"></div><p>Hende på jobcentret skulle man have fat i. <time datetime="2026-10-12T19:42:00+02:00">for 3 timer siden</time>
<abbr data-utime="1791826920" title="12. oktober 2026">i går</abbr></p><img src="/picture.png" alt=""><img src="ELSEWHERE/picture.png" alt="">
<script>document.body.append(Object.assign(document.createElement("p"), { textContent: "Skrevet af siden selv" }))</script><div id="bubble"></div><div id="last"></div>`;

const CHAT = `<style>html, body { height: 100% !important; overflow: hidden } #chat { position: fixed; inset: 50px 0 30px 200px; overflow-y: auto } #chat div { height: 2500px }
#side { position: fixed; inset: 0 auto 0 0; width: 200px; background: rgb(0, 0, 255) }</style><div id="side"></div>
<div id="chat"><section style="height: 20px; background: rgb(255, 0, 0)"></section><div></div><section style="height: 20px; background: rgb(0, 128, 0)"></section></div>
<div style="position: fixed; inset: auto 0 0 200px; height: 30px; background: rgb(255, 255, 0)"></div>`;

/** Two of the matters that the issue came with, as pages on the web: /recording (05) and /wave (09). */
const MATTERS = { "/recording": "05-secret-recording-published", "/wave": "09-wave-against-library-closure" };
const matter = (path) => readFile(new URL(`../../examples/matters/${MATTERS[path]}/screenshot-1.png`, import.meta.url));
const shown = (path) => page(1800, `<title>Opdigtet side</title><img id="first" src="${path}/screenshot.png" alt="" style="height: auto; max-width: 100%"><div id="last"></div>`);

/** Serves /recording, /wave, /long, /longer, /chat and /never-done, and one picture that another origin will not share: {url, stop()}. */
export async function startForum() {
  const answers = (elsewhere) => (request, response) => {
    const long = LONG.replace("ELSEWHERE", elsewhere);
    const pages = { "/long": page(4000, long), "/longer": page(40_000, long), "/chat": page(900, CHAT), "/never-done": page(2000, `${long}<img src="/endless.png" alt="">`) };
    const asked = new URL(request.url, "http://x").pathname, [, which] = asked.match(/^(\/\w+)\/screenshot\.png$/) ?? [];
    if (MATTERS[which]) return matter(which).then((bytes) => response.writeHead(200, { "Content-Type": "image/png" }).end(bytes));
    if (MATTERS[asked]) pages[asked] = shown(asked);
    if (/^\/(picture\.png|favicon\.ico)$/.test(request.url)) return response.writeHead(200, { "Content-Type": "image/png" }).end(png(7));
    if (!pages[request.url]) return response.writeHead(404).end();
    // As strict as pages come: nothing that the extension does may need the page's leave.
    // A picture that does not end, slow enough for the page to live.
    if (request.url === "/endless.png") {
      const more = Buffer.alloc(1 << 20);
      response.writeHead(200, { "Content-Type": "image/png" });
      const pouring = setInterval(() => response.write(more), 100);
      return response.on("close", () => clearInterval(pouring));
    }
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src *; connect-src 'none'" });
    if (request.url === "/never-done") return response.write(pages[request.url]);
    response.end(pages[request.url]);
  };
  const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
  const other = createServer(answers(""));
  const elsewhere = await listen(other);
  const server = createServer(answers(elsewhere));
  const url = await listen(server);
  return { url, stop: async () => { for (const one of [server, other]) await new Promise((done) => { one.close(done); one.closeAllConnections(); }); } };
}

/** Size and the colours at some points of a picture that `page` may fetch: {width, height, at: [[r, g, b]]}. A negative y counts from the bottom. */
export function pixels(page, address, points) {
  return page.evaluate(async ({ address, points }) => {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const draw = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    draw.drawImage(bitmap, 0, 0);
    const at = points.map(([x, y]) => [...draw.getImageData(x, y < 0 ? bitmap.height + y : y, 1, 1).data].slice(0, 3));
    return { width: bitmap.width, height: bitmap.height, at };
  }, { address, points });
}
