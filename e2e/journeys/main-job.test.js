// From a screenshot to a closed case and a bag that anybody can check.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { paste, pasteByKeyboard, shot } from "../lib/browser.js";
import { png, sha256 } from "../lib/files.js";
import { fill, numberOf, send, startTown } from "../lib/town.js";

const PYTHON = process.env.VAERN_PYTHON ?? fileURLToPath(new URL("../../target/tools/bin/python", import.meta.url));
const run = (program, ...args) => new Promise((done) => {
  execFile(program, args, (error, stdout, stderr) => done({ code: error ? error.code : 0, said: stdout + stderr }));
});
const day = (after) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
const DEMAND = "Opslaget af i går, hvor der står, at du ved, hvor vores medarbejder bor.";

describe("from a screenshot to a closed case", () => {
  let town, folder;
  before(async () => { [town, folder] = [await startTown(), await mkdtemp(join(tmpdir(), "vaern-bag-"))]; });
  after(async () => { await town.stop(); await rm(folder, { recursive: true, force: true }); });

  for (const screen of ["phone", "desktop"]) {
    test(`the whole way, on a ${screen}`, async () => {
      const number = await reportIt(screen);
      await receive(number, screen);
      await review(number, screen);
      await contact(number, screen);
      await goToPolice(number, screen);
      await finish(number, screen);
      await seeItClosed(number, screen);
      await exportIt(number, screen);
    });
  }

  /** Mette tells: one picture from the clipboard, one pasted by hand, one picked. */
  async function reportIt(screen) {
    const { page, look, done } = await town.as(screen, "Mette Ravn");
    await look("start-employee");
    await page.getByRole("link", { name: "Fortæl hvad der er sket" }).first().click();
    await page.locator("form.live").waitFor();
    const pasted = png(screen === "phone" ? 11 : 12), picked = png(screen === "phone" ? 21 : 22);
    await pasteByKeyboard(page, png(5));
    await page.locator("#files li").nth(0).waitFor();
    await paste(page, [{ name: "image.png", type: "image/png", bytes: pasted }]);
    await page.locator("#files li").nth(1).waitFor();
    await page.locator("#exhibit").setInputFiles([{ name: "skærmbillede æøå.png", mimeType: "image/png", buffer: picked }]);
    await page.locator("#files li .hash[title]").nth(2).waitFor();
    await page.locator("#text").fill("Han skriver, at han ved, hvor jeg bor.\nJeg tør ikke gå hjem.");
    await page.locator("label[for=acute]").click();
    await page.locator("#report-form .details-summary").click();
    await fill(page, { medium: "social-media", platform: "Facebook", originator: "Kurt J. (opdigtet)" });
    await look("report");
    await page.locator("#report-form [type=submit]").click();
    await page.waitForURL("**/receipt");
    await look("receipt");

    const number = numberOf(page);
    const text = await page.locator("main").innerText();
    assert.match(text, new RegExp(`har nummer ${number}`));
    assert.match(text, /Vibeke Holst har sagen/);
    assert.match(text, /kontakter dig senest (i dag|i morgen|\p{L}+dag .+) kl\. \d{1,2}\.\d{2}/u);
    assert.match(text, /Ingenting\. Svar ikke afsenderen/);
    assert.match(text, /112/);
    assert.match(text, /114/);
    await page.locator("summary", { hasText: "fuld længde" }).click();
    const hashes = (await page.locator("details p code").allInnerTexts()).map((hash) => hash.replaceAll(" ", ""));
    assert.equal(hashes.length, 3);
    assert.deepEqual(hashes.slice(1), [sha256(pasted), sha256(picked)]);
    await page.getByRole("link", { name: "Følg sagen" }).click();
    await look("status-target");
    assert.match(await page.locator("main").innerText(), /Det skal du\s+Ingenting/);
    await done();
    return number;
  }

  /** Vibeke, the manager, takes it, and does what waits for nothing. */
  async function receive(number, screen) {
    const visit = await town.as(screen, "Vibeke Holst");
    const { page, look, done } = visit;
    assert.match(await page.locator("main").innerText(), new RegExp(number));
    await look("start-manager");
    await page.goto(`/cases/${number}`);
    await look("case-new");
    await page.locator(".next button, .next a.button").first().click();
    if (!page.url().includes("done=")) await send(page);
    await page.getByText("Du har taget imod sagen").waitFor();
    await visit.carryOut(number, "triage", {
      danger: "possible", at_work: "Sidder ikke alene", on_the_way: "Følges med Lone", at_home: "Bor hos sin søster",
    });
    await visit.carryOut(number, "care", { talk: "Mette er utryg, og vi har aftalt, at hun arbejder hjemmefra.", wishes: "Vil have det anmeldt", psychologist_offered: true });
    await visit.carryOut(number, "register", {
      title: "Trussel i en kommentartråd", form: "threat", course: "Et opslag i en lokal gruppe.", originator: "Kurt J.",
      certainty: "presumed", severity: "serious", relation: "Part i en sag",
    });
    await page.goto(`/cases/${number}`);
    await look("case-registered");
    await done();
  }

  /** Ida, the lawyer, weighs it. */
  async function review(number, screen) {
    const visit = await town.as(screen, "Ida Nørgaard");
    await visit.look("start-lawyer");
    assert.match(await visit.page.locator("main").innerText(), new RegExp(number));
    const { page } = visit;
    await page.goto(`/cases/${number}/exhibits/1`);
    await page.locator("img.shown").waitFor();
    assert.match(await page.locator("main").innerText(), /Hvordan det kom\s+Sat ind på siden/);
    await visit.look("exhibit");
    await visit.carryOut(number, "review", {
      "grounds.said": "»Jeg ved, hvor du bor.«", "grounds.about": "En navngiven medarbejder", "grounds.aim": "person", "grounds.truth": "opinion",
      "grounds.threat": "veiled", "grounds.repetition": "To gange", "grounds.reach": "En åben gruppe",
      "grounds.counter_argument": "Det kan være skrevet i frustration over en afgørelse.",
      "grounds.conclusion": "Truslen vejer tungere end retten til at være vred.", outcome: "possible-crime",
      "contact.may": "yes", "contact.by": "Lederen", "contact.how": "Ved brev",
    });
    await visit.done();
  }

  /** Vibeke writes to him for both purposes, and prints the letter. */
  async function contact(number, screen) {
    const visit = await town.as(screen, "Vibeke Holst");
    const { page, look, done } = visit;
    await page.goto(`/cases/${number}/do/contact`);
    await look("contact");
    await fill(page, { purposes: ["substance", "boundary"], demand: DEMAND, stop_by: day(7) });
    await page.getByRole("button", { name: "Skriv brevet forfra" }).click();
    await page.waitForLoadState();
    const letter = await page.locator("[name=letter]").inputValue();
    assert.ok(letter.includes(DEMAND), "the letter says what must stop");
    assert.ok(letter.includes("Til Kurt J."), "the letter is to the originator");
    assert.ok(!letter.includes("Mette"), "the letter doesn't name the target");
    assert.match(letter, /\n\nDET HER KAN VI IKKE ACCEPTERE\n\n[^]*\n\nVenlig hilsen\n\nVibeke Holst\n/);
    assert.ok(!letter.includes("["), "nothing is left open in the letter");
    await fill(page, { letter: `${letter}\n\nTelefon 12 34 56 78`, channel: "letter", complaint_routes_explained: true });
    await send(page);
    await page.waitForURL("**?done=contact");
    await page.goto(`/cases/${number}?drawer=matter`);
    await look("drawer-matter");
    await page.getByRole("link", { name: "Se og udskriv brevet" }).first().click();
    await look("letter");
    const printed = page.locator(".letter");
    assert.match(await printed.innerText(), /Kritik af kommunen er stadig velkommen[^]*Telefon 12 34 56 78/);
    await page.emulateMedia({ media: "print" });
    assert.ok(await printed.isVisible(), "the letter is printed");
    assert.ok(!(await page.locator("header.top").isVisible()), "and nothing else");
    await shot(page, `letter-printed-${screen}`);
    await done();
  }

  /** Lars, the manager's manager, decides on the police and reports. */
  async function goToPolice(number, screen) {
    const visit = await town.as(screen, "Lars Thygesen");
    await visit.look("start-superior");
    await visit.carryOut(number, "decide-police", { target_heard: true, wish: "Vil have det anmeldt", decision: "report" });
    await visit.carryOut(number, "report-police", { reference: "4200-84112-00117-26" });
    for (const week of ["1", "4", "12"])
      await visit.carryOut(number, "waive", { duty: `follow-up-${week}`, reason: "Mette taler med sin leder hver dag." }, `?duty=follow-up-${week}`);
    await visit.page.goto(`/cases/${number}?drawer=police`);
    await visit.look("drawer-police");
    await visit.done();
  }

  /** Vibeke sees to the rest, and closes. */
  async function finish(number, screen) {
    const visit = await town.as(screen, "Vibeke Holst");
    const { page, look } = visit;
    await page.goto(`/cases/${number}/do/close`);
    await page.getByRole("heading", { name: "Sagen kan ikke lukkes endnu" }).waitFor();
    await look("do-close-open");
    await visit.carryOut(number, "request-removal", { to: "Gruppens administrator", what: "Kommentaren i bilag 1" });
    await visit.carryOut(number, "observe-removal", { result: "removed", note: "Væk dagen efter" });
    await visit.carryOut(number, "observe-contact", { result: "stopped" });
    await visit.carryOut(number, "chase-police", { answer: "Sagen er afsluttet med en advarsel.", concluded: true });
    await visit.carryOut(number, "close", {
      outcome: "Afsenderen er holdt op.", learning: "Sig tidligere, hvor man kan klage.", told_target: true, told_reporter: true,
    });
    await look("case-closed");
    for (const drawer of ["care", "journal"]) {
      await page.goto(`/cases/${number}?drawer=${drawer}`);
      await look(`drawer-${drawer}`);
    }
    await visit.done();
  }

  async function seeItClosed(number, screen) {
    const { page, look, done } = await town.as(screen, "Mette Ravn");
    await page.goto(`/cases/${number}`);
    await look("status-closed");
    const text = await page.locator("main").innerText();
    assert.match(text, /Sådan endte det/);
    assert.match(text, /Sagen er afsluttet\s+Vibeke Holst har lukket sagen/);
    await done();
  }

  /** The bag, from the page; good as it is, refused after any change. */
  async function exportIt(number, screen) {
    const { page, look, done } = await town.as(screen, "Vibeke Holst");
    await page.goto(`/cases/${number}`);
    await page.getByRole("link", { name: "Hent et udtræk af sagen" }).click();
    await look("export");
    const [download] = await Promise.all([
      page.waitForEvent("download", { timeout: 60_000 }), page.getByRole("button", { name: "Hent: Sagen med borgeren" }).click(),
    ]);
    const bag = join(folder, `${screen}.zip`);
    await download.saveAs(bag);
    await done();
    assert.match(download.suggestedFilename(), new RegExp(`${number}.*\\.zip$`));
    await checkBag(bag, join(folder, screen));
  }

  async function checkBag(bag, unpacked) {
    const verify = (file) => run(process.env.VAERN_BIN ?? fileURLToPath(new URL("../../target/debug/vaern", import.meta.url)), "verify", file);
    const bagit = (folder) => run(PYTHON, "-m", "bagit", "--validate", "--quiet", folder);
    const good = await verify(bag);
    assert.equal(good.code, 0, good.said);
    const top = (await run(PYTHON, "-c", UNPACK, bag, unpacked)).said.trim();
    const valid = await bagit(top);
    assert.equal(valid.code, 0, valid.said);

    const places = JSON.parse((await run(PYTHON, "-c", PLACES, bag)).said);
    const picture = Object.keys(places).find((name) => /data\/originals\/bilag-001/.test(name));
    assert.ok(picture, Object.keys(places).join(" "));
    assert.ok(!/mette|ravn|vibeke|holst|kurt/i.test(Object.keys(places).join()), "no names of people in file names");
    const whole = await readFile(bag), changed = join(folder, "changed.zip");
    for (const [name, at] of Object.entries(places)) {
      whole[at] ^= 1;
      await writeFile(changed, whole);
      whole[at] ^= 1;
      const refused = await verify(changed);
      assert.equal(refused.code, 1, `a changed byte in ${name}: ${refused.said}`);
      const short = name.split("/").slice(1).join("/");
      assert.ok(refused.said.includes(short), `names ${short}: ${refused.said}`);
    }
    const original = join(top, "..", picture);
    const bytes = await readFile(original);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(original, bytes);
    assert.notEqual((await bagit(top)).code, 0, "bagit refuses a changed exhibit");
  }
});

const UNPACK = "import sys,zipfile,os; z=zipfile.ZipFile(sys.argv[1]); z.extractall(sys.argv[2]); print(os.path.join(sys.argv[2], z.namelist()[0].split('/')[0]))";
// Where the middle of each file of the bag is, in bytes from the start of the zip.
const PLACES = `
import json, struct, sys, zipfile
places = {}
with zipfile.ZipFile(sys.argv[1]) as z, open(sys.argv[1], 'rb') as raw:
    for info in z.infolist():
        if info.is_dir(): continue
        raw.seek(info.header_offset + 26)
        name, extra = struct.unpack('<HH', raw.read(4))
        places[info.filename] = info.header_offset + 30 + name + extra + info.compress_size // 2
print(json.dumps(places))
`;
