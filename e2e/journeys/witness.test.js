// The server as a witness: it looks for itself where a report's link leads, and a person judges whether it saw the same.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { EXECUTABLE } from "../lib/browser.js";
import { INTRANET, moveIn, startInternet } from "../lib/internet.js";
import { report, startTown } from "../lib/town.js";

moveIn();

const run = promisify(execFile);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const SCREENSHOT = at("../../examples/matters/01-threat-in-comment-thread/screenshot-1.png");
const WACZ = at("../../target/tools/bin/wacz");

const comment = (who, colour, words) => `<article><i style="background:${colour}">${who.split(" ").map((name) => name[0]).join("")}</i><p><b>${who}</b><br>${words}</p></article>`;
const site = (title, inside) => `<!doctype html><html lang="da"><meta charset="utf-8"><title>${title}</title><style>
body { margin: 0; font: 17px/1.5 DejaVu Sans, sans-serif; background: #f0f2f5 } header { background: #25507a; color: #fff; padding: 18px 40px; font-size: 24px }
main { width: 680px; margin: 30px auto; background: #fff; padding: 30px; border-radius: 10px } article { display: flex; gap: 14px; margin-top: 20px }
i { width: 44px; height: 44px; border-radius: 50%; color: #fff; text-align: center; line-height: 44px; font-style: normal } p { margin: 0; flex: 1; background: #f0f2f5; border-radius: 14px; padding: 12px 18px }
#over { position: fixed; inset: 0; background: #000a } #over div { margin: 250px auto; width: 560px; background: #fff; padding: 40px; text-align: center }
</style><body><header>Fjordby-snak</header><main>${inside}</main></body></html>`;
const THREAD = `${comment("Kenn Skovlund", "#934a5b", "Så fik jeg afslag igen. Mette Ravn fra børneafdelingen på rådhuset sidder bare og leger gud. Hun har ødelagt min familie.")}
${comment("Pia Thorsen", "#3f7d4f", "Det er for dårligt Kenn. Klag!")}
${comment("Kenn Skovlund", "#934a5b", "Klage hjælper ikke. Men jeg ved hvor hun bor på Enghavevej, og jeg ved hvornår hun henter sine unger. Hun skal bare vente sig.")}
${comment("Bo L", "#2f6d90", "Tag den med ro, det der er ikke i orden")}
${["Jeg kender godt Kenn, han mener det ikke.", "Kommunen gør jo aldrig noget.", "Nu holder I.", "Lad være med at hænge folk ud.", "Hvorfor bliver det her ikke slettet?"].map((words, n) => comment(`Borger ${n + 1}`, "#666", words)).join("")}`;

const PAGES = {
  "/del/8841223": { to: "/opslag/8841223" },
  "/opslag/8841223": { html: site("Så fik jeg afslag igen | Fjordby-snak", THREAD) },
  "/slettet": { status: 410, html: site("Fjordby-snak", "<h1>Opslaget er slettet</h1>") },
  "/lukket-gruppe": { to: "/login?next=gruppe" },
  "/login?next=gruppe": { html: site("Log ind | Fjordby-snak", "<h1>Log ind for at se gruppen</h1><form><input type=password aria-label=Kode></form>") },
  "/cookies": { html: site("Fjordby-snak", `${THREAD}<div id="over"><div><h1>Vi bruger cookies</h1><button>Tillad alle</button></div></div>`) },
  "/ind": { to: INTRANET },
};

/** Reloads until the server has looked as often as this; each time the browser waits until the page lies still. */
async function until(page, count) {
  const looks = page.locator(".tl", { hasText: "så selv efter, hvor linket fører hen" });
  for (let tries = 0; tries < 400 && (await looks.count()) < count; tries++) await page.reload({ waitUntil: "networkidle" });
  assert.equal(await looks.count(), count, "the server has looked");
}

