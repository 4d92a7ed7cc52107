// A wave of 140 comments becomes a table that the lawyer works through by keyboard, and every one of them has its own reason.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { apiOf, numberOf, report, startTown } from "../lib/town.js";

const WAVE = fileURLToPath(new URL("../../examples/matters/09-wave-against-library-closure/screenshot-1.png", import.meta.url));
const COMMENTS = 140;
const comments = Array.from({ length: COMMENTS }, (_, n) => ({ author: `Borger ${n + 1}`, time: `${1 + (n % 23)} t.`, text: `Kommentar nr. ${n + 1} om filialen` }));
const lines = comments.map(({ author, time, text }) => `${author}\t${time}\t${text}`);
// As such a page is made: boxes in boxes, and what one can do beneath each.
const THREAD = `<!doctype html><html lang="da"><title>Filialen</title><style>body { font: 18px sans-serif; width: 640px; margin: 16px } article { margin-bottom: 24px } b, p { display: block; margin: 0 0 6px } small { color: #444 }</style>
${comments.map(({ author, time, text }) => `<article><b>${author}</b><p>${text}</p><small><span>${time}</span> · <a href="#">Synes godt om</a> · <a href="#">Svar</a></small></article>`).join("\n")}`;

/** The thread as one long screenshot and as a saved page. */
async function captured({ context }) {
  const page = await context.newPage();
  await page.setContent(THREAD);
  const png = await page.screenshot({ fullPage: true });
  const { data } = await (await context.newCDPSession(page)).send("Page.captureSnapshot", { format: "mhtml" });
  await page.close();
  return { png, mhtml: Buffer.from(data) };
}

