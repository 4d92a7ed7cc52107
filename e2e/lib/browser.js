// Chromium, two screens, and what every page must pass: no axe violation, no console error, no failed request.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

export const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 900 } },
};

const SHOTS = fileURLToPath(new URL("../shots/", import.meta.url));

/** Debian's Chromium; quiet, since it has no business outside 127.0.0.1. */
export const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const ARGUMENTS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** A page of its own context. `problems` fills with console errors, exceptions, failed requests and answers from 400 up;
 *  call done() at the end of the test: it fails on any that no expect(pattern) announced, and closes the context. */
export async function open(browser, screen, { baseURL, ...options } = {}) {
  const context = await browser.newContext({
    ...SCREENS[screen], baseURL, locale: "da-DK", timezoneId: "Europe/Copenhagen", acceptDownloads: true, ...options,
  });
  context.setDefaultTimeout(15_000);
  const problems = [];
  const expected = [];
  context.on("page", (page) => watch(page, problems));
  const page = await context.newPage();
  return {
    context, page, problems,
    expect: (pattern) => { expected.push(pattern); },
    done: async () => {
      await context.close();
      const left = problems.filter((problem) => ![UNUSED_FACES, ...expected].some((pattern) => pattern.test(problem)));
      assert.deepEqual(left, [], "the pages had problems");
    },
  };
}

// The public design system's own faces are not shipped, and never used: own.css names others. Only who measures a page before that
// has come, as a harness in a hurry does, makes the browser ask for them.
const UNUSED_FACES = /\/dkfds\/fonts\/IBMPlexSans\/complete\//;

export function watch(page, problems) {
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => {
    // Aborted by the browser itself: a download takes over its navigation, and a page that is left stops loading its parts.
    const reason = request.failure()?.errorText;
    const left = request.isNavigationRequest() || ["image", "font", "media", "script", "stylesheet", "other"].includes(request.resourceType());
    if (!(reason === "net::ERR_ABORTED" && left)) problems.push(`request: ${request.method()} ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
  });
}

/** Fails listing every axe violation on the page (all rules, best practice included) with where and why; also fails when the
 *  page is wider than the screen. */
export async function axe(page) {
  // Our pages have no frames, and without looking for any it takes two thirds of the time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const lines = violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `${id} (${impact}) at ${node.target.join(" ")}: ${node.failureSummary?.replace(/\s+/g, " ")}`));
  // A phone's window grows with a page that is too wide; its screen doesn't.
  const [inner, needed] = await page.evaluate(() => [Math.min(window.innerWidth, window.screen.width), document.documentElement.scrollWidth]);
  if (needed > inner) lines.push(`the page is ${needed} px wide on a screen of ${inner} px`);
  assert.deepEqual(lines, [], `${page.url()} is not accessible`);
}

/** A picture of the whole page as e2e/shots/NAME.png. */
export async function shot(page, name) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: true });
}

function asData(files) {
  return files.map(({ name, type, bytes }) => ({ name, type, base64: Buffer.from(bytes).toString("base64") }));
}

/** Pastes files [{name, type, bytes}] at once, as a paste event that the page can't tell from the person's. */
export async function paste(page, files, target = "body") {
  await page.locator(target).first().evaluate((node, data) => {
    const transfer = new DataTransfer();
    for (const { name, type, base64 } of data) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
    }
    node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
  }, asData(files));
}

/** Drops files [{name, type, bytes}] on the element. */
export async function drop(page, files, target) {
  await page.locator(target).first().evaluate((node, data) => {
    const dataTransfer = new DataTransfer();
    for (const { name, type, base64 } of data) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name, { type }));
    }
    for (const type of ["dragenter", "dragover", "drop"])
      node.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }, asData(files));
}

/** Puts a PNG on the real clipboard and presses Ctrl+V. The browser encodes the picture anew, so its bytes are its own. */
export async function pasteByKeyboard(page, png) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
  }, Buffer.from(png).toString("base64"));
  await page.keyboard.press("Control+V");
}
