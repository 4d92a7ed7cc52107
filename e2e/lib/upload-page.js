// A tiny server with the report form's markup, the real static files and the real content security policy: what upload.js does,
// seen without the rest of Værn. It answers as told and remembers what came.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const STATIC = fileURLToPath(new URL("../../crates/web/static/", import.meta.url));
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml" };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

const PAGE = `<!doctype html>
<html lang="da"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Fortæl · Værn</title>
<link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/dkfds/css/dkfds.min.css"><link rel="stylesheet" href="/static/fonts.css"><link rel="stylesheet" href="/static/own.css">
<script type="module" src="/static/upload.js"></script></head>
<body class="phone"><a class="skipnav" href="#main">Til indholdet</a>
<header class="top"><a class="brand" href="/"><i></i>Værn</a><nav aria-label="Hovedmenu"><a href="/">Mine pligter</a><a href="/report" aria-current="page">Fortæl</a></nav><div class="who">Mette Ravn</div></header>
<main id="main" tabindex="-1"><h1>Fortæl hvad der er sket</h1><p>Det tager under to minutter. Resten er ledelsens opgave – ikke din.</p>
<div class="alert alert-warning"><p class="alert-text"><strong>Er nogen i fare lige nu?</strong> Ring 112.</p></div>
<form id="report-form" data-upload method="post" action="/report" enctype="multipart/form-data"
  data-text-hashing="Beregner filernes aftryk …" data-text-sending="Sender … {percent} %" data-text-remove="Fjern {name}"
  data-text-too-big="{name} er over {size} og kan ikke sendes." data-text-empty-file="{name} er tom." data-text-unreadable="{name} kunne ikke læses."
  data-text-too-late="{name} kom ikke med: henvendelsen er ved at blive sendt." data-text-failed="Forbindelsen blev afbrudt. Intet er gået tabt: prøv at sende igen."
  data-text-again="Send igen" data-text-refused="Det kunne ikke sendes." data-text-nothing="Skriv hvad der er sket, eller vælg en fil." data-text-pasted="indsat">
<div id="report-error" role="alert"></div>
<fieldset class="form-group"><legend class="form-label">Hvem går det ud over?</legend><div class="seg"><label><input type="radio" name="about" value="me" checked><span>Mig selv</span></label><label><input type="radio" name="about" value="colleague"><span>En kollega</span></label></div></fieldset>
<div class="form-group"><label class="form-label" for="colleague">Hvilken kollega?</label><input class="form-input" id="colleague" name="colleague" list="people"><datalist id="people"><option value="Vibeke Holst"></datalist></div>
<div class="form-group"><span class="form-label" id="exhibit-label">Skærmbilleder og filer</span><p class="hint" id="exhibit-hint">Indsæt, træk ind, eller del fra telefonen. Originalen gemmes uændret.</p>
<ul class="thumbs" id="files"></ul><input type="hidden" name="hashes" value=""><div class="drop" id="drop"><label for="exhibit">Vælg filer</label><input type="file" id="exhibit" name="exhibit" multiple aria-describedby="exhibit-hint"></div></div>
<div class="form-group"><label class="form-label" for="text">Hvad er der sket?</label><textarea class="form-input" id="text" name="text" rows="3"></textarea></div>
<div class="form-group"><div class="form-group-checkbox"><input class="form-checkbox" type="checkbox" id="acute" name="acute" value="true"><label for="acute">Jeg er utryg, og det haster</label></div></div>
<details class="details"><summary class="details-summary">Link, tidspunkt og afsender</summary><div class="form-group"><label class="form-label" for="source_url">Link</label><input class="form-input" id="source_url" name="source_url"></div></details>
<button class="button button-primary big" type="submit">Send til ledelsen</button><p id="report-status" role="status" aria-live="polite"></p>
</form></main></body></html>`;

/** The parts of a multipart body in order: [{name, filename, bytes}]. */
function parts(body, contentType) {
  const boundary = `--${contentType.match(/boundary=(.+)$/)[1]}`;
  return body.toString("latin1").split(boundary).slice(1, -1).map((part) => {
    const end = part.indexOf("\r\n\r\n");
    const head = Buffer.from(part.slice(0, end), "latin1").toString("utf8");
    const filename = head.match(/filename="([^"]*)"/)?.[1];
    return { name: head.match(/ name="([^"]*)"/)[1], filename, bytes: Buffer.from(part.slice(end + 4, -2), "latin1") };
  });
}

/** Starts it. `answers` is a queue of ways to answer a POST: {status, body} or "hang up"; an empty queue answers 201.
 *  `received` has one {headers, parts} for each POST. */
export async function startUploadPage() {
  const received = [], answers = [];
  const server = createServer(async (request, response) => {
    response.setHeader("Connection", "close"); // or the browser itself sends again when a connection that it used before breaks
    const path = new URL(request.url, "http://x").pathname;
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      received.push({ headers: request.headers, parts: parts(Buffer.concat(chunks), request.headers["content-type"]) });
      const answer = answers.shift() ?? { status: 201, body: { location: "/cases/2026-0001/receipt" } };
      if (answer === "hang up") return request.socket.destroy();
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      return response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    }
    if (path.startsWith("/static/")) {
      const file = join(STATIC, normalize(path.slice("/static".length)));
      try {
        const bytes = await readFile(file);
        response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
        return response.end(bytes);
      } catch {
        response.writeHead(404);
        return response.end();
      }
    }
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY });
    response.end(path === "/report" ? PAGE : `<!doctype html><html lang="da"><title>Kvittering</title><link rel="icon" href="/static/icon.svg"><h1>Kvittering</h1>`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`, received, answers,
    stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}
