// The bar that stays in view: cohort, colours and their key, conditions, how many runs are selected; the list of runs.

const bar = document.getElementById("bar");
const tip = element("div", "tip");
tip.hidden = true;
document.body.append(tip);

/** What is known of a run, beside the pointer. */
function tooltip(run, words, event) {
  tip.hidden = run < 0 && !words.length;
  if (tip.hidden) return;
  const lines = [...words, ...(run >= 0 && !words.some(([label]) => label === "runs") ? describe(run) : [])];
  tip.replaceChildren(...lines.map(([label, text]) => element("div", "", element("span", "", label), " ", String(text))));
  const { innerWidth: w, innerHeight: h } = window;
  const { offsetWidth, offsetHeight } = tip;
  tip.style.left = `${event.clientX + 16 + offsetWidth > w ? Math.max(event.clientX - offsetWidth - 12, 4) : event.clientX + 16}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, h - offsetHeight - 8))}px`;
}

function choice(label, options, start, react) {
  const select = element("select", "", ...options.map(([value, text]) => Object.assign(element("option", "", text), { value })));
  select.value = start;
  select.addEventListener("change", () => react(select.value));
  return element("label", "control", `${label} `, select);
}

const key = element("span", "key");
const chips = element("span", "chips");
const count = element("b", "count");
const list = document.getElementById("runs");

function drawChips() {
  const chip = (words, remove) => {
    const button = element("button", "chip", words, " ×");
    button.title = "Remove";
    button.addEventListener("click", remove);
    return button;
  };
  const found = state.conditions.map((c) =>
    chip(`${columns.get(c.name).label} ${c.test} ${typeof c.value === "number" ? format(c.value) : c.value || "–"}`, () => {
      state.conditions = state.conditions.filter((other) => other !== c);
      reselect();
    }));
  if (state.brushed) found.push(chip("drawn selection", () => brush([])));
  chips.replaceChildren(...found);
  const selected = state.selected.reduce((a, b) => a + b, 0);
  count.textContent = state.narrowed ? `${selected} of ${RUNS} runs` : `all ${RUNS} runs`;
}

/** A condition on a column: numbers by ≥ and ≤, texts by their values. */
function conditions() {
  const names = page.runs.filters;
  const value = element("span");
  const test = element("select");
  test.setAttribute("aria-label", "comparison");
  let input;
  const column = choice("Filter", names.map((n) => [n, columns.get(n).label]), names[0], (name) => offer(name));
  const offer = (name) => {
    const { names: texts } = columns.get(name);
    test.replaceChildren(...(texts ? ["=", "≠"] : ["≥", "≤", "="]).map((t) => element("option", "", t)));
    input = texts
      ? element("select", "", ...texts.map((t) => Object.assign(element("option", "", t || "–"), { value: t })))
      : Object.assign(element("input"), { type: "number", step: "any", placeholder: "value" });
    input.setAttribute("aria-label", "value");
    value.replaceChildren(input);
  };
  offer(names[0]);
  const add = () => {
    const name = column.querySelector("select").value;
    const number = !columns.get(name).names;
    if (number && input.value === "") return input.focus();
    state.conditions.push({ name, test: test.value, value: number ? Number(input.value) : input.value });
    reselect();
  };
  const button = element("button", "", "Add");
  button.id = "add";
  button.addEventListener("click", add);
  value.addEventListener("keydown", (event) => event.key === "Enter" && add());
  return element("span", "filter", column, test, value, button);
}

const MOST_LISTED = 15;
/** The selected runs, best first. */
function drawList() {
  if (!list) return;
  const chosen = [];
  for (let run = 0; run < RUNS; run++) if (state.selected[run]) chosen.push(run);
  const accuracy = columns.get("test_accuracy").values;
  const size = (run) => (Number.isFinite(accuracy[run]) ? accuracy[run] : -1);
  chosen.sort((a, b) => size(b) - size(a));
  const head = element("tr", "", ...page.runs.shown.map((n) => element("th", columns.get(n).names ? "" : "n", columns.get(n).label)));
  const rows = chosen.slice(0, MOST_LISTED).map((run) => {
    const cells = page.runs.shown.map((name) => {
      const v = value(name, run);
      return element("td", typeof v === "number" ? "n" : "", typeof v === "number" ? format(v, 5) : v || "–");
    });
    const row = element("tr", "", ...cells);
    row.addEventListener("pointerenter", () => hover(run));
    row.addEventListener("pointerleave", () => hover(-1));
    return row;
  });
  const words = chosen.length > MOST_LISTED ? `The best ${MOST_LISTED} of ${chosen.length} selected runs.` : `${chosen.length} selected runs.`;
  list.replaceChildren(element("p", "soft", words), element("div", "wide", element("table", "", element("thead", "", head), element("tbody", "", ...rows))));
}
