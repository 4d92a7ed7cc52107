// Searching: by a word, a name with a slip, the words on a screenshot; each finds only their own.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { report, startTown } from "../lib/town.js";

const SCREENSHOT = fileURLToPath(new URL("../../examples/matters/01-threat-in-comment-thread/screenshot-1.png", import.meta.url));

/** Asks until the case is found: the index follows within seconds, and the picture has to be read first. */
async function searchUntil(page, asked, number) {
  const row = page.getByRole("link", { name: number, exact: true });
  await page.goto(`/search?q=${encodeURIComponent(asked)}`);
  for (let tries = 0; tries < 2000 && !(await row.count()); tries++) await page.reload();
  assert.equal(await row.count(), 1, `${asked} finds ${number}`);
}

describe("searching", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const screen of ["phone", "desktop"]) {
    test(`a word, a name with a slip, and what stands on a screenshot, on a ${screen}`, async () => {
      const colleague = await town.as(screen, "Lone Kvist");
      const number = await report(colleague.page, {
        colleague: "Mette Ravn", text: `Jan Pødenphant skriver trusler i kommentarsporet (${screen}).`,
        files: [{ name: "opslag.png", type: "image/png", bytes: await readFile(SCREENSHOT) }],
      });
      const manager = await town.as(screen, "Vibeke Holst");
      const { page } = manager;
      await page.goto("/cases");
      await page.getByRole("searchbox", { name: "Søg efter" }).fill(`truslen kommentarspor ${screen}`);
      await page.getByRole("button", { name: "Søg", exact: true }).press("Enter");
      await page.waitForURL("**/search?q=**");
      await searchUntil(page, `truslen kommentarspor ${screen}`, number);
      assert.match(await page.locator("main").innerText(), /Fundet i sagens tekst/);
      await searchUntil(page, `rådhuset ${screen}`, number);
      assert.match(await page.locator("main").innerText(), /et bilag/);
      await manager.look("search");
      await page.getByRole("link", { name: number, exact: true }).click();
      await page.waitForURL(`**/cases/${number}`);
      await page.goto("/search?q=zzzz");
      assert.match(await page.locator("main").innerText(), /Ingen af de sager, du har adgang til/);
      await manager.look("search-none");

      // The one who told finds their own words; somebody else's manager finds nothing.
      await searchUntil(colleague.page, `kommentarsporet ${screen}`, number);
      const stranger = await town.as(screen, "Dorthe Munk");
      await stranger.page.goto(`/search?q=${encodeURIComponent(`kommentarsporet ${screen}`)}`);
      assert.equal(await stranger.page.getByRole("link", { name: number, exact: true }).count(), 0);
      for (const visit of [colleague, manager, stranger]) await visit.done();
    });
  }

  test("says the same in English", async () => {
    const manager = await town.as("desktop", "Vibeke Holst");
    await Promise.all([manager.page.waitForEvent("load"), manager.page.getByRole("button", { name: "English" }).click()]);
    await manager.page.goto("/search?q=kommentarsporet");
    assert.match(await manager.page.locator("main").innerText(), /Found in the text of the case/);
    await manager.look("search-english", { language: "en" });
    await manager.done();
  });
});
