// Boxes drawn on an exhibit. Each is the four numbers of a fieldset, in per cent, which also work alone; what is drawn here
// is only a picture of them. A mouse or a pen drags; a finger taps two opposite corners, so that it can still scroll.

const list = document.getElementById("boxes");
const sheets = [...document.querySelectorAll(".sheet")];
const NAMES = ["x", "y", "w", "h"];
/** In millionths of a side: less is a slip of the hand. */
const SMALLEST = 2_000;
/** The mark of a first tap, in pixels a side. */
const CORNER = 14;
const field = (box, name) => box.querySelector(`[name=${name}]`);
const boxes = () => [...list.querySelectorAll("fieldset.box")];
const values = (box) => NAMES.map((name) => field(box, name).value.trim());
const isEmpty = (box) => values(box).every((value) => value === "");
const millionths = (part) => Math.round(part * 1e6);

/** A new box of numbers, made from the first one. */
function add() {
  const box = boxes()[0].cloneNode(true);
  box.querySelectorAll("textarea, input:not([type=hidden][name=page])").forEach((input) => { input.value = ""; });
  box.querySelector("button")?.remove();
  list.append(box);
  finish();
  return box;
}

/** Numbers the boxes, gives each its button, and paints them. */
function finish() {
  boxes().forEach((box, at) => {
    box.querySelector("legend").textContent = list.dataset.textBox.replace("{number}", at + 1);
    let button = box.querySelector("button");
    if (!button) {
      button = Object.assign(document.createElement("button"), { type: "button", className: "button button-tertiary" });
      button.addEventListener("click", () => remove(box));
      box.querySelector(".measures").append(button);
    }
    button.textContent = list.dataset.textRemove.replace("{number}", at + 1);
  });
  paint();
}

function remove(box) {
  const at = boxes().indexOf(box);
  if (boxes().length === 1) add();
  box.remove();
  finish();
  field(boxes()[Math.min(at, boxes().length - 1)], "x").focus();
}

function paint() {
  sheets.forEach((sheet) => over(sheet).querySelectorAll(".covers").forEach((cover) => cover.remove()));
  for (const box of boxes()) {
    const numbers = values(box).map(Number);
    const sheet = sheets.find((one) => one.dataset.page === field(box, "page").value.trim());
    if (!sheet || isEmpty(box) || numbers.some((number) => !(number >= 0))) continue;
    show(sheet, numbers).dataset.box = boxes().indexOf(box);
  }
}

const SVG = "http://www.w3.org/2000/svg";

/** What lies over a sheet: a drawing a hundred wide and high, so that no style has to be written into the page. */
function over(sheet) {
  let drawing = sheet.querySelector("svg");
  if (!drawing) {
    drawing = document.createElementNS(SVG, "svg");
    for (const [name, value] of [["viewBox", "0 0 100 100"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) drawing.setAttribute(name, value);
    sheet.append(drawing);
  }
  return drawing;
}

function show(sheet, [x, y, w, h], kind = "covers") {
  const cover = document.createElementNS(SVG, "rect");
  for (const [name, value] of [["x", x], ["y", y], ["width", w], ["height", h], ["class", kind]]) cover.setAttribute(name, value);
  over(sheet).append(cover);
  return cover;
}

/** Where on the sheet, as parts of its sides. */
function place(sheet, event) {
  const { left, top, width, height } = sheet.querySelector("img").getBoundingClientRect();
  const inside = (part) => Math.min(1, Math.max(0, part));
  return { x: inside((event.clientX - left) / width), y: inside((event.clientY - top) / height) };
}

function keep(sheet, one, other) {
  // In whole millionths before anything is subtracted, so that a box at the edge never comes to lie over it.
  const [left, right] = [one.x, other.x].map(millionths).sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].map(millionths).sort((a, b) => a - b);
  const numbers = { x: left, y: top, w: right - left, h: bottom - top };
  if (numbers.w < SMALLEST || numbers.h < SMALLEST) return;
  const box = boxes().find(isEmpty) ?? add();
  for (const name of NAMES) field(box, name).value = String(numbers[name] / 1e4);
  field(box, "page").value = sheet.dataset.page;
  finish();
  box.dispatchEvent(new Event("drawn", { bubbles: true }));
}

for (const sheet of sheets) {
  let from = null, tapped = null, drawn = null;
  const end = () => { drawn?.remove(); from = drawn = null; };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    from = place(sheet, event);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(sheet, event);
    drawn?.remove();
    drawn = show(sheet, [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(from.x - to.x), Math.abs(from.y - to.y)].map((part) => part * 100));
  });
  sheet.addEventListener("pointerup", (event) => {
    const start = from, to = place(sheet, event);
    end();
    if (start) keep(sheet, start, to);
  });
  sheet.addEventListener("pointercancel", end);
  sheet.addEventListener("click", (event) => {
    if (event.pointerType !== "touch") return;
    const to = place(sheet, event);
    sheet.querySelector(".corner")?.remove();
    if (tapped) {
      keep(sheet, tapped, to);
      tapped = null;
      return;
    }
    tapped = to;
    const { width, height } = sheet.getBoundingClientRect();
    const [w, h] = [width, height].map((side) => 100 * CORNER / side);
    show(sheet, [to.x * 100 - w / 2, to.y * 100 - h / 2, w, h], "corner");
  });
}

// Text: what is marked becomes lines of the field, which also works alone.
const text = document.getElementById("text");
if (text) {
  const mark = document.getElementById("mark");
  const field = document.getElementById("passages");
  mark.hidden = false;
  mark.querySelector("button").addEventListener("click", () => {
    const marked = document.getSelection();
    if (!text.contains(marked.anchorNode) || !text.contains(marked.focusNode)) return;
    const known = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const lines = marked.toString().split("\n").map((line) => line.trim()).filter((line) => line && !known.includes(line));
    field.value = [...known, ...new Set(lines)].join("\n");
    field.focus();
  });
}

if (list) {
  document.getElementById("draw").hidden = false;
  const more = document.getElementById("add");
  more.hidden = false;
  more.addEventListener("click", () => field(add(), "x").focus());
  list.addEventListener("input", paint);
  finish();
}
