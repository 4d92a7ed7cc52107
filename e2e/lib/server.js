// The real binary on a data folder of its own, on a free port; with VAERN_E2E_NODES=2, two of it behind a balancer.

import { spawn, execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startBalancer, startShared } from "./nodes.js";
import { freePort } from "./ports.js";

const BINARY = process.env.VAERN_BIN ?? fileURLToPath(new URL("../../target/debug/vaern", import.meta.url));
const READY_WITHIN_MS = 60_000;
const NODES = Number(process.env.VAERN_E2E_NODES ?? 1);

/** Starts `vaern … demo` (or `serve`) and resolves once /healthz answers 200.
 *  Gives {url, data, port, vaern(...args), feed(input, ...args), log(), restart(), kill(), stop()}; stop() also removes the data folder. */
export async function startServer({ command = "demo", env = {} } = {}) {
  if (NODES === 1) return startNode({ command, env });
  const shared = await startShared();
  const { VAERN_LMTP: listener, ...both } = { ...env, ...shared.env };
  // One after the other: the first fills the demonstration and makes the keys, and alone listens for e-mail.
  const first = await startNode({ command, env: listener ? { ...both, VAERN_LMTP: listener } : both });
  const second = await startNode({ command, env: both, keys: join(first.data, "keys") });
  const port = await freePort();
  const balancer = await startBalancer(port, [first.port, second.port]);
  const each = (what) => Promise.all([first, second].map(what));
  return {
    ...first,
    url: `http://127.0.0.1:${port}`, port,
    log: () => `${first.log()}\n--- the second node:\n${second.log()}`,
    kill: () => each((node) => node.kill()),
    restart: () => each((node) => node.restart()),
    stop: async () => { await balancer.stop(); await each((node) => node.stop()); await shared.stop(); },
  };
}

/** One of it; `keys` is the folder of the keys that it shares with another. */
async function startNode({ command, env, keys }) {
  const data = await mkdtemp(join(tmpdir(), "vaern-e2e-"));
  if (keys) await cp(keys, join(data, "keys"), { recursive: true, preserveTimestamps: true });
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
    restart: async () => { await end("SIGTERM"); await start(command); },
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
