// The pointer over a panel: which run is near, which are in a box, what is told and selected.

const CLOSE = 14; // pixels within which a run is at the pointer

/** { run, words } at a pixel; run −1 where there is none. */
function find(panel, x, y) {
  let best = CLOSE ** 2, run = -1;
  for (const m of panel.spec.marks) {
    if (!m.runs || m.kind === "counts") continue;
    for (const [candidate, px, py] of panel.places(m)) {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < best && (!state.narrowed || state.selected[candidate])) [best, run] = [distance, candidate];
    }
  }
  if (run >= 0) return { run, words: measured(panel, run) };
  const heat = panel.heat, cell = heat && MARKS.heat.cell(heat, panel.now, x, y);
  if (!cell) return { run, words: [] };
  const of = (k) => (heat.members ? heat.members[k].map((r) => page.runs.labels[r]) : null);
  const brief = (labels) => (labels.length > 3 ? `${labels[0]} … ${labels.at(-1)}` : labels.join(", "));
  const accuracy = (k) => format(value("test_accuracy", heat.members[k][0]), 4);
  const pair = (of) => `${of(cell.row)} and ${of(cell.column)}`;
  const words = [];
  if (heat.members) words.push(["runs", pair((k) => brief(of(k)))]);
  if (heat.members && heat.members[cell.row].length === 1) words.push(["test accuracy", pair(accuracy)]);
  if (heat.names) words.push(["", pair((k) => heat.names[k])]);
  words.push([heat.label, format(cell.value, 3)]);
  return { run: heat.members ? heat.members[cell.row][0] : -1, words };
}

/** What the panel's axes say of a run: [label, text]. */
function measured(panel, run) {
  const found = [];
  for (const m of panel.spec.marks)
    if (m.kind === "points" && panel.row(m).has(run)) {
      const i = panel.row(m).get(run);
      for (const [axis, v] of [[panel.spec.x, m.x[i]], [panel.spec.y, m.y[i]]])
        if (axis.label && axis.label !== "test accuracy") found.push([axis.label, axis.names[Math.round(v)] ?? format(v)]);
    }
  return found;
}

/** Runs inside a box of pixels. */
function inside(panel, a, b, c, d) {
  const [left, right, top, bottom] = [Math.min(a, c), Math.max(a, c), Math.min(b, d), Math.max(b, d)];
  const found = new Set();
  for (const m of panel.spec.marks) {
    if (m.runs) {
      const flat = m.kind === "counts";
      for (const [run, x, y] of panel.places(m))
        if (x >= left && x <= right && (flat || (y >= top && y <= bottom))) found.add(run);
    } else if (m.members) {
      const f = panel.now, place = (k, start, size, n) => start + ((k + 0.5) * size) / n;
      m.members.forEach((runs, k) => {
        const x = place(k, f.left, f.width, m.columns), y = place(k, f.top, f.height, m.rows);
        if ((x >= left && x <= right) || (y >= top && y <= bottom)) runs.forEach((run) => found.add(run));
      });
    }
  }
  return [...found];
}

/** Whether a panel shows runs. */
const linked = (panel) => panel.spec.marks.some((m) => m.runs || m.members);

/** Hover, and selection by drawing a box or clicking on a run. */
function follow(panel) {
  const where = (event) => [event.offsetX, event.offsetY];
  panel.over.addEventListener("pointermove", (event) => {
    if (!panel.now) return;
    const [x, y] = where(event);
    if (panel.dragged) panel.dragged.splice(2, 2, x, y), panel.point();
    const { run, words } = find(panel, x, y);
    hover(run);
    tooltip(run, words, event);
  });
  panel.over.addEventListener("pointerleave", () => { hover(-1); tooltip(-1, [], null); });
  panel.over.addEventListener("pointerdown", (event) => {
    if (!linked(panel) || event.button !== 0) return;
    panel.over.setPointerCapture(event.pointerId);
    panel.dragged = [...where(event), ...where(event)];
    event.preventDefault();
  });
  panel.over.addEventListener("pointerup", (event) => {
    if (!panel.dragged) return;
    const [a, b, c, d] = panel.dragged;
    panel.dragged = null;
    const moved = Math.abs(a - c) + Math.abs(b - d) > 5;
    const at = find(panel, c, d).run;
    brush(moved ? inside(panel, a, b, c, d) : at >= 0 ? [at] : [], event.shiftKey);
    panel.point();
  });
}
