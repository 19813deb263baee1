// The page's data: a description of the figures, one block of bytes that is cut into typed arrays, the runs.

const page = JSON.parse(document.getElementById("figures").textContent);

const bytes = (() => {
  const text = atob(document.getElementById("bytes").textContent);
  const found = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) found[i] = text.charCodeAt(i);
  return found;
})();

const KINDS = { f: Float32Array, d: Float64Array, b: Uint8Array, i: Int32Array };

/** The array that a reference [kind, offset, length] stands for, without a copy. */
const array = ([kind, offset, length]) => new KINDS[kind](bytes.buffer, offset, length);

const RUNS = page.runs.count;
const columns = new Map(page.runs.columns.map((c) => [c.name, { ...c, values: array(c.values) }]));

/** A run's value in a column: a number, or a text (of columns with names). */
function value(name, run) {
  const column = columns.get(name);
  const found = column.values[run];
  return column.names ? column.names[found] : found;
}

/** A number for a reader: so many significant digits, a true minus sign. */
function format(number, digits = 4) {
  if (number === null || !Number.isFinite(number)) return "–";
  const size = Math.abs(number);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? number.toExponential(Math.max(digits - 2, 0)).replace(/\.?0+e/, "e").replace("e+", "e")
      : String(Number(number.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

/** [label, text] of what is known of a run: what the pointer shows. */
function describe(run) {
  const lines = [];
  for (const name of page.runs.shown) {
    const found = value(name, run);
    if (found === "" || (typeof found === "number" && Number.isNaN(found))) continue;
    lines.push([columns.get(name).label, typeof found === "number" ? format(found, 6) : found]);
  }
  return lines;
}

/** An element with its class, texts and children; texts never become markup. */
function element(tag, kind = "", ...inside) {
  const found = document.createElement(tag);
  if (kind) found.className = kind;
  found.append(...inside);
  return found;
}
