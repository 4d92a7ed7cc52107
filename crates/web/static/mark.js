// Statements marked in an exhibit: a box that was drawn gets the words that were read inside it, and the box whose words are
// being written is brought into view.

const list = document.getElementById("boxes");
const pane = document.querySelector(".pane");
const number = (box, name) => Number(box.querySelector(`[name=${name}]`).value);
const read = [...(document.getElementById("read")?.content.children ?? [])].map(({ dataset, textContent }) => ({
  text: textContent, x: Number(dataset.x), y: Number(dataset.y),
}));

list.addEventListener("drawn", ({ target }) => {
  const words = target.querySelector("textarea");
  const [x, y, w, h] = ["x", "y", "w", "h"].map((name) => number(target, name));
  const inside = read.filter((line) => line.x >= x && line.x <= x + w && line.y >= y && line.y <= y + h);
  if (!words.value.trim()) words.value = inside.map((line) => line.text).join(" ");
  words.focus();
});

list.addEventListener("focusin", ({ target }) => {
  const box = target.closest("fieldset.box");
  const at = [...list.querySelectorAll("fieldset.box")].indexOf(box);
  pane?.querySelectorAll("rect").forEach((rect) => rect.classList.toggle("now", rect.dataset.box === String(at)));
  const height = pane?.querySelector("img").clientHeight ?? 0;
  if (height) pane.scrollTop = (height * number(box, "y")) / 100 - pane.clientHeight / 4;
});
