// One panel: axes and marks. Two canvases: what is drawn, and over it what the pointer is at.

class Panel {
  constructor(spec, height) {
    this.spec = spec;
    this.height = height;
    this.base = element("canvas");
    this.over = element("canvas", "over");
    this.title = element("div", "panel-title", element("b", "", spec.title));
    if (spec.subtitle !== null) this.title.append(Object.assign(element("small", "", spec.subtitle), { title: spec.subtitle }));
    this.box = element("div", "canvases", this.base, this.over);
    this.key = spec.colour ? element("div", "key") : "";
    this.root = element("div", "panel", this.title, this.key, this.box);
    follow(this);
  }

  get column() { return this.spec.colour || state.colour; }
  get heat() { return this.spec.marks.find((m) => m.kind === "heat"); }

  /** The frame of marks: margins, scales and colours, of this size in pixels. */
  frame(width, height) {
    const { x, y } = this.spec;
    const heat = this.heat;
    const bar = heat && !heat.bare ? 48 : 0;
    if (!x) {
      // A picture: whole pixels of one size, no axes.
      const pad = heat.names ? 18 : heat.members ? 9 : 1;
      const cell = Math.min((width - bar - pad) / heat.columns, (height - pad - 2) / heat.rows);
      const w = cell * heat.columns, h = cell * heat.rows;
      return { left: pad, top: pad, width: w, height: h, colour: colouring(this.column) };
    }
    const longest = y.names.reduce((most, name) => Math.max(most, name.length), 0);
    const left = y.names.length ? Math.min(14 + longest * 6.1, width * 0.55) : y.label ? 56 : 42;
    const top = 8, bottom = x.label ? 38 : 22, right = 10;
    const f = { left, top, width: width - left - right, height: height - top - bottom, colour: colouring(this.column) };
    f.x = scale(x, f.left, f.left + f.width, Math.max(2, Math.min(6, f.width / (x.names.length ? 70 : 55))));
    const ends = y.names.length ? [f.top, f.top + f.height] : [f.top + f.height, f.top]; // names from the top
    f.y = scale(y, ...ends, y.names.length ? 60 : Math.max(2, Math.min(5, f.height / 34)));
    return f;
  }

  draw(pen, width, height) {
    const f = this.frame(width, height);
    if (this.spec.x) this.axes(pen, f);
    pen.clip(...(this.spec.x ? [f.left, f.top - 4, f.width + 4, f.height + 4] : [0, 0, width, height]));
    for (const mark of this.spec.marks) MARKS[mark.kind].draw(pen, mark, f);
    pen.unclip();
    return f;
  }

  axes(pen, f) {
    const { x, y } = this.spec, floor = f.top + f.height;
    const line = { stroke: ink("line") }, words = { fill: ink("soft"), size: 10.5 };
    for (const [v, label] of f.y.ticks) {
      pen.path([[f.left, f.y.map(v)], [f.left + f.width, f.y.map(v)]], line);
      const most = Math.floor((f.left - 12) / 5.6);
      pen.text(label.length > most && y.names.length ? `${label.slice(0, most - 1)}…` : label, f.left - 5, f.y.map(v) + 3.5, { ...words, align: "end" });
    }
    for (const [v, label] of f.x.ticks) {
      pen.path([[f.x.map(v), floor], [f.x.map(v), floor + 4]], { stroke: ink("soft"), alpha: 0.6 });
      pen.text(label, f.x.map(v), floor + 15, { ...words, align: "middle" });
    }
    pen.path([[f.left, floor], [f.left + f.width, floor]], { stroke: ink("soft"), alpha: 0.6 });
    const name = (a) => a.label + a.beyond + (a.log ? " (log)" : a.linear ? " (asinh)" : "");
    if (x.label) pen.text(name(x), f.left + f.width / 2, floor + 31, { ...words, size: 11, align: "middle" });
    if (y.label) pen.text(name(y), 11, f.top + f.height / 2, { ...words, size: 11, align: "middle", turn: true });
  }

  paint() {
    const width = this.box.clientWidth;
    if (!width) return;
    const height = this.spec.x ? this.height : this.pictureHeight(width);
    this.box.style.height = `${height}px`;
    const ratio = printing ? 3 : Math.min(devicePixelRatio || 1, 3);
    if (this.key) this.key.replaceChildren(...keyOf(this.spec.colour));
    this.size = [width, height];
    this.ratio = ratio;
    this.now = this.draw(new CanvasPen(this.base, width, height, ratio), width, height);
    this.spots = null;
    this.point();
  }

  pictureHeight(width) {
    const heat = this.heat, f = this.frame(width, this.height);
    return Math.ceil(Math.min(this.height, f.height + f.top + 2)) || this.height;
  }

  /** The overlay: the hovered run wherever this panel has it, and the box being brushed. */
  point() {
    if (!this.now) return;
    const pen = new CanvasPen(this.over, ...this.size, this.ratio);
    const f = this.now, run = state.hover;
    if (run >= 0) {
      for (const m of this.spec.marks) {
        const i = m.runs ? this.row(m).get(run) : undefined;
        if (m.kind === "curves" && i !== undefined) pen.path(MARKS.curves.line(m, f, i), { stroke: ink("ink"), width: 2.2 });
        else if (i !== undefined) {
          const [, x, y] = this.places(m)[i];
          pen.dot(x, y, 5, f.colour.of(run), 1, ink("ink"));
        } else if (m.members) {
          const k = m.members.findIndex((runs) => runs.includes(run));
          if (k < 0) continue;
          const h = f.height / m.rows, w = f.width / m.columns;
          pen.rect(f.left, f.top + (k + 0.5) * h - 0.5, f.width, 1, ink("ink"), 0.8);
          pen.rect(f.left + (k + 0.5) * w - 0.5, f.top, 1, f.height, ink("ink"), 0.8);
        }
      }
    }
    if (this.dragged) {
      const [a, b, c, d] = this.dragged;
      pen.rect(Math.min(a, c), Math.min(b, d), Math.abs(a - c), Math.abs(b - d), ink("soft"), 0.25);
    }
  }

  places(m) {
    this.spots ??= new Map();
    if (!this.spots.has(m)) this.spots.set(m, MARKS[m.kind].places(m, this.now));
    return this.spots.get(m);
  }

  row(m) {
    m.index ??= new Map(Array.from(m.runs, (run, i) => [run, i]));
    return m.index;
  }
}
