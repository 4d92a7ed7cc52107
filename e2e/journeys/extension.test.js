// The browser extension: one click captures the page that the employee sees, and a report opens with it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { axe, shot } from "../lib/browser.js";
import { pixels, startBrowser, startForum } from "../lib/extension.js";
import { sha256 } from "../lib/files.js";
import { checkLanguage } from "../lib/language.js";
import { startServer } from "../lib/server.js";
import { numberOf, stepIn } from "../lib/town.js";

const PERSON = "Mette Ravn";
const RED = [255, 0, 0], GREEN = [0, 128, 0], BLUE = [0, 0, 255], MAGENTA = [255, 0, 255], YELLOW = [255, 255, 0], WHITE = [255, 255, 255];

describe("the browser extension", () => {
  let server, forum, browser;
  before(async () => { [server, forum] = await Promise.all([startServer(), startForum()]); });
  after(async () => { await forum.stop(); await server.stop(); });

  /** A fresh browser for each test: what one has, another must not find. */
  async function fresh(t, options) {
    browser = await startBrowser(options);
    t.after(() => browser.stop());
    return browser.context.newPage();
  }

  const ours = (path) => `chrome-extension://${browser.id}/${path}`;

  async function setAddress(page) {
    await page.goto(ours("options.html"));
    await page.locator("#address").fill(server.url);
    await page.locator("#form button").click();
    await page.getByText("Gemt:").waitFor();
  }

  async function press(page, path, scrolled = 0) {
    await page.goto(`${forum.url}${path}`, { waitUntil: "commit" });
    await page.locator("#last, #chat").waitFor({ state: "attached" });
    await page.evaluate((y) => scrollTo(0, y), scrolled);
    await browser.press(page);
    return browser.opened(/capture\.html/);
  }

  const file = (capturing, n) => capturing.locator("#files a").nth(n).getAttribute("href");

  test("asks first where Værn is, and takes no nonsense", async (t) => {
    const page = await fresh(t);
    await page.goto(ours("options.html"));
    for (const wrong of ["http://vaern.kommune.example", "javascript:alert(1)", "ikke en adresse"]) {
      await page.locator("#address").fill(wrong);
      await page.locator("#form button").click();
      await page.getByText("Det er ikke en webadresse.").waitFor();
      await page.locator("#address-error").evaluate((node) => { node.textContent = ""; });
    }
    await page.locator("#address").fill("vaern.kommune.example/sager");
    await page.locator("#form button").click();
    await page.getByText("Gemt: https://vaern.kommune.example").waitFor();
    await checkLanguage(page, "da");
    await axe(page);
    await shot(page, "extension-options-desktop");
    assert.deepEqual(await page.evaluate(() => chrome.runtime.getManifest().permissions), ["activeTab", "scripting", "storage"]);
    assert.deepEqual(browser.problems, []);
  });

  test("one click: the whole page lies in a new report, is sent, and says what it shows", async (t) => {
    const page = await fresh(t);
    await page.goto(server.url);
    await stepIn(page, PERSON);
    await setAddress(page);
    const capturing = await press(page, "/long", 500);
    if (!capturing.isClosed()) await capturing.waitForEvent("close");
    const report = await browser.opened(/\/report\?shared=1$/);
    await report.locator("#files .hash[title]").nth(1).waitFor();
    await report.getByText("Det, du delte, er sat ind her. Intet er sendt endnu.").waitFor();
    assert.equal(await report.locator("#source_url").inputValue(), `${forum.url}/long`);
    const hashes = await report.locator("#files .hash").evaluateAll((nodes) => nodes.map(({ title }) => title));
    await axe(report);
    await shot(report, "extension-report-desktop");

    // The page is as it was.
    assert.deepEqual(await page.evaluate(() => [scrollY, document.querySelector("header").getAttribute("style"), document.documentElement.getAttribute("style"),
      getComputedStyle(document.querySelector("#bubble")).opacity]), [500, null, null, "1"]);

    await report.locator("#report-form [type=submit]").click();
    await report.waitForURL("**/receipt");
    const exhibit = report.url().replace("/receipt", "/exhibits/");
    await report.goto(`${exhibit}1`);
    for (const said of ["Optaget i medarbejderens egen browser", `${forum.url}/long`, "Borgergruppen – opslag om jobcentret",
      "article:published_time: 2026-10-12T08:00:00+02:00", "time: 2026-10-12T19:42:00+02:00 (for 3 timer siden)", "data-utime: 1791826920 (12. oktober 2026)",
      "Det viser ikke, hvem der har skrevet noget", hashes[0].slice(0, 4)]) await report.getByText(said).first().waitFor();
    assert.equal(await report.getByText("Siden fortsatte længere").count(), 0);
    await checkLanguage(report, "da");
    await axe(report);
    await shot(report, "extension-exhibit-desktop");

    const picture = await pixels(report, `${exhibit}1/original`, [[5, 30], [5, 80], [5, 930], [5, 1830], [5, 2730], [5, 3980], [5, -1], [1250, 860], [1250, 1760], [1250, -50]]);
    assert.deepEqual([picture.width, picture.height], [1280, 4000]);
    assert.deepEqual(picture.at, [BLUE, RED, WHITE, WHITE, WHITE, GREEN, GREEN, MAGENTA, WHITE, WHITE], "the header once, the bubble once, top and bottom");

    await report.goto(`${exhibit}2`);
    await report.getByText("Gemt webside").first().waitFor();
    await report.getByText("1 af sidens billeder").waitFor();
    assert.match(await report.locator("main .letter").innerText(), /Hende på jobcentret skulle man have fat i\./, "its words can be read");
    assert.equal(await report.locator("main iframe, main .letter *").count(), 0, "and nothing of it is shown as a page");
    const [download] = await Promise.all([report.waitForEvent("download"), report.getByRole("link", { name: "Hent originalen" }).click()]);
    const path = await download.path();
    assert.equal(sha256(await readFile(path)), hashes[1]);
    // Chromium itself reads it, and nothing runs in it.
    await rename(path, `${path}.mhtml`);
    const saved = await browser.context.newPage();
    await saved.goto(`file://${path}.mhtml`);
    await saved.getByText("Hende på jobcentret skulle man have fat i.").waitFor();
    assert.equal(await saved.getByText("Skrevet af siden selv").count(), 1, "as it was, and not run again");
    assert.deepEqual(await saved.locator("img").evaluateAll((nodes) => nodes.map(({ naturalWidth }) => naturalWidth)), [96, 0]);
    assert.deepEqual(browser.problems.filter((problem) => !/picture\.png/.test(problem)), []);
  });

  test("a drill by the extension: the made-up post is captured, the box is there and unticked, and it passes once it is ticked", async (t) => {
    const page = await fresh(t);
    await page.goto(server.url);
    await stepIn(page, "Sara Lindegaard");
    await setAddress(page);
    await page.goto(`${server.url}/practise`);
    await page.getByRole("button", { name: "Begynd øvelsen" }).click();
    await page.getByText("Øvelse: alt på denne side er opdigtet.").waitFor();
    await browser.press(page);
    const report = await browser.opened(/\/report\?shared=1$/);
    await report.locator("#files .hash[title]").nth(1).waitFor();
    const box = report.getByRole("checkbox", { name: "Det her er min øvelse" });
    assert.equal(await box.isChecked(), false);
    await box.check();
    await report.locator("#report-form [type=submit]").click();
    await report.waitForURL("**/practise");
    while (!(await report.getByText("Ordet er i billedet.").count())) await report.goto(`${server.url}/practise`);
    // A page that is left before its manifest has come is no trouble.
    assert.deepEqual(browser.problems.filter((problem) => !/manifest/.test(problem)), []);
  });

  test("a secret recording and a wave, seen by a colleague: captured, sent, and told of in the dossier", async (t) => {
    const page = await fresh(t);
    await page.goto(server.url);
    await stepIn(page, "Lone Kvist");
    await setAddress(page);
    for (const path of ["/recording", "/wave"]) {
      await press(page, path);
      const report = await browser.opened(/\/report\?shared=1$/);
      await report.locator("#files .hash[title]").nth(1).waitFor();
      await report.locator("[name=about][value=colleague]").check();
      await report.locator("#colleague").fill(PERSON);
      await report.locator("#text").fill("Jeg faldt over det her. Hun ved det ikke endnu.");
      await report.locator("#report-form [type=submit]").click();
      await report.waitForURL("**/receipt");
      const number = numberOf(report);
      await report.close();
      const folder = await mkdtemp(join(tmpdir(), "vaern-bag-")), bag = join(folder, "bag.zip");
      t.after(() => rm(folder, { recursive: true, force: true }));
      await server.vaern("export", number, "--drawer", "matter", "-o", bag);
      assert.match((await server.vaern("verify", bag)).stdout, /./);
      const run = promisify(execFile);
      await run("python3", ["-m", "zipfile", "-e", bag, folder]);
      const names = await readdir(folder, { recursive: true });
      assert.ok(names.some((name) => name.endsWith(".mhtml")), "the page as a file is in the bag");
      const dossier = join(folder, names.find((name) => name.endsWith(".pdf")));
      const words = (await run("pdftotext", [dossier, "-"])).stdout;
      // An address may be broken anywhere.
      const close = (text) => text.replace(/[\s\u00ad\u200b\u2060-]/g, "");
      for (const said of ["Optaget i medarbejderens egen browser", `${forum.url}${path}`, "efter den computers ur", "Det viser ikke, hvem der har skrevet noget",
        "Intet af det er kontrolleret."]) assert.ok(close(words).includes(close(said)), `${said}: ${words}`);
      if (path === "/recording") await copyFile(dossier, fileURLToPath(new URL("../shots/extension-dossier.pdf", import.meta.url)));
    }
  });

  test("not signed in: signs in, and the capture comes along", async (t) => {
    const page = await fresh(t);
    await setAddress(page);
    const capturing = await press(page, "/long");
    await capturing.getByText("Log ind i den fane, der åbnede").waitFor();
    await checkLanguage(capturing, "da");
    await axe(capturing);
    await shot(capturing, "extension-capture-desktop");
    const waits = await browser.opened(/\/capture\?/);
    await waits.getByText("Du er ikke logget ind.").waitFor();
    await checkLanguage(waits, "da");
    await axe(waits);
    await shot(waits, "extension-sign-in-desktop");
    const [signIn] = await Promise.all([browser.context.waitForEvent("page"), waits.getByRole("link", { name: "Log ind i en ny fane" }).click()]);
    await signIn.locator("form[action='/demo/step-in'] button.link", { hasText: new RegExp(`^${PERSON}$`) }).click();
    await signIn.waitForURL("**/report?shared=1");
    await signIn.locator("#files .hash[title]").nth(1).waitFor();
    await signIn.locator("#report-form [type=submit]").click();
    await signIn.waitForURL("**/receipt");
    assert.deepEqual(browser.context.pages().map((one) => one.url()).filter((url) => /capture/.test(url)), [], "both tabs that held it are gone");
    assert.deepEqual(browser.problems.filter((problem) => !/401|picture\.png|outbox\/key net::ERR_ABORTED/.test(problem)), []);
  });

  test("no web site can hand over anything", async (t) => {
    const page = await fresh(t);
    await page.goto(server.url);
    await stepIn(page, PERSON);
    await page.goto(`${forum.url}/long`);
    const [opened] = await Promise.all([browser.context.waitForEvent("page"), page.evaluate((url) => {
      globalThis.heard = [];
      addEventListener("message", ({ data }) => heard.push(data));
      globalThis.opened = window.open(`${url}/capture`);
    }, server.url)]);
    await page.waitForFunction(() => heard.length > 0);
    await page.evaluate(() => opened.postMessage({ files: [new File(["x"], "x.txt")], facts: {}, url: "" }, "*"));
    // Whatever it would have done with the first, it has done by the time that it has answered to a second from itself.
    await opened.evaluate(() => new Promise((done) => { addEventListener("message", () => done(null), { once: true }); postMessage("after", "*"); }));
    await opened.goto(`${server.url}/outbox`);
    await opened.getByText("Der venter ikke noget.").waitFor();
    assert.deepEqual(await page.evaluate(() => heard), [{ vaern: "ready" }]);
    // By the door of the phone's Share a file can come, but not what only the extension may say of it.
    await page.evaluate((url) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: `${url}/share`, enctype: "multipart/form-data" });
      const said = JSON.stringify({ "x.txt": { url: "https://forum.example/", at: new Date().toISOString() } });
      form.append(Object.assign(document.createElement("input"), { name: "captures", value: said }));
      const input = Object.assign(document.createElement("input"), { type: "file", name: "exhibit" }), transfer = new DataTransfer();
      transfer.items.add(new File(["Se her"], "x.txt", { type: "text/plain" }));
      input.files = transfer.files;
      form.append(input);
      document.body.append(form);
      form.submit();
    }, server.url);
    await page.waitForURL(/shared/);
    await opened.goto(`${server.url}/report`);
    await opened.locator("#files .hash[title]").waitFor();
    await opened.locator("#report-form [type=submit]").click();
    await opened.waitForURL("**/receipt");
    await opened.goto(opened.url().replace("/receipt", "/exhibits/1"));
    await opened.getByText("Valgt fra en telefon eller computer").waitFor();
  });

  test("a page longer than a picture can be is captured as far as it goes, and says so", async (t) => {
    const page = await fresh(t);
    const capturing = await press(page, "/longer");
    await capturing.getByText("Siden er længere, end der kan være på ét billede.").waitFor({ timeout: 120_000 });
    await capturing.getByText("Skriv, hvor jeres Værn er").waitFor();
    await axe(capturing);
    const picture = await pixels(capturing, await file(capturing, 0), [[5, 30], [5, 80], [5, -1]]);
    assert.deepEqual([picture.width, picture.height], [1280, 30_000]);
    assert.deepEqual(picture.at, [BLUE, RED, WHITE]);
    // The address is asked for where it is missed, and the capture is not lost.
    await capturing.locator("#address").fill(server.url);
    await capturing.locator("#form button").click();
    const waits = await browser.opened(/\/capture\?/);
    await waits.getByText("Du er ikke logget ind.").waitFor();
  });

  test("a chat scrolls inside the page: all of it is there, and what stands around it once", async (t) => {
    const page = await fresh(t);
    const capturing = await press(page, "/chat");
    await capturing.locator("#files a").first().waitFor();
    const picture = await pixels(capturing, await file(capturing, 0), [[5, 5], [5, 800], [5, 1500], [600, 60], [600, 1500], [600, -40], [600, -5]]);
    assert.deepEqual([picture.width, picture.height], [1280, 50 + 2540 + 30]);
    assert.deepEqual(picture.at, [BLUE, BLUE, WHITE, RED, WHITE, GREEN, YELLOW]);
  });

  test("a page that never stops loading, with a picture that never ends, is captured all the same", async (t) => {
    const page = await fresh(t);
    const capturing = await press(page, "/never-done");
    await capturing.locator("#files a").first().waitFor();
    const picture = await pixels(capturing, await file(capturing, 0), [[5, 80], [5, -1]]);
    assert.deepEqual([picture.height, ...picture.at], [2000, RED, GREEN]);
    assert.match(await capturing.locator("#files a").nth(1).textContent(), /\.mhtml$/);
    const size = await capturing.evaluate(async (address) => (await (await fetch(address)).blob()).size, await file(capturing, 1));
    assert.ok(size < 10_000, `what does not end is left out: ${size} bytes`);
  });

  test("who leaves the page gets no picture of another, but is told", async (t) => {
    const page = await fresh(t);
    const other = await browser.context.newPage();
    const capturing = await press(page, "/longer");
    await other.bringToFront();
    await capturing.getByText("Siden blev skiftet, før den var optaget.").waitFor();
    assert.equal(await capturing.locator("#done").isVisible(), false);
    await axe(capturing);
  });

  test("what is no page on the web, and Værn itself, are not captured", async (t) => {
    const page = await fresh(t);
    await setAddress(page);
    await browser.press(page);
    const first = await browser.opened(/capture\.html/);
    await first.getByText("Det her er ikke en side på nettet").waitFor();
    await first.close();
    await page.goto(server.url);
    await browser.press(page);
    await (await browser.opened(/capture\.html/)).getByText("Det her er en side i Værn.").waitFor();
  });
});
