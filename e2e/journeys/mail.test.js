// An e-mail as a way in: what the mail server hands over becomes a case, and HR sorts what does not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../lib/ports.js";
import { startTown } from "../lib/town.js";

const MATTER = fileURLToPath(new URL("../../examples/matters/04-threatening-email/forwarded.eml", import.meta.url));
const ADDRESS = "chikane@fjordby.example";

/** Hands a message over by LMTP (RFC 2033), as a mail server does; resolves when it is kept. */
function handOver(port, sender, message) {
  const dotted = message.toString("latin1").replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
  const steps = ["LHLO post.fjordby.example", `MAIL FROM:<${sender}>`, `RCPT TO:<${ADDRESS}>`, "DATA", `${dotted}\r\n.`, "QUIT"];
  return new Promise((kept, failed) => {
    const line = createConnection(port, "127.0.0.1");
    let heard = "";
    line.on("data", (data) => {
      heard += data;
      if (!/^\d{3} .*\r\n$/m.test(heard)) return;
      if (/^[45]\d\d /m.test(heard)) return failed(new Error(heard));
      heard = "";
      if (steps.length) line.write(`${steps.shift()}\r\n`, "latin1");
    });
    line.on("error", failed).on("end", () => (line.end(), kept()));
  });
}

describe("e-mail", () => {
  let town;
  let port;
  before(async () => { port = await freePort(); town = await startTown({ env: { VAERN_LMTP: `127.0.0.1:${port}`, VAERN_MAIL_ADDRESS: ADDRESS } }); });
  after(async () => { await town.stop(); });

  test("a forwarded threat is the employee's report, with the letter as it came", async () => {
    await handOver(port, "sara.lindegaard@fjordby.example", readFileSync(MATTER));
    const sara = await town.as("phone", "Sara Lindegaard");
    await sara.page.goto("/");
    await sara.page.getByRole("link", { name: /^Sag \d{4}-\d{4}/ }).first().waitFor();
    await sara.done();
  });

  test("HR makes a stranger's e-mail the employee's report, and rejects an advertisement", async () => {
    const cases = async () => {
      const sara = await town.as("desktop", "Sara Lindegaard");
      const told = await sara.page.locator("#told ~ ul > li").count();
      await sara.done();
      return told;
    };
    const before = await cases();
    const letter = (from, subject, text) => Buffer.from(`From: ${from}\r\nTo: ${ADDRESS}\r\nSubject: ${subject}\r\nDate: Tue, 24 Nov 2026 20:14:00 +0100\r\n\r\n${text}\r\n`);
    await handOver(port, "sara.privat@example.org", letter("Sara L <sara.privat@example.org>", "VS: Jeg finder dig", "Det her skrev han til mig privat."));
    await handOver(port, "salg@example.org", letter("Kontor & Co <salg@example.org>", "Spar 20 %", "Kuglepenne"));
    for (const size of ["phone", "desktop"]) {
      const hr = await town.as(size, "Jens Rømer");
      hr.expect(/422/);
      await hr.page.goto("/");
      await hr.page.getByRole("link", { name: /e-mails? venter på, at HR ser/ }).click();
      await hr.look("mail-list");
      await hr.page.getByRole("link", { name: size === "phone" ? "Spar 20 %" : "VS: Jeg finder dig" }).click();
      await hr.page.getByText("Vis, hvad der står i e-mailen").click();
      await hr.look("mail-one");
      if (size === "phone") {
        await hr.page.getByRole("button", { name: "Afvis og slet indholdet" }).click();
        await hr.page.getByRole("alert").first().waitFor();
        await hr.look("mail-refused");
        await hr.page.getByLabel("Hvorfor er den ikke noget for os?").fill("Reklame");
        await hr.page.getByRole("button", { name: "Afvis og slet indholdet" }).click();
        await hr.page.getByText("E-mailen er afvist").waitFor();
      } else {
        await hr.page.getByLabel(/Medarbejderen, der har sendt den/).fill("Sara Lindegaard");
        await hr.page.getByLabel("Den medarbejder").check();
        await hr.page.getByRole("button", { name: "Begynd sagen" }).click();
        await hr.page.getByText("Sagen er begyndt").waitFor();
        await hr.page.goto("/mail?show=discarded");
        assert.equal(await hr.page.getByRole("link", { name: "Spar 20 %" }).count(), 1);
        await hr.look("mail-discarded");
      }
      await hr.done();
    }
    const after = await cases();
    assert.equal(after, before + 1, "one more case of hers");
  });
});
