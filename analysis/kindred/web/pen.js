// Two pens with the same strokes: one draws on a canvas, one writes SVG for a file.

const FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';

class CanvasPen {
  constructor(canvas, width, height, ratio) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    this.context = canvas.getContext("2d");
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }
  path(points, { stroke, fill, width = 1, alpha = 1, dash = [] }) {
    const c = this.context;
    c.globalAlpha = alpha;
    c.beginPath();
    let down = false;
    for (const [x, y] of points) {
      const known = Number.isFinite(x) && Number.isFinite(y);
      if (known) down ? c.lineTo(x, y) : c.moveTo(x, y);
      down = known;
    }
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (stroke) { c.strokeStyle = stroke; c.lineWidth = width; c.lineJoin = "round"; c.setLineDash(dash); c.stroke(); }
    c.globalAlpha = 1;
  }
  dot(x, y, radius, fill, alpha = 1, edge = "") {
    const c = this.context;
    c.globalAlpha = alpha;
    c.fillStyle = fill;
    c.beginPath();
    c.arc(x, y, radius, 0, 6.2832);
    c.fill();
    if (edge) { c.strokeStyle = edge; c.lineWidth = 1.5; c.setLineDash([]); c.stroke(); }
    c.globalAlpha = 1;
  }
  rect(x, y, width, height, fill, alpha = 1) {
    this.context.globalAlpha = alpha;
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
    this.context.globalAlpha = 1;
  }
  text(words, x, y, { fill, size = 11, align = "start", turn = false, bold = false }) {
    const c = this.context;
    c.save();
    c.translate(x, y);
    if (turn) c.rotate(-Math.PI / 2);
    c.fillStyle = fill;
    c.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    c.textAlign = { start: "left", middle: "center", end: "right" }[align];
    c.fillText(words, 0, 0);
    c.restore();
  }
  image(canvas, x, y, width, height) {
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(canvas, x, y, width, height);
  }
  clip(x, y, width, height) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y, width, height);
    this.context.clip();
  }
  unclip() { this.context.restore(); }
}

const safe = (words) => String(words).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const at = (v) => Number(v.toFixed(2));

class SvgPen {
  static clips = 0;
  constructor() { this.parts = []; }
  path(points, { stroke = "none", fill = "none", width = 1, alpha = 1, dash = [] }) {
    let line = "", down = false;
    for (const [x, y] of points) {
      const known = Number.isFinite(x) && Number.isFinite(y);
      if (known) line += `${down ? "L" : "M"}${at(x)} ${at(y)}`;
      down = known;
    }
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    this.parts.push(`<path d="${line}" stroke="${stroke}" fill="${fill}" stroke-width="${width}" opacity="${alpha}"${dashes}/>`);
  }
  dot(x, y, radius, fill, alpha = 1) {
    this.parts.push(`<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}" opacity="${alpha}"/>`);
  }
  rect(x, y, width, height, fill, alpha = 1) {
    this.parts.push(`<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${fill}" opacity="${alpha}"/>`);
  }
  text(words, x, y, { fill, size = 11, align = "start", turn = false, bold = false }) {
    const turned = turn ? ` transform="rotate(-90 ${at(x)} ${at(y)})"` : "";
    this.parts.push(`<text x="${at(x)}" y="${at(y)}" fill="${fill}" font-size="${size}" text-anchor="${align}"${bold ? ' font-weight="600"' : ""}${turned}>${safe(words)}</text>`);
  }
  image(canvas, x, y, width, height) {
    this.parts.push(`<image x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${canvas.toDataURL()}"/>`);
  }
  clip(x, y, width, height) {
    const id = `clip${SvgPen.clips++}`;
    this.parts.push(`<clipPath id="${id}"><rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"/></clipPath><g clip-path="url(#${id})">`);
  }
  unclip() { this.parts.push("</g>"); }
}
