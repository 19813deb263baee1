// Colours: of the theme, of groups and categories, of numbers. Pairs are [on light, on dark].

const themed = matchMedia("(prefers-color-scheme: dark)");
let printing = false;
const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return !printing && (chosen ? chosen === "dark" : themed.matches);
};
const shade = (pair) => pair[dark() ? 1 : 0];
const ink = (name) => shade(page.palette.inks[name]);
/** The colour of a series: a group's name, or the number of a category. */
const look = (name) => shade(page.palette.groups[name] ?? category(name));
const category = (i) => page.palette.categories[i % page.palette.categories.length];

const RAMPS = Object.fromEntries(
  Object.entries(page.palette.ramps).map(([name, stops]) => {
    const parts = stops.map((s) => [1, 3, 5].map((i) => parseInt(s.slice(i, i + 2), 16)));
    const colours = Array.from({ length: 255 }, (_, i) => {
      const place = (i / 254) * (parts.length - 1);
      const low = Math.min(Math.floor(place), parts.length - 2);
      return parts[low].map((v, k) => Math.round(v + (parts[low + 1][k] - v) * (place - low)));
    });
    return [name, colours];
  })
);
/** The 255 colours of a ramp; the diverging one has its middle in the page's own shade. */
const ramp = (name) => RAMPS[name === "diverging" && dark() ? "diverging_dark" : name];
const css = ([r, g, b]) => `rgb(${r},${g},${b})`;

/** The key of a column's colours: its values, or a band from the least to the largest. */
function keyOf(name) {
  const { entries, range } = colouring(name);
  const swatch = (label, colour) => {
    const i = element("i");
    i.style.background = colour;
    return element("span", "", i, label);
  };
  if (!range) return entries.slice(0, 12).map(([label, colour]) => swatch(label, colour));
  const band = element("i", "band");
  band.style.background = `linear-gradient(90deg, ${[0, 64, 127, 190, 254].map((i) => css(ramp("sequential")[i]))})`;
  return [element("span", "", format(range[0], 3), band, format(range[1], 3))];
}

const known = new Map(); // colourings by column and theme
/** Colours of runs by a column: { of(run), entries: [[label, colour]], range: [low, high] or null }. */
function colouring(name) {
  const key = `${name} ${dark()}`;
  if (!known.has(key)) known.set(key, columns.has(name) ? byColumn(columns.get(name)) : plain());
  return known.get(key);
}
const plain = () => ({ of: () => look("all"), entries: [], range: null });

function byColumn(column) {
  if (column.names) {
    const colours = column.names.map((name, i) => (name in page.palette.groups ? look(name) : look(i)));
    const entries = column.names.map((name, i) => [name || "–", colours[i]]);
    return { of: (run) => colours[column.values[run]], entries, range: null };
  }
  let low = Infinity, high = -Infinity;
  for (const v of column.values) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  if (!(high > low)) return plain();
  const log = low > 0 && high > 30 * low;
  const place = log ? (v) => Math.log(v / low) / Math.log(high / low) : (v) => (v - low) / (high - low);
  const shades = ramp("sequential").map(css);
  const of = (run) => {
    const v = column.values[run];
    return Number.isFinite(v) ? shades[Math.round(place(v) * 254)] : look("all");
  };
  return { of, entries: [], range: [low, high] };
}
