// How each kind of mark is drawn, and which runs it has at a place. `f` is a panel's frame: its scales, colours
// and pixels. A mark of runs answers `at(mark, f, run)` with the run's pixels, for the hover and the brush.

const FAINT = 0.14;

/** Runs in drawing order: those that are not selected first, faint. */
function layers(count, runOf, draw) {
  if (!state.narrowed) for (let i = 0; i < count; i++) draw(i, 1);
  else for (const wanted of [0, 1]) for (let i = 0; i < count; i++) if (state.selected[runOf(i)] === wanted) draw(i, wanted || FAINT);
}

const MARKS = {
  points: {
    draw(pen, m, f) {
      const radius = m.runs.length > 1500 ? 1.8 : m.runs.length > 300 ? 2.4 : 3.2;
      const solid = m.runs.length > 1500 ? 0.65 : 0.85;
      layers(m.runs.length, (i) => m.runs[i], (i, strength) => {
        const x = f.x.within(m.x[i]), y = f.y.within(m.y[i]);
        if (Number.isFinite(x) && Number.isFinite(y)) pen.dot(x, y, radius, f.colour.of(m.runs[i]), strength * solid);
      });
    },
    places: (m, f) => m.runs.length && Array.from(m.runs, (run, i) => [run, f.x.within(m.x[i]), f.y.within(m.y[i])]),
    rows: (m) => Array.from(m.runs, (run, i) => ({ run: page.runs.labels[run], x: m.x[i], y: m.y[i] })),
  },

  curves: {
    draw(pen, m, f) {
      const solid = Math.max(0.08, Math.min(0.6, 40 / m.runs.length));
      layers(m.runs.length, (i) => m.runs[i], (i, strength) => {
        const selected = state.narrowed && strength === 1;
        const alpha = selected ? Math.max(solid, 0.5) : solid * strength;
        pen.path(MARKS.curves.line(m, f, i), { stroke: f.colour.of(m.runs[i]), width: 1, alpha });
      });
    },
    line: (m, f, i) => Array.from(m.x, (x, k) => [f.x.map(x), f.y.map(m.y[i * m.x.length + k])]),
    places: (m, f) =>
      Array.from(m.runs).flatMap((run, i) => MARKS.curves.line(m, f, i).map(([x, y]) => [run, x, y])),
    rows: (m) =>
      Array.from(m.runs).flatMap((run, i) =>
        Array.from(m.x, (x, k) => ({ run: page.runs.labels[run], x, y: m.y[i * m.x.length + k] }))),
  },

  counts: {
    counted(m, chosen) {
      const found = new Array(m.edges.length - 1).fill(0);
      const low = m.edges[0], width = (m.edges[m.edges.length - 1] - low) / found.length;
      m.values.forEach((v, i) => {
        if (chosen(m.runs[i])) found[Math.min(found.length - 1, Math.max(0, Math.floor((v - low) / width)))]++;
      });
      return found;
    },
    draw(pen, m, f) {
      const bars = (counts, under, colour, alpha) =>
        counts.forEach((n, i) => {
          const x = f.x.map(m.edges[i]), top = f.y.map(n + under[i]), bottom = f.y.map(under[i]);
          if (n) pen.rect(x + 0.5, top, Math.max(f.x.map(m.edges[i + 1]) - x - 1, 0.5), bottom - top, colour, alpha);
          under[i] += n;
        });
      const nothing = () => new Array(m.edges.length - 1).fill(0);
      if (state.narrowed) bars(this.counted(m, () => true), nothing(), ink("soft"), FAINT);
      const under = nothing();
      const column = f.colour.entries.length ? f.colour : null;
      for (const [, colour] of column ? column.entries : [["", look("all")]])
        bars(this.counted(m, (run) => state.selected[run] && (!column || f.colour.of(run) === colour)), under, colour, 0.9);
    },
    places: (m, f) => Array.from(m.runs, (run, i) => [run, f.x.map(m.values[i]), f.y.map(0)]),
    rows: (m) => Array.from(m.runs, (run, i) => ({ run: page.runs.labels[run], x: m.values[i] })),
  },

  line: {
    draw(pen, m, f) {
      const colour = look(m.look), points = Array.from(m.x, (x, i) => [f.x.map(x), f.y.map(m.y[i])]);
      if (m.low) {
        const kept = Array.from(m.x.keys()).filter((i) => Number.isFinite(m.low[i]) && Number.isFinite(m.high[i]));
        const side = (values) => kept.map((i) => [f.x.map(m.x[i]), f.y.map(values[i])]);
        if (kept.length) pen.path([...side(m.low), ...side(m.high).reverse()], { fill: colour, alpha: 0.18 });
      }
      pen.path(points, { stroke: colour, width: m.thick ? 2.5 : 1.6, dash: m.dashed ? [4, 3] : [] });
      if (points.length <= 12) for (const [x, y] of points) if (Number.isFinite(y)) pen.dot(x, y, 2.6, colour);
    },
    rows: (m) =>
      Array.from(m.x, (x, i) => ({ x, y: m.y[i], ...(m.low ? { low: m.low[i], high: m.high[i] } : {}) })),
  },

  steps: {
    draw(pen, m, f) {
      const points = Array.from(m.y).flatMap((v, i) => [m.edges[i], m.edges[i + 1]].map((x) => [f.x.map(x), f.y.map(v)]));
      const floor = f.top + f.height;
      const closed = points.map(([x, y]) => [x, Number.isFinite(y) ? Math.min(y, floor) : floor]);
      if (!closed.length) return;
      pen.path([[closed[0][0], floor], ...closed, [closed.at(-1)[0], floor]], { fill: look(m.look), alpha: 0.12 });
      pen.path(closed, { stroke: look(m.look), width: 1.5 });
    },
    rows: (m) => Array.from(m.y, (y, i) => ({ x: (m.edges[i] + m.edges[i + 1]) / 2, y })),
  },

  intervals: {
    draw(pen, m, f) {
      m.value.forEach((v, i) => {
        const y = f.y.map(m.at[i]), colour = look(m.look);
        const [low, high] = [m.low[i], m.high[i]].map((x) => f.x.map(x));
        if (Number.isFinite(low) && Number.isFinite(high)) pen.path([[low, y], [high, y]], { stroke: colour, width: 2, alpha: 0.55 });
        if (Number.isFinite(v)) pen.dot(f.x.map(v), y, 3.6, Number.isFinite(low) ? colour : ink("paper"), 1, colour);
      });
    },
    rows: (m) => Array.from(m.value, (x, i) => ({ y: m.at[i], x, low: m.low[i], high: m.high[i] })),
  },

  rule: {
    draw(pen, m, f) {
      const v = f[m.axis].map(m.value);
      const ends = m.axis === "x" ? [[v, f.top], [v, f.top + f.height]] : [[f.left, v], [f.left + f.width, v]];
      pen.path(ends, { stroke: ink("soft"), width: 1, dash: [3, 3], alpha: 0.7 });
    },
    rows: () => [],
  },

  diagonal: {
    draw(pen, m, f) {
      pen.path([m.low, m.high].map((v) => [f.x.map(v), f.y.map(v)]), { stroke: ink("soft"), dash: [3, 3], alpha: 0.7 });
    },
    rows: () => [],
  },
};
