// upload.js by itself, in a real browser: n files in, n files out, each with its hash, or a word that names the file.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { axe, drop, launch, open, paste, pasteByKeyboard, shot } from "../lib/browser.js";
import { png, sha256 } from "../lib/files.js";
import { startUploadPage } from "../lib/upload-page.js";

const RECEIPT = "**/cases/2026-0001/receipt";
const screenshots = (count) => Array.from({ length: count }, (_, n) => ({ name: "image.png", type: "image/png", bytes: png(n + 1) }));
const filesOf = ({ parts }) => parts.filter((part) => part.name === "exhibit");
const hashesOf = ({ parts }) => JSON.parse(parts.find((part) => part.name === "hashes").bytes.toString());

describe("the report form with upload.js", () => {
  let browser, server;
  before(async () => { [browser, server] = [await launch(), await startUploadPage()]; });
  after(async () => { await browser.close(); await server.stop(); });
  beforeEach(() => { server.received.length = server.answers.length = 0; });

  async function visit(screen = "desktop", options = {}) {
    const visit = await open(browser, screen, { baseURL: server.url, ...options });
    await visit.page.goto("/report");
    if (options.javaScriptEnabled !== false) await visit.page.locator("form.live").waitFor();
    return visit;
  }
  const submit = (page) => page.locator("[type=submit]").click();

  for (const screen of ["phone", "desktop"]) {
    test(`nine pasted screenshots are nine files with the right hashes, on a ${screen}`, async () => {
      const { page, done } = await visit(screen);
      const files = screenshots(9);
      for (const file of files.slice(0, 7)) await paste(page, [file]);
      await paste(page, files.slice(7), "textarea");
      await page.locator("#files li .hash[title]").nth(8).waitFor();
      await page.locator("#files img").nth(8).waitFor();
      await axe(page);
      await shot(page, `upload-${screen}`);
      await submit(page);
      await page.waitForURL(RECEIPT);

      assert.equal(server.received.length, 1);
      const [request] = server.received;
      assert.deepEqual(filesOf(request).map((file) => file.filename), files.map((_, n) => `indsat-${n + 1}.png`));
      assert.deepEqual(filesOf(request).map((file) => sha256(file.bytes)), files.map((file) => sha256(file.bytes)));
      assert.deepEqual(hashesOf(request), files.map((file, n) => ({ name: `indsat-${n + 1}.png`, sha256: sha256(file.bytes), pasted: true })));
      const order = request.parts.map((part) => part.name);
      assert.ok(order.lastIndexOf("hashes") < order.indexOf("exhibit"), "the hashes come before the files");
      assert.equal(request.headers.accept, "application/json");
      await done();
    });
  }

  test("a picture copied for real is pasted by Ctrl+V", async () => {
    const { page, done } = await visit();
    await pasteByKeyboard(page, png(3));
    await page.locator("#files li .hash[title]").waitFor();
    await submit(page);
    await page.waitForURL(RECEIPT);
    const [file] = filesOf(server.received[0]);
    assert.equal(file.filename, "indsat-1.png");
    assert.deepEqual(hashesOf(server.received[0]), [{ name: file.filename, sha256: sha256(file.bytes), pasted: true }]);
    await done();
  });

  test("picking adds to what was dropped, one can be taken away, and text pasted into a field stays text", async () => {
    const { page, done } = await visit();
    const pdf = { name: "brev æøå.pdf", type: "application/pdf", bytes: Buffer.from("%PDF-1.4 brev") };
    await drop(page, [pdf, { name: "b.png", type: "image/png", bytes: png(2) }], "main");
    await page.locator("#exhibit").setInputFiles([{ name: "c.png", mimeType: "image/png", buffer: png(3) }]);
    await page.locator("#exhibit").setInputFiles([{ name: "d.png", mimeType: "image/png", buffer: png(4) }]);
    await page.getByRole("button", { name: "Fjern b.png" }).click();
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.setData("text/plain", "celler");
      transfer.items.add(new File(["x"], "image.png", { type: "image/png" }));
      document.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    });
    await submit(page);
    await page.waitForURL(RECEIPT);
    assert.deepEqual(filesOf(server.received[0]).map((file) => file.filename), [pdf.name, "c.png", "d.png"]);
    assert.deepEqual(hashesOf(server.received[0]).map((file) => file.name), [pdf.name, "c.png", "d.png"]);
    assert.equal(hashesOf(server.received[0])[0].sha256, sha256(pdf.bytes));
    assert.deepEqual(hashesOf(server.received[0]).map((file) => file.pasted), [false, false, false]);
    await done();
  });

  test("an empty and a too big file are refused by name at once, the rest is kept", async () => {
    const { page, done } = await visit();
    await paste(page, [{ name: "tom.png", type: "image/png", bytes: Buffer.alloc(0) }, { name: "god.png", type: "image/png", bytes: png(1) }]);
    assert.match(await page.locator("#report-error").innerText(), /tom\.png er tom/);
    await page.evaluate(() => {
      const piece = new Blob([new Uint8Array(1 << 20)]);
      const transfer = new DataTransfer();
      transfer.items.add(new File([...Array(200).fill(piece), "x"], "film.mp4", { type: "video/mp4" }));
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    });
    assert.match(await page.locator("#report-error").innerText(), /film\.mp4 er over 210.MB/);
    await axe(page);
    await shot(page, "upload-refused");
    await submit(page);
    await page.waitForURL(RECEIPT);
    assert.deepEqual(filesOf(server.received[0]).map((file) => file.filename), ["god.png"]);
    await done();
  });

  test("a file of 64 MB is hashed piece by piece to the right hash", async () => {
    const { page, done } = await visit();
    const hashed = await page.evaluate(async () => {
      const { hashFile } = await import("/static/upload.js");
      const piece = new Blob([new Uint8Array(1 << 20).fill(7)]);
      return hashFile(new File([...Array(64).fill(piece), "slut"], "film.mp4"));
    });
    assert.equal(hashed, sha256(Buffer.concat([Buffer.alloc(64 << 20, 7), Buffer.from("slut")])));
    await done();
  });

  test("when the line breaks everything is kept, and sending again uses the same key; a change takes another", async () => {
    const { page, done, expect } = await visit();
    expect(/ERR_EMPTY_RESPONSE|ERR_CONNECTION|answer lost/);
    await page.locator("#text").fill("Han ved hvor jeg bor");
    await paste(page, screenshots(2));
    server.answers.push("hang up", "hang up");
    await submit(page);
    await page.getByText("Intet er gået tabt").waitFor();
    await axe(page);
    assert.equal(await page.evaluate(() => document.activeElement.id), "report-error");
    assert.equal(await page.locator("#files li").count(), 2);
    assert.equal(await page.locator("#text").inputValue(), "Han ved hvor jeg bor");
    assert.equal(await page.locator("[type=submit]").innerText(), "Send igen");

    await submit(page);
    await page.waitForFunction(() => !document.querySelector("[type=submit]").disabled);
    await page.locator("#text").fill("Han ved hvor jeg bor, og hvor mine børn går i skole");
    await submit(page);
    await page.waitForURL(RECEIPT);

    const [first, second, third] = server.received;
    assert.equal(server.received.length, 3);
    assert.match(first.headers["idempotency-key"], /^[0-9a-f-]{36}$/);
    assert.equal(second.headers["idempotency-key"], first.headers["idempotency-key"]);
    assert.notEqual(third.headers["idempotency-key"], first.headers["idempotency-key"]);
    assert.deepEqual(second.parts, first.parts);
    assert.equal(filesOf(third).length, 2);
    await done();
  });

  test("a refusal is shown at its field and in a list that has the focus; what was written stays", async () => {
    const { page, done, expect } = await visit("phone");
    expect(/422|502/);
    server.answers.push(
      { status: 422, body: { title: "Noget mangler", detail: "Ret det og send igen.", errors: [{ field: "source_url", message: "Linket skal begynde med https" }, { field: "about", message: "Vælg hvem" }, { field: "exhibit", message: "indsat-1.png er ikke et billede" }] } },
      { status: 502, body: "<html>Bad gateway</html>" });
    await page.locator("summary").click();
    await page.locator("#source_url").fill("javascript:alert(1)");
    await paste(page, screenshots(1));
    await submit(page);
    await page.locator("#source_url[aria-invalid=true]").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "report-error");
    assert.match(await page.locator("#report-error").innerText(), /Noget mangler Ret det og send igen\.\s+Linket skal begynde med https\s+Vælg hvem\s+indsat-1\.png er ikke et billede/);
    await axe(page);
    await shot(page, "upload-problem");
    await page.getByRole("link", { name: "Linket skal begynde med https" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "source_url");

    await submit(page);
    await page.getByText("Det kunne ikke sendes.").waitFor();
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    assert.equal(await page.locator(".form-error-message").count(), 0);
    await submit(page);
    await page.waitForURL(RECEIPT);
    const keys = server.received.map((request) => request.headers["idempotency-key"]);
    assert.notEqual(keys[1], keys[0]);
    assert.equal(keys[2], keys[1]);
    await done();
  });

  test("nothing at all is not sent, and two clicks send once", async () => {
    const { page, done } = await visit();
    await submit(page);
    await page.getByText("Skriv hvad der er sket, eller vælg en fil.").waitFor();
    assert.equal(server.received.length, 0);
    await page.locator("#text").fill("Opkald om natten");
    await page.locator("[type=submit]").evaluate((button) => { button.click(); button.form.requestSubmit(); });
    await page.waitForURL(RECEIPT);
    assert.equal(server.received.length, 1);
    await done();
  });

  test("without JavaScript the same form posts its files", async () => {
    const { page, done } = await visit("phone", { javaScriptEnabled: false });
    await page.locator("#exhibit").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer: png(1) }]);
    await shot(page, "upload-without-javascript");
    await submit(page);
    await page.waitForURL("**/report");
    assert.deepEqual(filesOf(server.received[0]).map((file) => sha256(file.bytes)), [sha256(png(1))]);
    await done();
  });
});
