// From data to pixels: linear, logarithmic and named axes, with round ticks.

/** { map, within, invert, ticks: [[value, label]] } of an axis over pixels first..last; `most` ticks at most, about.
 * `within` puts at an end what is beyond it. */
function scale(axis, first, last, most) {
  const { low, high, log, linear } = axis; // linear: the width about 0 within which an asinh axis is so
  const from = log ? Math.log10 : linear ? (v) => Math.asinh(v / linear) : (v) => v;
  const a = from(low), width = from(high) - a || 1;
  const map = (v) => first + ((from(v) - a) / width) * (last - first);
  const within = (v) => Math.min(Math.max(map(v), Math.min(first, last)), Math.max(first, last));
  const invert = (p) => {
    const v = a + ((p - first) / (last - first)) * width;
    return log ? 10 ** v : linear ? linear * Math.sinh(v) : v;
  };
  const ticks = axis.names.length ? named(axis.names, most) : log ? decades(low, high, most) : linear ? signed(low, high, most) : round(low, high, most);
  return { map, within, invert, ticks };
}

function named(names, most) {
  const step = Math.ceil(names.length / Math.max(most, 1));
  return names.map((name, i) => [i, name]).filter(([i]) => i % step === 0);
}

function round(low, high, most) {
  const raw = (high - low) / Math.max(most, 1);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = unit * [1, 2, 5, 10].find((m) => m * unit >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const label = (v) => (decimals > 4 || step >= 1e5 ? format(v, 3) : v.toFixed(decimals).replace("-", "−"));
  return found.map((v) => [v, label(v)]);
}

function decades(low, high, most) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const within = (factors) => {
    const found = [];
    for (let k = first; k <= last; k++)
      for (const m of factors) if (m * 10 ** k >= low * 0.999 && m * 10 ** k <= high * 1.001) found.push(m * 10 ** k);
    return found;
  };
  let found = within([1]);
  if (found.length > most) found = found.filter((_, i) => i % Math.ceil(found.length / most) === 0);
  else if (found.length < 3) {
    found = [[1, 2, 5], [1, 3], [1]].map(within).find((f) => f.length <= most) ?? found;
    if (found.length < 2) return round(low, high, most);
  }
  return found.map((v) => [v, power(v)]);
}

/** 0 and decades on both sides of it. */
function signed(low, high, most) {
  const top = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const found = [[0, "0"]];
  for (let k = top; found.length + 2 <= Math.max(most, 3); k -= 2)
    for (const v of [10 ** k, -(10 ** k)]) if (v >= low && v <= high) found.push([v, (v < 0 ? "−" : "") + power(Math.abs(v))]);
    else if (k < top - 8) return found;
  return found;
}

/** Such as 0.01, 300, 10⁻⁶, 2·10⁻⁵. */
function power(v) {
  if (v >= 1e-3 && v < 1e4) return String(Number(v.toPrecision(4)));
  const exponent = Math.floor(Math.log10(v) + 1e-9);
  const raised = String(exponent).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  const factor = Number((v / 10 ** exponent).toPrecision(3));
  return factor === 1 ? `10${raised}` : `${factor}·10${raised}`;
}
