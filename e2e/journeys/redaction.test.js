// Redaction: boxes drawn, a copy made and taken, and its pixels looked at one by one: what was covered is not there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { fill, report, startTown } from "../lib/town.js";

const run = promisify(execFile);
const MESSAGE = new URL("../../examples/matters/04-threatening-email/original.eml", import.meta.url);
const SCREENSHOT = new URL("../../examples/matters/01-threat-in-comment-thread/screenshot-1.png", import.meta.url);

/** The names of a PNG's chunks, in their order. */
function chunks(png) {
  const names = [];
  let at = 8;
  for (; at < png.length; at += 12 + png.readUInt32BE(at)) names.push(png.toString("latin1", at + 4, at + 8));
  assert.equal(at, png.length, "nothing behind the end");
  return names;
}

/** A PDF of a page for each of these lines; its table of places is left out, which readers mend. */
function letter(lines) {
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>", `<</Type/Pages/Kids[${lines.map((_, at) => `${3 + 2 * at} 0 R`).join(" ")}]/Count ${lines.length}>>`,
    ...lines.flatMap((line, at) => {
      const drawn = `BT /F1 24 Tf 60 700 Td (${line}) Tj ET`;
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${4 + 2 * at} 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>`,
        `<</Length ${drawn.length}>>stream\n${drawn}\nendstream`,
      ];
    }),
  ];
  const body = objects.map((object, at) => `${at + 1} 0 obj${object}endobj\n`).join("");
  return Buffer.from(`%PDF-1.4\n${body}trailer<</Root 1 0 R/Size ${objects.length + 1}>>\n%%EOF\n`);
}

/** A PNG's pixels as RGBA, decoded by the browser. */
async function pixels(page, png) {
  const { width, height, data } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, picture.width, picture.height);
    let text = "";
    for (let at = 0; at < data.length; at += 30_000) text += String.fromCharCode(...data.subarray(at, at + 30_000));
    return { width: picture.width, height: picture.height, data: btoa(text) };
  }, png.toString("base64"));
  return { width, height, data: Buffer.from(data, "base64") };
}

/** Compares copy and original: how many pixels under the box are not black, and how many beside it are not as they were. */
function compare(copy, original, [x, y, w, h]) {
  const left = Math.floor(x * copy.width), right = Math.ceil((x + w) * copy.width);
  const top = Math.floor(y * copy.height), bottom = Math.ceil((y + h) * copy.height);
  const found = { left: 0, changed: 0, covered: 0 };
  for (let row = 0; row < copy.height; row++)
    for (let column = 0; column < copy.width; column++) {
      const at = 4 * (row * copy.width + column);
      const pixel = copy.data.readUInt32BE(at);
      if (row >= top && row < bottom && column >= left && column < right) {
        found.covered++;
        if (pixel !== 0x000000ff) found.left++;
      } else if (pixel !== original.data.readUInt32BE(at)) found.changed++;
    }
  return found;
}

describe("a copy with something covered", () => {
  let town, bytes;
  before(async () => { [town, bytes] = await Promise.all([startTown(), readFile(SCREENSHOT)]); });
  after(() => town.stop());

  const told = async (screen, file = { name: "a.png", type: "image/png", bytes }) => {
    const target = await town.as(screen, "Mette Ravn");
    const number = await report(target.page, { text: "Se bilaget", files: [file] });
    await target.done();
    return number;
  };

  /** Takes the copy that is listed first, and looks at every pixel of it. */
  async function check(page, box) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Hent kopi/ }).first().click()]);
    const copy = await readFile(await download.path());
    assert.deepEqual([...new Set(chunks(copy))], ["IHDR", "IDAT", "IEND"], "no metadata");
    const [made, original] = [await pixels(page, copy), await pixels(page, bytes)];
    assert.deepEqual([made.width, made.height], [original.width, original.height]);
    const found = compare(made, original, box);
    assert.ok(found.covered > 1000);
    assert.deepEqual([found.left, found.changed], [0, 0], "black under the box, untouched beside it");
  }

  /** Picture and drawing lie on each other to the pixel, so that what is covered is what was drawn over. */
  async function liesOver(sheet, name) {
    const [one, other] = [await sheet.locator(name).boundingBox(), await sheet.boundingBox()];
    for (const side of ["x", "y", "width", "height"]) assert.ok(Math.abs(one[side] - other[side]) < 1, `${name}: ${side} ${one[side]}, ${other[side]}`);
  }

  const numbers = (page, at) => page.locator("fieldset.box").nth(at).evaluate((box) =>
    ["x", "y", "w", "h"].map((name) => Number(box.querySelector(`[name=${name}]`).value) / 100));

  test("drawn with a mouse, made, and really gone", async () => {
    const number = await told("desktop");
    const { page, look, done, expect } = await town.as("desktop", "Vibeke Holst");
    expect(/422/);
    await page.goto(`/cases/${number}/exhibits/1`);
    await page.getByRole("link", { name: "Lav en kopi med noget dækket" }).click();
    const sheet = page.locator(".sheet");
    await sheet.locator("img").evaluate((picture) => picture.decode());
    await sheet.scrollIntoViewIfNeeded();
    const { x, y, width } = await sheet.boundingBox();
    await liesOver(sheet, "img");
    await page.mouse.move(x + 60, y + 80);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + 140);
    await page.mouse.move(x + width - 40, y + 160);
    await page.mouse.up();
    assert.equal(await page.locator(".covers").count(), 1);
    const box = await numbers(page, 0);
    await liesOver(sheet, "svg");
    assert.ok(Math.abs(box[0] - 60 / width) < 0.005, `${box}`);
    assert.ok(box[2] > 0.5 && box[3] > 0, `${box}`);
    // Moved from the keyboard: one per cent to the right.
    const left = page.locator("fieldset.box").first().getByLabel("Fra venstre");
    await left.focus();
    await page.keyboard.press("ArrowUp");
    const moved = await numbers(page, 0);
    assert.ok(moved[0] > box[0]);
    await look("redact");

    // Nothing is made before it is said for whom and why.
    await page.getByRole("button", { name: "Lav kopien" }).click();
    await page.locator("#errors", { hasText: "Hvem er kopien til?" }).waitFor();
    assert.deepEqual(await numbers(page, 0), moved, "what was drawn stays");
    await look("redact-wrong");
    await fill(page, { recipient: "access-request", name: "J.nr. 26/114", reason: "Navnet på en kollega" });
    await page.getByRole("button", { name: "Lav kopien" }).click();
    await page.getByText("Kopien er lavet. Bilaget selv er uændret.").waitFor();
    await page.getByRole("heading", { name: "Kopi 1: Aktindsigt, J.nr. 26/114" }).waitFor();
    await look("exhibit-redacted");
    await check(page, moved);
    await page.goto(`/cases/${number}?drawer=access-log`);
    await page.getByText("Hentede en kopi af bilag 1 med noget dækket").first().waitFor();
    await done();

    // Whoever sent the exhibit sees it, and not the copies.
    const target = await town.as("desktop", "Mette Ravn");
    target.expect(/404/);
    assert.equal((await target.page.goto(`/cases/${number}/exhibits/1/redact`)).status(), 404);
    assert.equal((await target.page.goto(`/cases/${number}/exhibits/1/redacted/1`)).status(), 404);
    await target.done();
  });

  test("with two taps on a phone", async () => {
    const number = await told("phone");
    const { page, look, done } = await town.as("phone", "Vibeke Holst", { hasTouch: true });
    await page.goto(`/cases/${number}/exhibits/1/redact`);
    const sheet = page.locator(".sheet");
    await sheet.locator("img").evaluate((picture) => picture.decode());
    await sheet.tap({ position: { x: 40, y: 60 } });
    await sheet.tap({ position: { x: 220, y: 130 } });
    assert.equal(await page.locator(".covers").count(), 1);
    const box = await numbers(page, 0);
    await look("redact");
    await fill(page, { recipient: "police", reason: "Navnet på en kollega" });
    await page.getByRole("button", { name: "Lav kopien" }).click();
    await page.getByRole("heading", { name: "Kopi 1: Politiet" }).waitFor();
    await look("exhibit-redacted");
    await check(page, box);
    await done();
  });

  test("with numbers alone, without JavaScript", async () => {
    const number = await told("desktop");
    const { page, done } = await town.as("desktop", "Vibeke Holst", { javaScriptEnabled: false });
    await page.goto(`/cases/${number}/exhibits/1/redact`);
    assert.equal(await page.locator("#draw").isVisible(), false, "no drawing is promised");
    const box = page.locator("fieldset.box").first();
    for (const [label, value] of [["Fra venstre", "10"], ["Fra toppen", "20"], ["Bredde", "30"], ["Højde", "5"]]) await box.getByLabel(label).fill(value);
    await page.locator("#recipient").selectOption("platform");
    await page.locator("#reason").fill("Telefonnummer");
    await page.getByRole("button", { name: "Lav kopien" }).click();
    await page.getByRole("heading", { name: "Kopi 1: Platformen" }).waitFor();
    await done();
  });

  /** The copy that is listed first, as a file. */
  async function taken(page) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Hent kopi/ }).first().click()]);
    return download.path();
  }

  for (const screen of ["desktop", "phone"])
    test(`a document is drawn on page by page, and its words are gone (${screen})`, async () => {
      const number = await told(screen, { name: "brev.pdf", type: "application/pdf", bytes: letter(["Mette bor paa Kirkevej 7", "Vi ses, Mette"]) });
      const { page, look, done } = await town.as(screen, "Vibeke Holst");
      const second = page.locator(".sheet[data-page='2']");
      await page.goto(`/cases/${number}/exhibits/1/redact`);
      for (let tries = 0; tries < 300 && !(await second.count()); tries++) await page.reload();
      await second.locator("img").evaluate((picture) => picture.decode());
      await second.scrollIntoViewIfNeeded();
      const { width, height } = await second.boundingBox();
      // Over the line that stands on the second page: 60 and 700 points from the lower left corner.
      const corners = [[0.05, 0.13], [0.6, 0.19]].map(([x, y]) => ({ x: x * width, y: y * height }));
      if (screen === "phone") for (const position of corners) await second.tap({ position });
      else await second.dragTo(second, { sourcePosition: corners[0], targetPosition: corners[1] });
      assert.equal(await page.locator("fieldset.box").first().getByLabel("Side").inputValue(), "2");
      await look("redact-document");
      await fill(page, { recipient: "police", reason: "En kollegas navn" });
      await page.getByRole("button", { name: "Lav kopien" }).click();
      await page.getByRole("heading", { name: "Kopi 1: Politiet" }).waitFor();
      const copy = await taken(page);
      assert.equal((await run("pdftotext", [copy, "-"])).stdout.trim(), "");
      // Read off its pixels, as a machine would: the first page whole, the second without its line.
      for (const [side, words] of [[1, /Kirkevej/], [2, /^(?!.*Mette)/s]]) {
        const picture = `${copy}-${side}`;
        await run("pdftoppm", ["-png", "-singlefile", "-r", "150", "-f", side, "-l", side, copy, picture]);
        assert.match((await run("tesseract", [`${picture}.png`, "-", "-l", "dan"])).stdout, words);
      }
      await done();
    });

  for (const screen of ["desktop", "phone"])
    test(`an e-mail is covered in the words that are marked or written (${screen})`, async () => {
      const number = await told(screen, { name: "brev.eml", type: "message/rfc822", bytes: await readFile(MESSAGE) });
      const { page, look, done, expect } = await town.as(screen, "Vibeke Holst");
      expect(/422/);
      await page.goto(`/cases/${number}/exhibits/1`);
      await page.getByRole("link", { name: "Lav en kopi med noget dækket" }).click();
      const text = page.locator("#text");
      assert.match(await text.innerText(), /min husleje på fredag/);
      // A word is marked as people do it: pressed twice.
      const middle = await text.evaluate((box) => {
        const range = document.createRange();
        const words = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
        while (words.nextNode()) {
          const at = words.currentNode.data.indexOf("husleje");
          if (at < 0) continue;
          range.setStart(words.currentNode, at);
          range.setEnd(words.currentNode, at + 7);
        }
        const { x, y, width, height } = range.getBoundingClientRect();
        const { left, top } = box.getBoundingClientRect();
        return { x: x + width / 2 - left, y: y + height / 2 - top };
      });
      await text.dblclick({ position: middle });
      await page.getByRole("button", { name: "Dæk det, jeg har markeret" }).click();
      const passages = page.getByLabel("Det, der skal dækkes");
      assert.equal(await passages.inputValue(), "husleje");
      await passages.fill("husleje\nsara\nMette Ravn");
      await fill(page, { recipient: "access-request", reason: "Navne på andre" });
      await look("redact-text");
      await page.getByRole("button", { name: "Lav kopien" }).click();
      await page.locator("#errors", { hasText: "Linje 3: Står ikke i teksten" }).waitFor();
      await look("redact-text-wrong");
      await passages.fill("husleje\nsara");
      await page.getByRole("button", { name: "Lav kopien" }).click();
      await page.getByRole("heading", { name: "Kopi 1: Aktindsigt" }).waitFor();
      const copy = await readFile(await taken(page), "utf8");
      assert.match(copy, /min █████ på fredag/);
      assert.doesNotMatch(copy, /sara|husleje/i);
      await done();
    });
});
