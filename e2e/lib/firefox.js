// Debian's Firefox, driven by its own protocol (Marionette: https://firefox-source-docs.mozilla.org/testing/marionette/, checked 2026-11-25),
// since Playwright wants a Firefox of its own and can't press an extension's button.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./ports.js";

const PREFERENCES = { "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "app.normandy.enabled": false,
  "app.update.enabled": false, "intl.locale.requested": "en-US" };

/** Length, colon, JSON: [0, id, command, parameters] out, [1, id, error, result] in. */
function protocol(socket) {
  const waiting = new Map();
  let received = Buffer.alloc(0), last = 0, greet;
  const greeting = new Promise((done) => { greet = done; });
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    for (let colon = received.indexOf(":"); colon >= 0; colon = received.indexOf(":")) {
      const end = colon + 1 + Number(received.subarray(0, colon));
      if (received.length < end) return;
      const message = JSON.parse(received.subarray(colon + 1, end));
      received = received.subarray(end);
      if (!Array.isArray(message)) { greet(); continue; }
      const [, id, error, result] = message, { done, failed } = waiting.get(id);
      if (error) failed(new Error(`${error.error}: ${error.message}`));
      else done(result);
    }
  });
  const send = (command, parameters = {}) => new Promise((done, failed) => {
    waiting.set(++last, { done, failed });
    const text = Buffer.from(JSON.stringify([0, last, command, parameters]));
    socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
  });
  return { greeting, send };
}

/** Gives {goto, click, run, install, press, open, screenshot, stop}, all of the tab that is looked at; it is thrown away afterwards. */
export async function startFirefox() {
  const [profile, port] = await Promise.all([mkdtemp(join(tmpdir(), "vaern-firefox-")), freePort()]);
  const preferences = { ...PREFERENCES, "marionette.port": port };
  await writeFile(join(profile, "user.js"), Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`).join(""));
  const child = spawn("firefox-esr", ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile, "about:blank"], { stdio: "ignore" });
  const gone = new Promise((done) => child.once("exit", done));
  let socket;
  while (!socket) {
    socket = await new Promise((done) => { const made = connect(port, "127.0.0.1", () => done(made)); made.once("error", () => done(null)); });
    if (!socket && child.exitCode !== null) throw new Error("firefox-esr ended");
    if (!socket) await pause(100);
  }
  const { greeting, send } = protocol(socket);
  await greeting;
  await send("WebDriver:NewSession", { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });

  const script = (body, args) => send("WebDriver:ExecuteAsyncScript", {
    script: `const values = [...arguments], done = values.pop(); (async (...values) => { ${body} })(...values).then((value) => done({ value }), (error) => done({ error: String(error) }));`,
    args, newSandbox: true,
  }).then(({ value: { error, value } }) => { if (error) throw new Error(error); return value; });
  const inBrowser = async (body, ...args) => {
    await send("Marionette:SetContext", { value: "chrome" });
    try { return await script(body, args); } finally { await send("Marionette:SetContext", { value: "content" }); }
  };
  const url = async () => (await send("WebDriver:GetCurrentURL")).value;
  return {
    goto: (address) => send("WebDriver:Navigate", { url: address }),
    /** Clicks what the XPath finds, and waits for the page that it leads to. */
    async click(xpath) {
      const { value } = await send("WebDriver:FindElement", { using: "xpath", value: xpath });
      await send("WebDriver:ElementClick", { id: Object.values(value)[0] });
    },
    /** The body of an async function in the page, its parameters in `values`. */
    run: (body, ...args) => script(body, args),
    /** Loads an unpacked extension; gives the address of its pages. */
    async install(path) {
      const { value: id } = await send("Addon:Install", { path, temporary: true });
      return { id, base: await inBrowser("return WebExtensionPolicy.getByID(values[0]).getURL('')", id) };
    },
    /** Presses the extension's button, as the toolbar does when it is clicked. */
    press: (id) => inBrowser(`const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
      const { extension } = WebExtensionPolicy.getByID(values[0]), window = Services.wm.getMostRecentWindow("navigator:browser");
      ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(window);`, id),
    /** Looks at the tab whose address matches, as soon as there is one. */
    async open(pattern) {
      for (;;) {
        for (const handle of await send("WebDriver:GetWindowHandles")) {
          await send("WebDriver:SwitchToWindow", { handle, focus: false });
          if (pattern.test(await url())) return url();
        }
        await pause(100);
      }
    },
    screenshot: async () => Buffer.from((await send("WebDriver:TakeScreenshot", { full: true })).value, "base64"),
    async stop() {
      await send("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
      socket.destroy();
      await gone;
      await rm(profile, { recursive: true, force: true });
    },
  };
}
