// The real binary on a data folder of its own, on a free port.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BINARY = process.env.VAERN_BIN ?? fileURLToPath(new URL("../../target/debug/vaern", import.meta.url));
const READY_WITHIN_MS = 60_000;

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
  const probe = createServer();
  await new Promise((done, failed) => probe.once("error", failed).listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** Starts `vaern … demo` (or `serve`) and resolves once /healthz answers 200.
 *  Gives {url, data, port, vaern(...args), feed(input, ...args), log(), restart(), kill(), stop()}; stop() also removes the data folder. */
export async function startServer({ command = "demo", env = {} } = {}) {
  const data = await mkdtemp(join(tmpdir(), "vaern-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // What the tester set for these tests (VAERN_BIN …) is no setting of the program, and would be refused.
  const surroundings = Object.entries(process.env).filter(([name]) => !name.startsWith("VAERN_"));
  const environment = { ...Object.fromEntries(surroundings), ...env };
  let child, log = "";

  async function start(subcommand) {
    child = spawn(BINARY, ["--data", data, subcommand, "--listen", `127.0.0.1:${port}`], {
      env: environment, stdio: ["ignore", "pipe", "pipe"],
    });
    child.on("error", (error) => { log += `${error}\n`; });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => { log += text; });
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await healthy(url))) {
      const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      if (ended || Date.now() > deadline) {
        await end("SIGKILL");
        await rm(data, { recursive: true, force: true });
        throw new Error(`vaern ${subcommand} ${ended ? "ended" : "was not ready in time"}; it said:\n${log}`);
      }
      await pause(25);
    }
  }

  async function end(signal) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(patience);
  }

  await start(command);
  return {
    url, data, port,
    log: () => log,
    /** Runs another command of the binary on the same data folder; resolves to {stdout, stderr}, rejects on a non-zero exit. */
    vaern: (...args) => promisify(execFile)(BINARY, ["--data", data, ...args], { env: environment, maxBuffer: 1 << 26 }),
    /** The same with `input` on its standard input. */
    feed: (input, ...args) => new Promise((done, failed) => {
      const fed = execFile(BINARY, ["--data", data, ...args], { env: environment }, (error, stdout, stderr) => error ? failed(error) : done({ stdout, stderr }));
      fed.stdin.end(input);
    }),
    kill: () => end("SIGKILL"),
    restart: async () => { await end("SIGTERM"); await start("serve"); },
    stop: async () => { await end("SIGTERM"); await rm(data, { recursive: true, force: true }); },
  };
}

async function healthy(url) {
  try {
    return (await fetch(`${url}/healthz`)).status === 200;
  } catch {
    return false;
  }
}
