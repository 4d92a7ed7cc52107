// Practising: a real screenshot of the made-up post, sent in by the page and by e-mail; a wrong one gets a hint; none is a case.

import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { after, before, describe, test } from "node:test";
import { freePort } from "../lib/ports.js";
import { startTown } from "../lib/town.js";

const ADDRESS = "chikane@fjordby.example";

/** Hands a message over by LMTP (RFC 2033), as a mail server does. */
function handOver(port, sender, message) {
  const steps = ["LHLO post.fjordby.example", `MAIL FROM:<${sender}>`, `RCPT TO:<${ADDRESS}>`, "DATA", `${message}\r\n.`, "QUIT"];
  return new Promise((kept, failed) => {
    const line = createConnection(port, "127.0.0.1");
    let heard = "";
    line.on("data", (data) => {
      heard += data;
      if (!/^\d{3} .*\r\n$/m.test(heard)) return;
      if (/^[45]\d\d /m.test(heard)) return failed(new Error(heard));
      heard = "";
      if (steps.length) line.write(`${steps.shift()}\r\n`);
    });
    line.on("error", failed).on("end", () => (line.end(), kept()));
  });
}

const letter = (from, subject, picture) => [`From: ${from}`, `To: ${ADDRESS}`, `Subject: ${subject}`, "MIME-Version: 1.0",
  "Content-Type: multipart/mixed; boundary=x", "", "--x", "Content-Type: text/plain", "", "Her er den", "--x", "Content-Type: image/png",
  "Content-Disposition: attachment; filename=skaerm.png", "Content-Transfer-Encoding: base64", "",
  picture.toString("base64").replace(/.{76}/g, "$&\r\n"), "--x--"].join("\r\n");

describe("practising", () => {
  let town, port;
  before(async () => { port = await freePort(); town = await startTown({ env: { VAERN_LMTP: `127.0.0.1:${port}`, VAERN_MAIL_ADDRESS: ADDRESS } }); });
  after(async () => { await town.stop(); });

  /** Begins a drill and takes a screenshot of the post. */
  async function taken(visit, words) {
    await visit.page.goto("/practise");
    await visit.look(words.look);
    await visit.page.getByRole("button", { name: words.begin }).click();
    await visit.page.getByText(words.madeUp).waitFor();
    await visit.look(`${words.look}-post`);
    return visit.page.screenshot({ fullPage: true });
  }

  async function send(visit, bytes, words) {
    await visit.page.goto("/practise");
    await visit.page.getByRole("link", { name: words.send }).click();
    assert.ok(await visit.page.locator("#practise").isChecked(), "the practice page's own link ticks the box");
    await visit.look("report-drill", { language: words.language });
    await visit.page.locator("#exhibit").setInputFiles([{ name: "skaerm.png", mimeType: "image/png", buffer: bytes }]);
    await visit.page.locator("main form[action='/report'] button[type=submit]").click();
    await visit.page.waitForURL("**/practise");
  }

  async function judged(visit, text) {
    const found = visit.page.getByText(text);
    while (!(await found.count())) await visit.page.goto("/practise");
  }

  const DA = { language: "da", look: "practise", begin: "Begynd øvelsen", send: "Send billedet ind", madeUp: "Øvelse: alt på denne side er opdigtet." };

  test("by the page: a wrong picture gets a hint, the right one passes", async () => {
    const mette = await town.as("phone", "Mette Ravn");
    const before = await mette.page.locator("#told ~ ul > li").count();
    await mette.page.getByRole("link", { name: /^Øv dig: tag et skærmbillede/ }).click();
    const right = await taken(mette, DA);
    await mette.page.goto("/guide");
    await send(mette, await mette.page.screenshot(), DA);
    await judged(mette, "Vi kunne ikke finde ordet i billedet.");
    await mette.look("practise-failed");
    await send(mette, right, DA);
    await judged(mette, "Ordet er i billedet.");
    await mette.look("practise-passed");
    await mette.page.goto("/");
    assert.equal(await mette.page.locator("#told ~ ul > li").count(), before, "no case came of it");
    await mette.done();
  });

  test("by e-mail: the same, and what was for real becomes a report", async () => {
    const sara = await town.as("desktop", "Sara Lindegaard");
    const right = await taken(sara, DA);
    await sara.page.goto("/guide");
    await handOver(port, "sara.lindegaard@fjordby.example", letter("sara.lindegaard@fjordby.example", "DRILL", await sara.page.screenshot()));
    await judged(sara, "Vi kunne ikke finde ordet i billedet.");
    await handOver(port, "sara.lindegaard@fjordby.example", letter("sara.lindegaard@fjordby.example", "DRILL 2", right));
    await judged(sara, "Ordet er i billedet.");
    await sara.look("practise-passed");
    // The newest sending stands first.
    await sara.page.getByRole("button", { name: "Gør det til en henvendelse" }).first().click();
    await sara.page.getByText("Tak. Nu er det vores opgave.").waitFor();
    await sara.done();
  });

  test("says the same in English", async () => {
    const mikkel = await town.as("phone", "Mikkel Toft");
    await Promise.all([mikkel.page.waitForEvent("load"), mikkel.page.getByRole("button", { name: "English" }).click()]);
    const words = { language: "en", look: "practise", begin: "Begin the drill", send: "Send the picture in", madeUp: "Drill: everything on this page is made up." };
    const visit = { ...mikkel, look: (kind) => mikkel.look(`${kind}-english`, { language: "en" }) };
    const right = await taken(visit, words);
    await mikkel.page.goto("/guide");
    await send(visit, await mikkel.page.screenshot(), words);
    await judged(visit, "We could not find the word in the picture.");
    await visit.look("practise-failed");
    await send(visit, right, words);
    await judged(visit, "There you are. The word is in the picture.");
    await mikkel.done();
  });
});
