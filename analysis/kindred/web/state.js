// What the reader has chosen: cohort, colours, conditions, a brushed set of runs, the run under the pointer.

const state = {
  cohort: page.cohorts[0] ?? "",
  colour: page.colour,
  conditions: [], // { name, test, value }
  brushed: null, // Uint8Array by run, or null
  selected: new Uint8Array(RUNS).fill(1),
  narrowed: false, // whether fewer than all are selected
  hover: -1,
};

const listeners = [];
/** Calls `react(what)` after each change; `what` is "hover", "selection", "colour" or "cohort". */
const listen = (react) => listeners.push(react);
const changed = (what) => listeners.forEach((react) => react(what));

const TESTS = {
  "=": (a, b) => (typeof a === "number" ? Math.abs(a - b) <= 1e-6 * Math.abs(b) : a === b),
  "≠": (a, b) => !TESTS["="](a, b),
  "≥": (a, b) => a >= b,
  "≤": (a, b) => a <= b,
};

/** Recomputes which runs are selected: those that meet every condition and were brushed, where any were. */
function reselect() {
  let count = 0;
  for (let run = 0; run < RUNS; run++) {
    const kept =
      (!state.brushed || state.brushed[run]) &&
      state.conditions.every((c) => TESTS[c.test](value(c.name, run), c.value));
    state.selected[run] = kept ? 1 : 0;
    count += state.selected[run];
  }
  state.narrowed = count < RUNS;
  changed("selection");
}

/** Selects runs; with `add`, beside those already brushed. None: the brush is lifted. */
function brush(runs, add = false) {
  if (!runs.length && !add) state.brushed = null;
  else {
    if (!add || !state.brushed) state.brushed = new Uint8Array(RUNS);
    for (const run of runs) state.brushed[run] = 1;
  }
  reselect();
}

function hover(run) {
  if (run === state.hover) return;
  state.hover = run;
  changed("hover");
}
