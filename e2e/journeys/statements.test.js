// A wave of 140 comments becomes a table that the lawyer works through by keyboard, and every one of them has its own reason.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { apiOf, numberOf, report, startTown } from "../lib/town.js";

const WAVE = fileURLToPath(new URL("../../examples/matters/09-wave-against-library-closure/screenshot-1.png", import.meta.url));
const COMMENTS = 140;
const lines = Array.from({ length: COMMENTS }, (_, n) => `Borger ${n + 1}\t${1 + (n % 23)} t.\tKommentar nr. ${n + 1} om filialen`);

describe("a wave of comments", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  test("140 comments are worked through by keyboard, undone, counted and kept", async () => {
    const manager = await town.as("desktop", "Vibeke Holst");
    const number = await report(manager.page, {
      colleague: "Mette Ravn", text: "Over 140 kommentarer om filialen.",
      files: [{ name: "kommentarer.png", type: "image/png", bytes: await readFile(WAVE) }],
    });
    await manager.page.goto(`/cases/${number}/statements`);
    await manager.look("statements-empty");
    await manager.page.locator("#add-lines").fill(lines.join("\n"));
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
