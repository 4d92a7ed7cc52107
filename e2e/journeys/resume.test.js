// A large file whose server is killed half-way, and whose tab is closed half-way: each time only the rest is sent.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startTown } from "../lib/town.js";

/** A picture with much behind its end. */
function film(bytes) {
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  return Buffer.concat([pixel, Buffer.alloc(bytes - pixel.length, 7)]);
}

describe("a large file", () => {
  let town, folder, file, hash;
  before(async () => {
    town = await startTown();
    folder = mkdtempSync(join(tmpdir(), "vaern-film-"));
    file = join(folder, "film.png");
    const bytes = film(90 * 1024 * 1024);
    hash = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(file, bytes);
  });
  after(async () => { await town.stop(); rmSync(folder, { recursive: true, force: true }); });

  /** Fills in the form and presses send; gives the offsets at which pieces were begun. */
  async function begin(visit) {
    const offsets = [];
    visit.page.on("request", (request) => { if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"])); });
    await visit.page.goto("/report");
    await visit.page.locator("#exhibit").setInputFiles(file);
    await visit.page.locator("main textarea[name=text]").fill("Filmen er lang");
    await visit.page.locator("main form[action='/report'] button[type=submit]").click();
    return offsets;
  }

  /** Waits until the server has this much of it, as the page asks. */
  async function there(visit, bytes) {
    await visit.page.waitForFunction((least) => document.querySelector("main progress")?.value * 94371840 > least, bytes);
  }

  const slow = async (visit, bytesASecond) => {
    const devtools = await visit.context.newCDPSession(visit.page);
    await devtools.send("Network.enable");
    const limits = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesASecond };
    await devtools.send("Network.emulateNetworkConditions", limits);
    return () => devtools.send("Network.emulateNetworkConditions", { ...limits, uploadThroughput: -1 });
  };

  async function receipt(visit) {
    await visit.page.waitForURL(/\/receipt$/, { timeout: 120_000 });
    assert.match(await visit.page.locator("main").innerText(), new RegExp(hash.slice(0, 4)));
    const left = await visit.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("vaern-upload")));
    assert.deepEqual(left, [], "nothing of it stays on the device");
  }

  test("goes on when the tab was closed and the same file is chosen again", async () => {
    const visit = await town.as("phone", "Sara Lindegaard");
    visit.expect(/PATCH|HEAD|ERR_/);
    await slow(visit, 12 * 1024 * 1024);
    await begin(visit);
    await there(visit, 30 * 1024 * 1024);
    const second = await visit.context.newPage();
    await visit.page.close({ runBeforeUnload: false });
    const again = { ...visit, page: second };
    const offsets = await begin(again);
    await receipt(again);
    assert.ok(offsets[0] > 8 * 1024 * 1024, `it began where it ended: ${offsets}`);
    await visit.done();
  });

  // Last: what comes back is no demonstration, where one could step in as others.
  test("goes on by itself when the server is killed half-way and comes back", async () => {
    const visit = await town.as("desktop", "Mette Ravn");
    visit.expect(/PATCH|HEAD|ERR_|502|500/);
    const fast = await slow(visit, 12 * 1024 * 1024);
    const offsets = await begin(visit);
    await there(visit, 30 * 1024 * 1024);
    await visit.look("report-sending");
    await town.server.kill();
    await town.server.restart();
    await fast();
    await receipt(visit);
    assert.equal(offsets[0], 0);
    assert.ok(offsets.at(-1) > 8 * 1024 * 1024, `only the rest was sent: ${offsets}`);
    await visit.done();
  });
});
