// The same extension in Firefox, which cuts the tie between the extension's window and Værn's: there it goes by the door of the phone's Share.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { startForum } from "../lib/extension.js";
import { startFirefox } from "../lib/firefox.js";
import { startServer } from "../lib/server.js";

const EXTENSION = fileURLToPath(new URL("../../extension", import.meta.url));
const SHOT = fileURLToPath(new URL("../shots/extension-firefox-report.png", import.meta.url));
/** What a page says by now, and whether it says it at all: waits for it. */
const SAYS = `const said = () => document.body?.innerText.includes(values[0]);
  while (!said()) await new Promise((done) => requestAnimationFrame(done));`;

test("in Firefox one click leads to a report with the capture, which says what it shows", async (t) => {
  const [server, forum, firefox] = await Promise.all([startServer(), startForum(), startFirefox()]);
  t.after(async () => { await firefox.stop(); await forum.stop(); await server.stop(); });
  const { id, base } = await firefox.install(EXTENSION);
  await firefox.open(/options\.html$/); // it asks by itself where Værn is
  await firefox.goto(`${server.url}/`);
  await firefox.click("//button[contains(@class, 'link') and text() = 'Mette Ravn']");
  await firefox.run(SAYS, "Socialrådgiver");
  await firefox.run("await navigator.serviceWorker.ready;");
  await firefox.run("while (!document.querySelector('#outbox-line[data-ready]')) await new Promise((done) => requestAnimationFrame(done));");

  await firefox.goto(`${base}options.html`);
  await firefox.run("document.querySelector('#address').value = values[0]; document.querySelector('#form button').click();", server.url);
  await firefox.run(SAYS, `Saved: ${server.url}`);
  await firefox.goto(`${forum.url}/long`);
  await firefox.press(id);

  await firefox.open(/\/report\?shared=1$/);
  await firefox.run("while (document.querySelectorAll('#files .hash[title]').length < 2) await new Promise((done) => requestAnimationFrame(done));");
  await writeFile(SHOT, await firefox.screenshot());
  await firefox.click("//form[@id = 'report-form']//button[@type = 'submit']");
  const receipt = await firefox.open(/\/receipt$/);
  await firefox.goto(receipt.replace("/receipt", "/exhibits/1"));
  await firefox.run(SAYS, "Optaget i medarbejderens egen browser");
  await firefox.run(SAYS, "Borgergruppen – opslag om jobcentret");
  const picture = await firefox.run(`const bitmap = await createImageBitmap(await (await fetch(values[0])).blob());
    const draw = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    draw.drawImage(bitmap, 0, 0);
    const at = (y) => [...draw.getImageData(5, y, 1, 1).data].slice(0, 3).join();
    return [bitmap.height, at(30), at(80), at(1000), at(2000), at(3000), at(bitmap.height - 1)];`, `${receipt.replace("/receipt", "/exhibits/1")}/original`);
  assert.deepEqual(picture, [4000, "0,0,255", "255,0,0", "255,255,255", "255,255,255", "255,255,255", "0,128,0"], "the header once, top and bottom");
  await firefox.goto(receipt.replace("/receipt", "/exhibits/2"));
  await firefox.run(SAYS, "Gemt webside");
});