describe("a wave of comments", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  test("140 comments are worked through by keyboard, undone, counted and kept", async () => {
    const manager = await town.as("desktop", "Vibeke Holst");
    const { mhtml } = await captured(manager);
    const number = await report(manager.page, {
      colleague: "Mette Ravn", text: "Over 140 kommentarer om filialen.",
      files: [{ name: "kommentarer.mhtml", type: "multipart/related", bytes: mhtml }],
    });
    await manager.page.goto(`/cases/${number}/statements`);
    await manager.look("statements-empty");
    await manager.page.getByRole("link", { name: "Find udsagnene i bilag 1" }).click();
    const found = manager.page.locator("fieldset.box");
    await found.first().waitFor();
    const read = await found.evaluateAll((boxes) => boxes.map((box) => ["author", "said_at", "text"].map((name) => box.querySelector(`[name=${name}]`).value).join("\t")));
    assert.deepEqual(read.filter((line) => lines.includes(line)), lines, "each comment with its author and its time");
    // What is none of them, as the page's own head, is taken away.
    for (let at = read.length - 1; at >= 0; at--) if (!lines.includes(read[at])) await found.nth(at).getByRole("button").click();
    await manager.page.getByRole("button", { name: "Tilføj udsagnene" }).click();
    await manager.page.waitForURL("**done=mark-statements");
    assert.equal(await manager.page.locator("tr[data-statement]").count(), COMMENTS);
    assert.equal(await manager.page.locator("form[data-assess]").count(), 0, "a manager reads them");
    await manager.done();

    const lawyer = await town.as("desktop", "Ida Nørgaard");
    const { page } = lawyer;
    await page.goto(`/cases/${number}/do/review`);
    assert.match(await page.locator("main").innerText(), /Ikke vurderet\s+140/);
    await page.getByRole("link", { name: "Vurdér udsagnene ét for ét" }).click();
    const progress = page.locator("#progress");
    const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.dataset.statement ?? document.activeElement.id);
    const at = (statement) => page.waitForFunction((wanted) => document.activeElement.id === wanted, `s${statement}`);
    await page.getByRole("button", { name: "Begynd ved det første, der mangler" }).press("Enter");
    assert.equal(await focused(), "1");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "3");
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), "1");

    // Without a reason nothing is saved.
    await page.keyboard.press("3");
    await page.keyboard.press("Enter");
    await page.locator("#s1 [data-wrong]", { hasText: "Skriv en begrundelse" }).waitFor();
    assert.equal(await progress.innerText(), "0 af 140 vurderet");

    const reasons = ["Kritik af en beslutning", "Groft sprog om kommunen", "Går på lederen personligt", "Trussel om vold"];
    await page.keyboard.type(reasons[2]);
    await page.keyboard.press("Enter");
    await at(2);
    assert.equal(await progress.innerText(), "1 af 140 vurderet");

    // Undone from the row that one has come to, and done again.
    await page.keyboard.press("u");
    await at(1);
    assert.equal(await progress.innerText(), "0 af 140 vurderet");
    await page.keyboard.press("4");
    await page.keyboard.type(reasons[3]);
    await page.keyboard.press("Enter");
    await at(2);

    // A reason that was given before for the same outcome stands there already.
    for (let statement = 2; statement <= COMMENTS; statement++) {
      const key = 1 + (statement % 3);
      await page.keyboard.press(String(key));
      if (statement <= 4) await page.keyboard.type(reasons[key - 1]);
      await page.keyboard.press("Enter");
      if (statement < COMMENTS) await at(statement + 1);
    }
    await page.getByText("Der er ikke flere uvurderede udsagn her.").waitFor();
    assert.equal(await progress.innerText(), "140 af 140 vurderet");
    await lawyer.look("statements");

    await page.goto(`/cases/${number}/statements?show=possible-crime`);
    assert.equal(await page.locator("tr[data-statement]").count(), 1);
    assert.match(await page.locator("#s1").innerText(), /Muligt strafbart/);
    await page.goto(`/cases/${number}/statements/1`);
    await lawyer.look("statement");
    await page.goto(`/cases/${number}`);
    assert.match(await page.locator(".tl").first().innerText(), /vurderede 1\d\d udsagn/);
    await lawyer.done();

    const api = await apiOf(town.server, "ida.noergaard@fjordby.example");
    const first = await (await api.get(`/cases/${number}/statements?limit=200`)).json();
    assert.equal(first.items.length, COMMENTS);
    assert.deepEqual(first.items.map((item) => item.number), lines.map((_, n) => n + 1));
    assert.equal(first.items[0].reason, reasons[3]);
    assert.deepEqual(first.items.filter((item) => item.reason !== reasons[["lawful-criticism", "rude-but-lawful", "harassment", "possible-crime"].indexOf(item.outcome)]), []);
  });

  for (const screen of ["desktop", "phone"])
    test(`a screenshot is read, put right by hand and drawn on (${screen})`, async () => {
      const visit = await town.as(screen, "Vibeke Holst");
      const { page, look } = visit;
      // A long one on a desktop; a phone gets the ten comments of an example.
      const [png, wanted] = screen === "phone" ? [await readFile(WAVE), []] : [(await captured(visit)).png, comments];
      const number = await report(page, {
        colleague: "Mette Ravn", text: "Over 140 kommentarer om filialen.", files: [{ name: "kommentarer.png", type: "image/png", bytes: png }],
      });
      await page.goto(`/cases/${number}/exhibits/1/statements`);
      const boxes = page.locator("fieldset.box");
      for (let tries = 0; tries < 600 && (await boxes.count()) < 9; tries++) await page.reload();
      const texts = () => page.locator("fieldset.box textarea").evaluateAll((all) => all.map((one) => one.value));
      const read = await texts();
      // A machine misreads now and then; most must be whole, and none lost.
      const whole = wanted.filter(({ text }) => read.includes(text)).length;
      assert.ok(read.length >= wanted.length - 2 && whole >= 0.9 * wanted.length, `${read.length} read, ${whole} whole`);
      const sheet = page.locator(".sheet");
      await sheet.locator("img").evaluate((picture) => picture.decode());
      await page.locator(".covers").first().waitFor({ state: "attached" });
      assert.equal(await page.locator(".covers").count(), read.length, "each is outlined");
      await look("statements-mark");

      // The one that is being written comes into view.
      const last = boxes.last();
      await last.locator("textarea").focus();
      await page.locator(".covers.now").waitFor({ state: "attached" });
      assert.ok(await page.locator(".pane").evaluate((pane) => pane.scrollTop) > 100);
      // A box around the first comment that is seen now: its words are those that were read inside.
      const pane = await page.locator(".pane").boundingBox();
      const before = await boxes.count();
      // Where the page ends, the picture's upper edge is out of view.
      const top = Math.max(pane.y, 0), bottom = pane.y + pane.height;
      const [from, to] = [{ x: pane.x + 4, y: top + 10 }, { x: pane.x + 0.6 * pane.width, y: bottom - 0.1 * (bottom - top) }];
      if (screen === "phone") for (const { x, y } of [from, to]) await page.touchscreen.tap(x, y);
      else {
        await page.mouse.move(from.x, from.y);
        await page.mouse.down();
        await page.mouse.move(to.x, to.y, { steps: 3 });
        await page.mouse.up();
      }
      assert.equal(await boxes.count(), before + 1);
      assert.notEqual((await texts()).at(-1), "");
      await boxes.last().locator("textarea").fill("Tegnet i hånden");
      await page.getByRole("button", { name: "Tilføj udsagnene" }).click();
      await page.waitForURL("**done=mark-statements");
      assert.equal(await page.locator("tr[data-statement]").count(), before + 1);
      assert.equal(await page.getByText("Tegnet i hånden").count(), 1);
      await visit.done();
    });

  test("on a phone, and for nobody who may not read the matter", async () => {
    const manager = await town.as("phone", "Vibeke Holst");
    const number = await report(manager.page, {
      colleague: "Mette Ravn", text: "Nogle kommentarer.", files: [{ name: "kommentarer.png", type: "image/png", bytes: await readFile(WAVE) }],
    });
    await manager.page.goto(`/cases/${number}/statements?exhibit=1`);
    await manager.page.locator("#add-lines").fill(lines.slice(0, 3).join("\n"));
    await manager.page.getByRole("button", { name: "Tilføj udsagnene" }).click();
    await manager.page.waitForURL("**done=mark-statements");
    await manager.done();

    const lawyer = await town.as("phone", "Ida Nørgaard");
    const { page } = lawyer;
    await page.goto(`/cases/${number}/statements`);
    await page.locator("#o2").selectOption("lawful-criticism");
    await page.locator("#r2").fill("Kritik");
    await page.getByRole("button", { name: "Gem vurderingen af udsagn 2" }).click();
    await page.locator("#progress", { hasText: "1 af 3 vurderet" }).waitFor();
    await lawyer.look("statements");
    await page.getByRole("button", { name: "Fortryd vurderingen af udsagn 2" }).click();
    await page.locator("#progress", { hasText: "0 af 3 vurderet" }).waitFor();
    await lawyer.done();

    const target = await town.as("phone", "Mette Ravn");
    target.expect(/404/);
    assert.equal((await target.page.goto(`/cases/${number}/statements`)).status(), 404);
    await target.done();
  });

  test("without JavaScript every row is a form", async () => {
    const manager = await town.as("desktop", "Vibeke Holst");
    const number = await report(manager.page, {
      colleague: "Mette Ravn", text: "To kommentarer.", files: [{ name: "kommentarer.png", type: "image/png", bytes: await readFile(WAVE) }],
    });
    await manager.page.goto(`/cases/${number}/statements`);
    await manager.page.locator("#add-lines").fill("Skam jer\nGå hjem");
    await manager.page.getByRole("button", { name: "Tilføj udsagnene" }).click();
    await manager.page.waitForURL("**done=mark-statements");
    await manager.done();

    const lawyer = await town.as("desktop", "Ida Nørgaard", { javaScriptEnabled: false });
    const { page } = lawyer;
    await page.goto(`/cases/${number}/statements`);
    assert.equal(await page.locator("#keys").isVisible(), false, "no keys are promised");
    await page.locator("#o1").selectOption("rude-but-lawful");
    await page.locator("#r1").fill("Groft, ikke mere");
    await page.getByRole("button", { name: "Gem vurderingen af udsagn 1" }).click();
    await page.locator("#progress", { hasText: "1 af 2 vurderet" }).waitFor();
    assert.equal(numberOf(page), number);
    await page.getByRole("button", { name: "Fortryd vurderingen af udsagn 1" }).click();
    await page.locator("#progress", { hasText: "0 af 2 vurderet" }).waitFor();
    await lawyer.done();
  });
});