describe("the server as a witness", () => {
  let town, internet, folder;
  before(async () => {
    [internet, folder] = await Promise.all([
      startInternet(PAGES), mkdtemp(join(tmpdir(), "vaern-witness-")),
    ]);
    town = await startTown({ env: { VAERN_WITNESS: EXECUTABLE, SSL_CERT_FILE: internet.trust } });
  });
  after(async () => { await town?.stop(); await internet?.stop(); await rm(folder, { recursive: true, force: true }); });

  async function tell(page, link) {
    const files = [{ name: "opslag.png", type: "image/png", bytes: await readFile(SCREENSHOT) }];
    return report(page, { text: "Far til et barn i en af mine sager skriver om mig.", link, files });
  }

  let number;
  for (const screen of ["phone", "desktop"]) {
    test(`a link is looked at, and what was seen is compared by a person, on a ${screen}`, async () => {
      const mette = await town.as(screen, "Mette Ravn");
      number = await tell(mette.page, internet.link("/del/8841223"));
      const manager = await town.as(screen, "Vibeke Holst");
      const { page } = manager;
      await page.goto(`/cases/${number}`);
      await until(page, 1);
      const main = page.locator("main");
      assert.match(await main.innerText(), /hvor linket fører hen: siden kunne ses/);
      await page.locator(`a[href$="/exhibits/2"] img`).first().waitFor();
      await manager.look("witness-case");

      await page.goto(`/cases/${number}/exhibits/1`);
      assert.match(await main.innerText(), /Hvad serveren selv så/);
      await manager.look("witness-sent");
      await page.locator(`main a[href="/cases/${number}/exhibits/2"]`).first().click();
      await page.waitForURL("**/exhibits/2");
      const picture = page.locator("img.shown");
      assert.equal(await picture.evaluate(async (image) => { await image.decode(); return image.naturalWidth; }), 1280);
      const told = await main.innerText();
      for (const part of ["Serveren alene", "Hentet af serveren selv", "Så fik jeg afslag igen | Fjordby-snak", "93.184.215.14", "Serveren stoler på udstederen.", "/del/8841223 (302)", "det er billedet, der tæller"])
        assert.ok(told.includes(part), `${part}: ${told}`);
      await manager.look("witness-picture");

      await page.goto(`/cases/${number}/exhibits/3`);
      await manager.look("witness-archive");
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("main a[download]").first().click()]);
      const archive = join(folder, `${screen}.wacz`);
      await download.saveAs(archive);
      const { stdout, stderr } = await run(WACZ, ["validate", "-f", archive]);
      assert.match(stdout + stderr, /valid/i);

      await page.goto(`/cases/${number}/exhibits/1`);
      await page.locator("main a[href*='/do/corroborate']").last().click();
      await page.waitForURL("**/do/corroborate?**");
      await manager.look("witness-compare");
      await manager.carryOut(number, "corroborate", { note: "Samme opslag og samme kommentarer." }, "?exhibit=1&with=2");
      await page.goto(`/cases/${number}/exhibits/1`);
      assert.match(await main.innerText(), /Ét vidne og serveren/);
      await manager.look("witness-graded");

      // Whoever told reads their own file, not what the server made of the link.
      mette.expect(/404/);
      assert.equal((await mette.page.goto(`/cases/${number}/exhibits/2`)).status(), 404);
      for (const visit of [mette, manager]) await visit.done();
    });
  }

  test("the dossier says what each grade shows and does not show", async () => {
    const bag = join(folder, "bag.zip"), unpacked = join(folder, "bag");
    await town.server.vaern("export", number, "--drawer", "matter", "-o", bag);
    await town.server.vaern("verify", bag);
    await run("python3", ["-m", "zipfile", "-e", bag, unpacked]);
    const dossier = join(unpacked, (await readdir(unpacked, { recursive: true })).find((name) => name.endsWith(".pdf")));
    const close = (text) => text.replace(/[\s\u00ad\u200b\u2060-]/g, "");
    const words = close((await run("pdftotext", [dossier, "-"])).stdout);
    for (const said of ["Ét vidne og serveren", "Serveren alene", "hentede selv bilag 2 dér, hvor linket fører hen.", "det er billedet, der tæller", "Det viser ikke, hvem der har skrevet det, og ikke, hvad der stod før eller efter."])
      assert.ok(words.includes(close(said)), said);
    // It is read for years.
    assert.match(words, new RegExp(`Dannet\\p{L}+\\d+\\.\\p{L}+\\.?${new Date().getFullYear()}kl`, "u"));
    await copyFile(dossier, at("../shots/witness-dossier.pdf"));
    await copyFile(join(folder, "desktop.wacz"), at("../shots/witness.wacz"));
  });

  test("where there is something else than the page it says so, and into the municipality's own network it never goes", async () => {
    const mette = await town.as("desktop", "Mette Ravn");
    const met = {
      slettet: [internet.link("/slettet"), "der står, at indholdet er slettet eller lukket"],
      login: [internet.link("/lukket-gruppe"), "siden kræver, at man logger ind"],
      cookies: [internet.link("/cookies"), "et spørgsmål om cookies dækker siden"],
      certificate: [internet.elsewhere("/opslag/8841223"), "siden kunne ses"],
      refused: [internet.link("/ind"), "siden kunne ikke hentes"],
    };
    for (const one of Object.values(met)) one.push(await tell(mette.page, one[0]));
    const never = await tell(mette.page, "http://127.0.0.1:8080/loen");
    await mette.done();
    for (const screen of ["phone", "desktop"]) {
      const manager = await town.as(screen, "Vibeke Holst");
      const { page } = manager, main = page.locator("main");
      for (const [name, [, seen, number]] of Object.entries(met)) {
        await page.goto(`/cases/${number}`);
        await until(page, 1);
        await manager.look(`witness-case-${name}`);
        await page.goto(`/cases/${number}/exhibits/1`);
        const text = await main.innerText();
        assert.ok(text.includes(seen), `${seen}: ${text}`);
        await manager.look(`witness-sent-${name}`);
        assert.equal(/Hvem der svarede, er derfor usikkert/.test(text), name === "certificate", name);
        assert.equal(await page.locator("main a[href*='/do/corroborate']").count() > 0, !["slettet", "refused"].includes(name), name);
        if (name === "refused") continue;
        await page.goto(`/cases/${number}/exhibits/2`);
        await manager.look(`witness-picture-${name}`);
        if (name === "certificate") assert.match(await main.innerText(), /Hvem der svarede, er derfor usikkert/);
      }
      await page.goto(`/cases/${met.refused[2]}`);
      assert.match(await main.innerText(), /ligger ikke på det offentlige internet/);
      await page.goto(`/cases/${never}`);
      await until(page, 0);
      await manager.done();
    }
    // Somebody listens there, and heard only us.
    await fetch(INTRANET);
    assert.deepEqual(internet.asked, ["/loen"]);
  });

  test("says the same in English", async () => {
    for (const screen of ["phone", "desktop"]) {
      const manager = await town.as(screen, "Vibeke Holst");
      const { page } = manager;
      if (screen === "phone") await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "English" }).click()]);
      await page.goto(`/cases/${number}`);
      assert.match(await page.locator("main").innerText(), /looked for itself where the link leads: the page could be seen/);
      await manager.look("witness-case-english", { language: "en" });
      for (const [exhibit, said] of [[1, /What the server saw itself/], [2, /it is the picture that counts/], [3, /One witness and the server|The server alone/]]) {
        await page.goto(`/cases/${number}/exhibits/${exhibit}`);
        assert.match(await page.locator("main").innerText(), said);
        await manager.look(`witness-english-${exhibit}`, { language: "en" });
      }
      await manager.done();
    }
  });
});
