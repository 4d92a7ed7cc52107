// The demonstration municipality, and people who go about in it: step in, read, fill in forms, look every page over.

import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { axe, launch, open, shot } from "./browser.js";
import { checkLanguage } from "./language.js";
import { startServer } from "./server.js";

// In `npm test` the files of journeys share what has been looked at, so that axe sees each kind of page once (`pretest` clears it).
const RECORD = process.env.npm_lifecycle_event === "test" ? fileURLToPath(new URL("../shots/.seen", import.meta.url)) : null;

/** Whether this is the first look at this kind of page at this size. */
function first(seen, key) {
  const before = RECORD && existsSync(RECORD) ? readFileSync(RECORD, "utf8").split("\n") : [];
  if (seen.has(key) || before.includes(key)) return false;
  seen.add(key);
  if (RECORD) appendFileSync(RECORD, `${key}\n`);
  return true;
}

/** A server and a browser for one file of journeys. as(screen, name) gives a visit by that person. */
export async function startTown(options = {}) {
  const [browser, server] = await Promise.all([launch(), startServer(options)]);
  const seen = new Set();
  return {
    browser, server,
    /** A visit by nobody yet. */
    visit: async (screen, extra = {}) => {
      const visit = await open(browser, screen, { baseURL: server.url, ...extra });
      return { ...visit, screen, ...actions(visit.page, screen, seen) };
    },
    /** A visit by a person of the demonstration, who has stepped in. */
    async as(screen, name, extra = {}) {
      const visit = await this.visit(screen, extra);
      await visit.page.goto("/");
      await stepIn(visit.page, name);
      return visit;
    },
    stop: async () => { await browser.close(); await server.stop(); },
  };
}

/** Steps in as the person, from the start page of the demonstration. */
export async function stepIn(page, name) {
  const button = page.locator("form[action='/demo/step-in'] button.link", { hasText: new RegExp(`^${name}$`) });
  await Promise.all([page.waitForEvent("load"), button.click()]);
  await page.locator(".who", { hasText: name }).waitFor();
}

function actions(page, screen, seen) {
  return {
    /** Looks the page over: its language always; axe and a picture once for each kind of page and size. */
    async look(kind, { language = "da" } = {}) {
      await checkLanguage(page, language);
      const key = `${kind}-${screen}`;
      if (!first(seen, key)) return;
      await axe(page);
      await shot(page, key);
    },
    /** Fills in the form of a command, sends it, and sees it done. */
    async carryOut(number, command, fields = {}, query = "") {
      await page.goto(`/cases/${number}/do/${command}${query}`);
      await this.look(`do-${command}`);
      await fill(page, fields);
      await send(page);
      await page.locator(".alert-success, #errors").first().waitFor();
      if (await page.locator("#errors").count()) assert.fail(`${command}: ${await page.locator("#errors").innerText()}`);
      assert.match(page.url(), new RegExp(`/cases/${number}\\?done=${command}$`));
    },
  };
}

/** Fills in fields by name, as a person does: text is typed over, a label is clicked, an answer is picked. A value of true
 *  ticks, a list ticks each. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name="${name}"]`);
    const type = await field.first().evaluate((node) => node.type);
    if (type === "radio" || type === "checkbox") {
      for (const wanted of [value].flat()) {
        const choice = page.locator(`main [name="${name}"][value="${wanted}"]`);
        if (await choice.isChecked()) continue;
        await page.locator(`main label[for="${await choice.getAttribute("id")}"]`).click();
        assert.ok(await choice.isChecked(), `${name} is ${wanted}`);
      }
    } else if (type === "select-one") {
      await field.selectOption(value);
    } else {
      await field.fill(value);
    }
  }
}

/** Presses the first button of the form in the middle of the page. */
export async function send(page) {
  await page.locator("main form[action*='/do/'] button.button-primary").click();
}

/** A report by whoever is visiting; gives the number on the receipt. `files` are picked: [{name, type, bytes}]. */
export async function report(page, { colleague, text, link, files = [], acute = false, notToManager = false }) {
  await page.goto("/report");
  if (colleague) {
    await page.locator("[name=about][value=colleague]").check();
    await page.locator("#colleague").fill(colleague);
  }
  if (files.length) {
    const picked = files.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: bytes }));
    await page.locator("#exhibit").setInputFiles(picked);
  }
  if (text) await page.locator("#text").fill(text);
  if (link) {
    await page.locator("#report-form summary.details-summary").click();
    await page.locator("#source_url").fill(link);
  }
  if (acute) await page.locator("label[for=acute]").click();
  if (notToManager) await page.locator("label[for=not_to_manager]").click();
  await page.locator("#report-form [type=submit]").click();
  await page.waitForURL("**/receipt");
  return numberOf(page);
}

/** The case number in the address. */
export function numberOf(page) {
  const found = new URL(page.url()).pathname.match(/\/cases\/(\d{4}-\d{4})/);
  assert.ok(found, `${page.url()} has a case number`);
  return found[1];
}

/** A token of the API for the person with this e-mail, and a way to give a command with it. */
export async function apiOf(server, email) {
  const token = (await server.vaern("token", "create", "--as", email)).stdout.trim();
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return {
    get: (path) => fetch(`${server.url}/api/v1${path}`, { headers }),
    command: (number, body) =>
      fetch(`${server.url}/api/v1/cases/${number}/commands`, { method: "POST", headers, body: JSON.stringify(body) }),
  };
}
