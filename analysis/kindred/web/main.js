// Puts the page together: the bar, the figures, and who redraws when something changes.

const figures = page.figures.map((spec) => new Figure(spec, document.getElementById(`plot-${spec.key}`)));

const watch = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const figure = figures.find((f) => f.root === entry.target);
      figure.visible = entry.isIntersecting;
      if (figure.visible) figure.paint();
    }
  },
  { rootMargin: "300px" }
);
for (const figure of figures) watch.observe(figure.root);

/** Parts of one cohort are shown when it is the chosen one. */
function showCohort() {
  for (const part of document.querySelectorAll("[data-cohort]")) part.hidden = part.dataset.cohort !== state.cohort;
}

function switchTheme() {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  changed("colour");
}

if (RUNS) {
  const theme = element("button", "", "◐");
  theme.title = "Light or dark";
  theme.setAttribute("aria-label", "Light or dark");
  theme.addEventListener("click", switchTheme);
  const cohort = choice("Cohort", page.cohorts.map((c) => [c, c]), state.cohort, (name) => {
    state.cohort = name;
    changed("cohort");
  });
  const colour = choice("Colour", page.runs.colours.map((n) => [n, columns.get(n).label]), state.colour, (name) => {
    state.colour = name;
    changed("colour");
  });
  bar.append(...(page.cohorts.length > 1 ? [cohort] : []), colour, key, conditions(), chips, count, theme);
}

listen((what) => {
  if (what === "cohort") showCohort();
  if (what === "colour") key.replaceChildren(...keyOf(state.colour));
  if (what === "selection") drawChips(), drawList();
  for (const figure of figures) what === "hover" ? figure.point() : figure.paint();
});
themed.addEventListener("change", () => changed("colour"));
document.addEventListener("keydown", (event) => event.key === "Escape" && brush([]));
for (const [name, on] of [["beforeprint", true], ["afterprint", false]])
  window.addEventListener(name, () => {
    printing = on;
    for (const figure of figures) {
      const before = figure.visible;
      figure.visible = true;
      figure.paint();
      figure.visible = before || !on;
    }
  });
showCohort();
key.replaceChildren(...keyOf(state.colour));
drawChips();
drawList();
document.documentElement.dataset.ready = "yes";
