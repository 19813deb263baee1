// Matrices and pictures: bytes through a colour ramp. 255 means "no value".

/** A small canvas with one pixel a cell. */
function pixels(m) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [m.columns, m.rows];
  const context = canvas.getContext("2d");
  const picture = context.createImageData(m.columns, m.rows);
  const colours = ramp(m.ramp);
  m.cells.forEach((cell, i) => {
    if (cell === 255) return; // see-through
    const place = m.reversed ? 254 - cell : cell;
    picture.data.set(colours[place], 4 * i);
    picture.data[4 * i + 3] = 255;
  });
  context.putImageData(picture, 0, 0);
  return canvas;
}

/** What a cell stands for, as far as a byte tells. */
function meant(m, cell) {
  if (cell === 255) return NaN;
  const [low, high] = m.range;
  return m.log ? low * (high / low) ** (cell / 254) : low + ((high - low) * cell) / 254;
}

MARKS.heat = {
  draw(pen, m, f) {
    pen.rect(f.left, f.top, f.width, f.height, ink("empty"));
    pen.image(pixels(m), f.left, f.top, f.width, f.height);
    if (m.members) this.edges(pen, m, f);
    (m.names ?? []).forEach((_, i) => {
      const words = { fill: ink("soft"), size: 9.5 };
      pen.text(String(i + 1), f.left - 4, f.top + ((i + 0.5) * f.height) / m.rows + 3, { ...words, align: "end" });
      pen.text(String(i + 1), f.left + ((i + 0.5) * f.width) / m.columns, f.top - 5, { ...words, align: "middle" });
    });
    if (!m.bare) this.bar(pen, m, f);
  },

  /** Beside the matrix: each row's colour, that of its runs, and a mark where runs are selected. */
  edges(pen, m, f) {
    const height = f.height / m.rows, width = f.width / m.columns;
    m.members.forEach((runs, i) => {
      const chosen = state.narrowed && runs.some((run) => state.selected[run]);
      const alpha = !state.narrowed || chosen ? 1 : FAINT;
      const colour = f.colour.of(runs[Math.floor(runs.length / 2)]);
      pen.rect(f.left - 7, f.top + i * height, 5, height + 0.3, colour, alpha);
      pen.rect(f.left + i * width, f.top - 7, width + 0.3, 5, colour, alpha);
    });
  },

  bar(pen, m, f) {
    const x = f.left + f.width + 6, size = f.height, colours = ramp(m.ramp);
    for (let i = 0; i < 64; i++) {
      const place = Math.round((i / 63) * 254);
      pen.rect(x, f.top + size - ((i + 1) * size) / 64, 7, size / 64 + 0.5, css(colours[m.reversed ? 254 - place : place]));
    }
    const axis = { low: m.range[0], high: m.range[1], log: m.log, names: [] };
    const s = scale(axis, f.top + size, f.top, 6);
    for (const [v, label] of s.ticks) pen.text(label, x + 10, s.map(v) + 3, { fill: ink("soft"), size: 9.5 });
  },

  /** The cell under a pixel: { row, column, value }. */
  cell(m, f, x, y) {
    const row = Math.floor(((y - f.top) / f.height) * m.rows), column = Math.floor(((x - f.left) / f.width) * m.columns);
    if (row < 0 || column < 0 || row >= m.rows || column >= m.columns) return null;
    return { row, column, value: meant(m, m.cells[row * m.columns + column]) };
  },
  rows(m) {
    return Array.from(m.cells, (cell, i) => {
      const row = Math.floor(i / m.columns), column = i % m.columns;
      const label = (k) => (m.members ? m.members[k].map((run) => page.runs.labels[run]).join(" ") : m.names ? m.names[k] : k);
      return { y: label(row), x: label(column), value: meant(m, cell) };
    });
  },
};
