// A figure: its controls, the panels of the chosen frame, downloads. Drawn when it comes into view.

class Figure {
  constructor(spec, root) {
    this.spec = spec;
    this.root = root;
    this.chosen = spec.controls.map((c) => c.start);
    this.grid = element("div", "panels");
    this.grid.style.setProperty("--panel", `${Math.floor(1040 / spec.columns) - 26}px`);
    this.tools = element("div", "tools", root.querySelector("h4"), ...spec.controls.map((c, i) => (c.options.length > 1 ? this.control(c, i) : "")), this.downloads());
    const key = spec.series.length ? element("div", "key", ...spec.series.map(([label, name]) => this.keyEntry(label, name))) : "";
    const caption = root.querySelector("figcaption");
    for (const part of [this.tools, key, this.grid]) if (part) root.insertBefore(part, caption);
    this.visible = false;
    new ResizeObserver(() => this.paint()).observe(this.grid);
    this.build();
  }

  keyEntry(label, name) {
    const swatch = element("i");
    swatch.dataset.look = name;
    return element("span", "", swatch, label);
  }

  control(c, i) {
    const shown = element("output", "", c.options[c.start]);
    const choose = (k) => {
      this.chosen[i] = k;
      shown.textContent = c.options[k];
      this.build();
    };
    if (c.kind === "slider") {
      const slider = element("input");
      Object.assign(slider, { type: "range", min: 0, max: c.options.length - 1, value: c.start });
      slider.setAttribute("aria-label", c.label);
      slider.addEventListener("input", () => choose(Number(slider.value)));
      return element("label", "control", `${c.label} `, slider, shown);
    }
    const select = element("select", "", ...c.options.map((o) => element("option", "", o)));
    select.selectedIndex = c.start;
    select.addEventListener("change", () => choose(select.selectedIndex));
    return element("label", "control", `${c.label} `, select);
  }

  /** The panels of the chosen frame, with arrays in place of references. */
  build() {
    const frame = this.spec.frames[this.chosen.join(" ")] ?? [];
    const lines = frame.some((panel) => panel.subtitle); // then every panel has a line for it, so that they align
    this.panels = frame.map((panel) => {
      if (!lines) panel.subtitle = null;
      for (const mark of panel.marks) resolve(mark);
      return new Panel(panel, this.spec.height);
    });
    this.grid.replaceChildren(...this.panels.map((p) => p.root));
    this.paint();
  }

  paint() {
    delete this.root.dataset.drawn;
    if (!this.visible || !this.grid.clientWidth) return; // drawn when it comes into view
    for (const i of this.root.querySelectorAll("i[data-look]")) i.style.background = look(i.dataset.look);
    for (const panel of this.panels) panel.paint();
    this.root.dataset.drawn = "yes";
  }

  point() {
    if (this.visible) for (const panel of this.panels) panel.point();
  }

  downloads() {
    const button = (name, content, kind) => {
      const found = element("button", "", name);
      found.title = `Download this figure as ${name}`;
      found.addEventListener("click", () => download(`${this.spec.key}.${name.toLowerCase()}`, content(), kind));
      return found;
    };
    return element("span", "downloads", button("SVG", () => this.svg(), "image/svg+xml"), button("CSV", () => this.csv(), "text/csv"));
  }

  /** The panels as they stand, one picture. */
  svg() {
    const across = Math.min(this.spec.columns, this.panels.length) || 1;
    const width = Math.floor(1040 / across), row = this.spec.height + 26;
    const height = row * Math.ceil(this.panels.length / across);
    const parts = [];
    this.panels.forEach((panel, i) => {
      const pen = new SvgPen();
      const { title, subtitle } = panel.spec;
      pen.text(title, 8, 14, { fill: ink("ink"), size: 12, bold: true });
      if (subtitle) pen.text(subtitle, 12 + title.length * 7.4, 14, { fill: ink("soft"), size: 11 });
      pen.parts.push('<g transform="translate(0 20)">');
      panel.draw(pen, width - 10, this.spec.height);
      parts.push(`<g transform="translate(${(i % across) * width} ${Math.floor(i / across) * row})">${pen.parts.join("")}</g></g>`);
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${across * width}" height="${height}" font-family='${FONT}'><rect width="100%" height="100%" fill="${ink("paper")}"/>${parts.join("\n")}</svg>\n`;
  }

  /** What the panels show, a row a value. */
  csv() {
    const names = ["panel", "series", "run", "x", "y", "low", "high", "value"];
    const cell = (v) => (v === undefined || Number.isNaN(v) ? "" : /[",\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : v);
    const lines = [names.join(",")];
    for (const { spec } of this.panels)
      for (const mark of spec.marks)
        for (const row of MARKS[mark.kind].rows(mark))
          lines.push(names.map((n) => cell({ panel: spec.title, series: mark.label, ...row }[n])).join(","));
    return lines.join("\n") + "\n";
  }
}

/** Arrays in place of a mark's references, once. */
function resolve(mark) {
  if (mark.resolved) return;
  for (const [name, found] of Object.entries(mark)) if (found && found.ref) mark[name] = array(found.ref);
  mark.resolved = true;
}

function download(name, content, kind) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
