// Is a page in the language that it says it is in? Words that exist in one of the two languages alone, and keys without a text.

import assert from "node:assert/strict";

const ENGLISH = ("the and with case cases report reports reported you your this that from not are was were will who what when where which why "
  + "show save cancel next previous page file files error missing required optional unknown none yes true false null undefined nan "
  + "today tomorrow yesterday duty duties manager exhibit exhibits police received drawer journal-entry sign out close closed owner lawful "
  + "criticism harassment crime monday tuesday wednesday thursday friday saturday sunday deputy lawyer overdue late").split(" ");
const DANISH = ("og ikke sagen sager sag pligt pligter har det den du din skal hvad hvem hvornår hvorfor gem vis fortryd bilag politi leder "
  + "frist henvendelse vurdering afsender medarbejder mandag tirsdag onsdag torsdag fredag lørdag søndag eller som til fra kl").split(" ");

/** The words of `list` in the text, with what stands around the first. */
export function foreignWords(text, list) {
  const plain = text.replace(/https?:\S+|\S+@\S+|[\w-]+\.\w{2,5}\b/g, " ");
  return list.flatMap((word) => {
    const found = new RegExp(`(?<![\\p{L}\\p{N}-])${word}(?![\\p{L}\\p{N}-])`, "iu").exec(plain);
    return found ? [`${word}: …${plain.slice(Math.max(0, found.index - 30), found.index + 30).replace(/\s+/g, " ")}…`] : [];
  });
}

/** What a person reads of a page: everything on a Danish one; on an English one what we wrote ourselves, since what people wrote
 *  in the demonstration is Danish. Words said to be in another language are left out, and so are hashes and addresses. Runs in
 *  the page, on a parsed copy, which loads nothing. Gives {said: the lang of the page, text}. */
function readable({ html, language }) {
  const copy = new DOMParser().parseFromString(html ?? document.documentElement.outerHTML, "text/html");
  const root = copy.body, all = language === "da";
  const other = language === "da" ? "en" : "da";
  root.querySelectorAll(`[lang=${other}], code, script, style, textarea, .words, .letter`).forEach((node) => node.remove());
  const named = ["aria-label", "alt", "title", "placeholder"].flatMap((name) =>
    [...root.querySelectorAll(`[${name}]`)].map((node) => node.getAttribute(name)));
  const own = "nav, button, label, legend, thead th, dt, summary, caption, .hint, .form-hint, .demo, .alert, footer, main > h2, main > p:not(.norm)";
  const texts = all ? [...walk(root)] : [...root.querySelectorAll(own)].map((node) => node.textContent);
  return { said: copy.documentElement.lang, text: [...(all ? [copy.title, ...named] : []), ...texts].join("\n") };

  function* walk(node) {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) yield child.textContent;
      else yield* walk(child);
    }
  }
}

function wrong(where, { said, text }, language) {
  const found = foreignWords(text, language === "da" ? ENGLISH : DANISH);
  if (said !== language) found.push(`says that it is in ${said}`);
  found.push(...(text.match(/⟦[^⟧]*⟧?/g) ?? []));
  return found.map((what) => `${where}: ${what}`);
}

/** Fails if the page isn't in its language, or shows the key of a text instead of the text. */
export async function checkLanguage(page, language) {
  assert.deepEqual(wrong(page.url(), await page.evaluate(readable, { language }), language), []);
}

/** The same of many pages, path → html, that `page` need not be on: what is wrong with them. */
export async function foreignInPage(page, pages, language) {
  const found = [];
  for (const [path, html] of pages) found.push(...wrong(path, await page.evaluate(readable, { html, language }), language));
  return found;
}
