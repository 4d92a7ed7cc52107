// The installed app: the phone's Share, and the report that waits on the device until there is a network.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe } from "../lib/browser.js";
import { png, sha256 } from "../lib/files.js";
import { startTown, stepIn } from "../lib/town.js";

const PERSON = "Mette Ravn";

/** The service worker stands before the page, and the page has said what waits. */
async function ready(page) {
  await page.locator("#outbox-line[data-ready]").waitFor({ state: "attached" });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
    ?? new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }))).then(() => null));
}

/** Chromium's own share: a form posted as a navigation, multipart, with the names of the manifest. */
async function share(page, fields, files) {
  await page.evaluate(({ fields, files }) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/share", enctype: "multipart/form-data" });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
    const input = Object.assign(document.createElement("input"), { type: "file", name: "exhibit", multiple: true });
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type: "image/png" }));
    input.files = transfer.files;
    form.append(input);
    document.body.append(form);
    form.submit();
  }, { fields, files: files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") })) });
}

/** Everything in IndexedDB as it lies there: what waits, and the bytes of it as text. */
const stored = (page) => page.evaluate(async () => {
  const db = await new Promise((done, failed) => {
    const request = indexedDB.open("vaern", 1);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const read = (store) => new Promise((done) => { const request = db.transaction(store).objectStore(store).getAll(); request.onsuccess = () => done(request.result); });
  const items = await read("items"), receipts = await read("receipts"), device = await read("device");
  db.close();
  const plain = items.map((item) => JSON.stringify(item) + new TextDecoder("latin1").decode(item.sealed.data)).join("\n");
  return { items: items.length, receipts: receipts.length, plain, device: device.map(({ name }) => name).sort() };
});

describe("the installed app", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  async function signedIn(name = PERSON) {
    const visit = await town.as("phone", name);
    await visit.page.goto("/report");
    await ready(visit.page);
    return visit;
  }

  test("a shared picture lies in a new report, is sent unchanged, and leaves nothing behind", async () => {
    const { page, done } = await signedIn();
    const bytes = png(41);
    await share(page, { title: "", text: "Set i gruppen", url: "https://forum.example/1" }, [{ name: "delt.png", bytes }]);
    await page.waitForURL("**/report?shared=1");
    await page.locator("#files .hash[title]").waitFor();
    assert.equal(await page.locator("#files .hash").getAttribute("title"), sha256(bytes));
    assert.equal(await page.locator("#text").inputValue(), "Set i gruppen");
    const { plain } = await stored(page);
    assert.ok(!plain.includes("delt.png") && !plain.includes("gruppen"), "what waits is sealed");
    await axe(page);
    await page.locator("#report-form [type=submit]").click();
    await page.waitForURL("**/receipt");
    assert.match(await page.content(), new RegExp(sha256(bytes).slice(0, 8)));
    assert.deepEqual(await stored(page), { items: 0, receipts: 0, plain: "", device: ["key", "language"] });
    await done();
  });

  test("a share with nothing in it says so", async () => {
    const { page, done } = await signedIn();
    await share(page, { title: "", text: "", url: "" }, []);
    await page.waitForURL("**/report?shared=nothing");
    await page.getByText("Der var ikke noget i det, du delte").first().waitFor();
    await done();
  });

  test("without a network the form opens, the report waits sealed and visibly, and goes by itself", async () => {
    const { page, context, expect, done } = await signedIn();
    expect(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await page.goto("/report");
    await page.getByRole("heading", { name: "Fortæl uden net" }).waitFor();
    assert.ok(!(await page.content()).includes(PERSON), "the kept page names nobody");
    await page.locator("#text").fill("Skrevet i kælderen");
    await page.locator("#exhibit").setInputFiles([{ name: "kaelder.png", mimeType: "image/png", buffer: png(42) }]);
    await page.locator("#report-form [type=submit]").click();
    await page.getByText("1 henvendelse venter på net.").waitFor();
    await page.getByText("Du kan lukke siden").waitFor();
    const waiting = await stored(page);
    assert.equal(waiting.items, 1);
    assert.ok(!waiting.plain.includes("kælder") && !waiting.plain.includes("kaelder"), "what waits is sealed");
    await axe(page);
    await page.goto("/outbox");
    await page.getByRole("button", { name: "Vis, hvad der står" }).click();
    await page.getByText("Det er låst. Log ind med net for at se det.").waitFor();
    await context.setOffline(false);
    const sent = page.getByText("Sendt. Din henvendelse er modtaget og har nummer");
    await sent.waitFor();
    await sent.click();
    await page.waitForURL("**/receipt");
    assert.ok((await page.content()).includes(sha256(png(42)).slice(0, 4)));
    const left = await stored(page);
    assert.deepEqual([left.items, left.receipts], [0, 0]);
    await done();
  });

  test("an answer that names nothing deletes nothing", async () => {
    const { page, context, expect, done } = await signedIn();
    expect(/ERR_INTERNET_DISCONNECTED|(outbox\/key|report) net::ERR_ABORTED/);
    await context.setOffline(true);
    await page.locator("#text").fill("Skrevet i toget");
    await page.locator("#report-form [type=submit]").click();
    await page.getByText("1 henvendelse venter på net.").waitFor();
    // The train's own page answers in place of ours.
    let asked = 0;
    await context.route("**/report", (route) => route.request().method() === "POST" ? (asked += 1, route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Velkommen om bord</h1>" })) : route.continue());
    await context.setOffline(false);
    await page.goto("/outbox");
    await page.locator("#outbox-line[data-ready]").waitFor({ state: "attached" });
    assert.ok(asked > 0, "it was tried");
    assert.equal((await stored(page)).items, 1, "and it is here still");
    await context.unroute("**/report");
    await page.goto("/");
    await page.getByText("Sendt. Din henvendelse er modtaget").waitFor();
    assert.equal((await stored(page)).items, 0);
    await done();
  });

  /** Begins a drill and takes a screenshot of the made-up post. */
  async function drilled(page) {
    await page.goto("/practise");
    await page.getByRole("button", { name: /^(Begynd øvelsen|Øv dig igen)$/ }).click();
    await page.getByText("Øvelse: alt på denne side er opdigtet.").waitFor();
    return page.screenshot({ fullPage: true });
  }

  async function judged(page, text) {
    const found = page.getByText(text);
    while (!(await found.count())) await page.goto("/practise");
  }

  test("a drill by the phone's Share: the box is there, unticked, and passes once it is ticked", async () => {
    const { page, done } = await signedIn("Lone Kvist");
    const bytes = await drilled(page);
    await share(page, { title: "", text: "", url: "" }, [{ name: "oevelse.png", bytes }]);
    await page.waitForURL("**/report?shared=1");
    await page.locator("#files .hash[title]").waitFor();
    const box = page.getByRole("checkbox", { name: "Det her er min øvelse" });
    assert.equal(await box.isChecked(), false);
    await box.check();
    await page.locator("#report-form [type=submit]").click();
    await page.waitForURL("**/practise");
    assert.equal((await stored(page)).items, 0);
    await judged(page, "Ordet er i billedet.");
    await done();
  });

  test("a share that waits unticks the box, and a drill that was sent from the outbox is told of", async () => {
    const { page, context, expect, done } = await signedIn("Anders Bøgh");
    expect(/ERR_INTERNET_DISCONNECTED|outbox\/key net::ERR_ABORTED/);
    const bytes = await drilled(page);
    await share(page, { title: "", text: "", url: "" }, [{ name: "oevelse.png", bytes }]);
    await page.waitForURL("**/report?shared=1");
    await page.goto("/report?drill=1");
    await page.locator("#files .hash[title]").waitFor();
    const box = page.getByRole("checkbox", { name: "Det her er min øvelse" });
    assert.equal(await box.isChecked(), false, "what was shared may be real");
    await box.check();
    await context.setOffline(true);
    await page.locator("#report-form [type=submit]").click();
    await page.getByText("1 henvendelse venter på net.").waitFor();
    await context.setOffline(false);
    const sent = page.getByText("Din øvelse er sendt.");
    await sent.waitFor();
    await axe(page);
    await sent.click();
    await page.waitForURL("**/practise");
    const left = await stored(page);
    assert.deepEqual([left.items, left.receipts], [0, 0]);
    await judged(page, "Ordet er i billedet.");
    await done();
  });

  test("what waits is opened neither without a session nor by another person", async () => {
    const { page, context, expect, done } = await signedIn();
    expect(/ERR_INTERNET_DISCONNECTED|401|outbox\/key net::ERR_ABORTED/);
    await context.setOffline(true);
    await page.locator("#text").fill("Kun for mig");
    await page.locator("#report-form [type=submit]").click();
    await page.getByText("1 henvendelse venter på net.").waitFor();
    // Signed out: the cookie is gone, as on a phone that was stolen.
    await context.clearCookies();
    await context.setOffline(false);
    await page.goto("/outbox");
    await page.getByText("Log ind, så bliver det sendt").waitFor();
    await page.getByRole("button", { name: "Vis, hvad der står" }).click();
    await page.getByText("Det er låst. Log ind med net for at se det.").waitFor();
    assert.equal(await page.getByText("Kun for mig").count(), 0);
    await page.goto("/");
    await stepIn(page, "Vibeke Holst");
    await page.getByText("noget, der venter på en anden person").waitFor();
    await page.goto("/outbox");
    await page.getByText("Venter på en anden person siden").waitFor();
    assert.equal(await page.locator("#outbox-list button").count(), 0);
    await axe(page);
    assert.equal((await stored(page)).items, 1);
    // Its owner again: it goes.
    await context.clearCookies();
    await page.goto("/");
    await stepIn(page, PERSON);
    await page.getByText("Sendt. Din henvendelse er modtaget").waitFor();
    assert.equal((await stored(page)).items, 0);
    await page.goto("/cases");
    assert.ok(!(await page.evaluate(async () => Promise.all((await caches.keys()).map(async (name) =>
      (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname))))).flat().some((path) => !/^\/(static|offline)\b/.test(path)),
    "only the program's own files and the two pages that name nobody are cached");
    await done();
  });
});
