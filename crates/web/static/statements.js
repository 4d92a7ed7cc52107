// The table of statements from the keyboard. Without this module each row is a form that posts by itself.
//
// Keys work only while the focus is in the table, so that no key of a screen reader or a browser is taken anywhere else.
// Texts are data-text-* attributes of the table, {name} standing for what they say:
//   progress {done} {all}, all-done, saved {number} {outcome}, undone {number}, choose, reason, failed

/** The table and what is known of its rows. */
class Table {
  constructor(table) {
    this.table = table;
    this.rows = [...table.querySelectorAll("tr[data-statement]")].map((node) => new Row(this, node)).filter((row) => row.form);
    this.reasons = new Map();
    this.last = null;
    this.progress = document.getElementById("progress");
    this.bar = document.querySelector("progress.bar");
    this.said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
    this.said.setAttribute("role", "status");
    table.before(this.said);
    // What is done on other pages of the table is counted too.
    this.elsewhere = Number(this.bar.value) - this.done();
    this.rows.forEach((row) => row.rest());
    this.stop(this.next(null) ?? this.rows[0]);
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("focusin", (event) => this.stop(this.rowOf(event.target)));
    const keys = document.getElementById("keys");
    keys.hidden = false;
    document.getElementById("begin").addEventListener("click", () => (this.next(null) ?? this.rows[0])?.focus());
  }

  text(name, values = {}) {
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), this.table.dataset[`text${name}`]);
  }

  rowOf(target) {
    const node = target.closest("tr[data-statement]");
    return this.rows.find((row) => row.node === node);
  }

  done() { return this.rows.filter((row) => row.assessed).length; }

  /** The next row without an assessment after this one, or from the top. */
  next(row) {
    const at = this.rows.indexOf(row);
    return [...this.rows.slice(at + 1), ...this.rows.slice(0, Math.max(at, 0))].find((other) => !other.assessed);
  }

  /** The one row that Tab stops at. */
  stop(row) {
    if (!row || row === this.current) return;
    if (this.current) {
      this.current.node.tabIndex = -1;
      this.current.node.classList.remove("cur");
    }
    this.current = row;
    row.node.tabIndex = 0;
    row.node.classList.add("cur");
  }

  move(row, by) {
    const to = this.rows[this.rows.indexOf(row) + by];
    to?.focus();
  }

  count() {
    const done = this.done() + this.elsewhere, all = this.bar.max;
    this.progress.firstElementChild.textContent = this.text("Progress", { done, all });
    this.bar.value = done;
  }

  key(event) {
    const row = this.rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input, select, textarea");
    const act = typing ? this.whileTyping(event, row) : this.onRow(event, row);
    if (!act) return;
    event.preventDefault();
    act();
  }

  whileTyping(event, row) {
    if (event.key === "Escape") return () => row.focus();
    return null;
  }

  onRow(event, row) {
    if (event.target !== row.node) return null;
    if (/^[1-4]$/.test(event.key)) return () => row.choose(Number(event.key));
    switch (event.key) {
      case "ArrowDown": case "j": return () => this.move(row, 1);
      case "ArrowUp": case "k": return () => this.move(row, -1);
      case "Enter": return () => row.reason.focus();
      case "u": return () => (row.assessed ? row : this.last ?? row).undo();
      default: return null;
    }
  }
}

/** One statement. */
class Row {
  constructor(table, node) {
    Object.assign(this, { table, node, number: Number(node.dataset.statement) });
    this.form = node.querySelector("form[data-assess]");
    if (!this.form) return;
    this.undoing = node.querySelector("form[data-undo]");
    this.outcome = this.form.elements.namedItem("outcome");
    this.reason = this.form.elements.namedItem("reason");
    this.wrong = node.querySelector("[data-wrong]");
    this.shown = node.querySelector("[data-outcome]");
    this.assessed = "assessed" in node.dataset;
    this.saved = this.assessed ? this.now() : null;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    this.undoing.addEventListener("submit", (event) => { event.preventDefault(); this.undo(); });
  }

  now() { return `${this.outcome.value}\n${this.reason.value.trim()}`; }
  rest() { this.node.tabIndex = -1; }

  focus() {
    this.node.focus();
    this.node.scrollIntoView({ block: "nearest" });
  }

  /** Chooses the outcome of a key and goes on to the reason, which begins with the last one given for that outcome. */
  choose(key) {
    this.outcome.selectedIndex = key;
    this.refuse("");
    const known = this.table.reasons.get(this.outcome.value);
    if (!this.assessed && known) this.reason.value = known;
    this.reason.focus();
    this.reason.select();
  }

  refuse(text) { this.wrong.textContent = text; }

  async save() {
    if (this.busy) return;
    if (!this.outcome.value) return this.missing("Choose", this.outcome);
    if (!this.reason.value.trim()) return this.missing("Reason", this.reason);
    const [outcome, reason] = [this.outcome.value, this.reason.value.trim()];
    const word = this.outcome.selectedOptions[0].textContent;
    if (this.now() !== this.saved) {
      if (!(await this.send({ type: "assess-statement", statement: this.number, outcome, reason }))) return;
      this.saved = `${outcome}\n${reason}`;
      this.show(true, word);
      this.table.last = this;
      this.table.reasons.set(outcome, reason);
    }
    const next = this.table.next(this);
    const saved = this.table.text("Saved", { number: this.number, outcome: word });
    this.table.said.textContent = next ? saved : `${saved} ${this.table.text("AllDone")}`;
    (next ?? this).focus();
  }

  missing(text, field) {
    this.refuse(this.table.text(text));
    field.focus();
  }

  async undo() {
    if (this.busy || !this.assessed) return;
    if (!(await this.send({ type: "undo-statement-assessment", statement: this.number }))) return;
    this.saved = null;
    this.outcome.selectedIndex = 0;
    this.show(false, "");
    this.table.last = null;
    this.table.said.textContent = this.table.text("Undone", { number: this.number });
    this.focus();
  }

  show(assessed, word) {
    this.assessed = assessed;
    this.shown.hidden = this.undoing.hidden = !assessed;
    this.shown.firstElementChild.textContent = word;
    this.table.count();
  }

  /** Gives the command; what was typed stays where it is not accepted. */
  async send(command) {
    this.busy = true;
    this.refuse("");
    try {
      const answer = await fetch(`/api/v1/cases/${this.table.table.dataset.case}/commands`, {
        method: "POST", body: JSON.stringify(command),
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      });
      // Read also when it says nothing new: what is left unread, the browser breaks off.
      const problem = await answer.json().catch(() => ({}));
      if (answer.ok) return true;
      const named = (problem.errors ?? []).map((error) => error.message).join(" ");
      this.refuse([this.table.text("Failed"), problem.detail ?? problem.title, named].filter(Boolean).join(" "));
    } catch {
      this.refuse(this.table.text("Failed"));
    } finally {
      this.busy = false;
    }
    return false;
  }
}

const table = document.getElementById("statements");
if (table?.querySelector("form[data-assess]")) new Table(table);
