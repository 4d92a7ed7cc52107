// Readable without reopening: a cover in the list, the words without the picture, the picture on purpose.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { report, startTown } from "../lib/town.js";

const SCREENSHOT = new URL("../../examples/matters/01-threat-in-comment-thread/screenshot-1.png", import.meta.url);

describe("working copies of exhibits", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const screen of ["phone", "desktop"])
    test(`covered, read, then shown, on a ${screen}`, async () => {
      const bytes = await readFile(SCREENSHOT);
      const target = await town.as(screen, "Mette Ravn");
      const file = (name) => ({ name, type: "image/png", bytes });
      const number = await report(target.page, { text: "Se billedet", files: [file("a.png"), file("igen.png")] });
      await target.done();

      const { page, look, done } = await town.as(screen, "Vibeke Holst");
      const words = page.getByRole("link", { name: "Læs kun teksten i bilag 2" });
      do await page.goto(`/cases/${number}`); while (!(await words.count()));
      const cover = page.locator(".ex .cover img").first();
      assert.equal(await cover.evaluate(async (picture) => { await picture.decode(); return picture.naturalWidth; }), 24, "nothing legible reaches the list");
      assert.equal(await page.getByText("rådhuset").count(), 0);
      await page.getByText("Ligner bilag 1").waitFor();

      await words.click();
      await page.getByText("genkendt af en maskine").waitFor();
      await page.getByText("rådhuset").waitFor();
      assert.equal(await page.locator("main img").count(), 0);
      await look("exhibit-words");

      await page.getByRole("link", { name: "Vis bilaget" }).click();
      assert.equal(await page.locator("img.shown").evaluate(async (picture) => { await picture.decode(); return picture.naturalWidth; }), 1170);
      await page.getByRole("link", { name: "Se bilag 1" }).waitFor();
      await look("exhibit-alike");
      await done();
    });
});
