/* Draws duration (bars) and lateness (dots) of a schedule's latest runs from the table that stands below them, with the
   theme's Chart.js. What went wrong differs in its shape too, not in its colour alone. Without this script the table
   says the same. */

(() => {
  const section = document.querySelector("#run-chart");
  if (!section || !window.Chart) {
    return;
  }
  const canvas = section.querySelector("canvas");
  const language = document.documentElement.lang;
  const UNITS = [["second", 1, 120], ["minute", 60, 7200], ["hour", 3600, Infinity]];
  const SHAPES = { cross: "crossRot", triangle: "triangle", dash: "line" };

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* The oldest first, as a time line has it. */
  const read = () =>
    [...section.querySelectorAll("#run-chart-rows tr")].reverse().map((row) => ({
      ...row.dataset,
      seconds: row.dataset.seconds === "" ? null : Number(row.dataset.seconds),
      late: row.dataset.late === "" ? null : Number(row.dataset.late),
      said: [...row.cells].map((cell) => cell.textContent.trim()),
      address: row.querySelector("a").href,
    }));

  /* Diagonal strokes: a failed run's bar. */
  const hatched = (stroke) => {
    const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const pen = tile.getContext("2d");
    pen.strokeStyle = stroke;
    pen.lineWidth = 2.5;
    pen.beginPath();
    [-8, 0, 8].forEach((shift) => {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  };

  /* An axis in the unit that its longest span asks for. */
  const axis = (values, title, weight, isLowest) => {
    const most = Math.max(0, ...values.filter((value) => value !== null));
    const [unit, size] = UNITS.find(([, , below]) => most < below);
    const words = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
    // The end of the lower axis is the beginning of the upper one, which says it.
    const callback = (value, index, ticks) => (isLowest && index && index === ticks.length - 1 ? "" : words.format(value));
    return {
      size,
      options: {
        beginAtZero: true,
        suggestedMax: most ? (most / size) * 1.15 : 1,
        stack: "runs",
        stackWeight: weight,
        border: { color: colour("--sx-line-strong") },
        grid: { color: colour("--sx-line") },
        ticks: { color: colour("--sx-text"), maxTicksLimit: weight + 2, callback },
        title: { display: true, text: title, color: colour("--sx-text") },
      },
    };
  };

  const configuration = () => {
    const runs = read();
    const took = axis(runs.map((run) => run.seconds), section.dataset.took, 3, false);
    const late = axis(runs.map((run) => run.late), section.dataset.late, 2, true);
    const fill = (run) => colour(`--sx-fill-${run.tone}`);
    const scaled = (value, by) => (value === null ? null : value / by.size);
    return {
      data: {
        labels: runs.map((run) => run.said[0]),
        datasets: [
          {
            type: "bar",
            yAxisID: "took",
            data: runs.map((run) => scaled(run.seconds, took)),
            backgroundColor: runs.map((run) => (run.tone === "bad" ? hatched(fill(run)) : fill(run))),
            hoverBackgroundColor: runs.map(fill),
            borderColor: runs.map(fill),
            borderWidth: 1,
            maxBarThickness: 22,
          },
          {
            type: "line",
            yAxisID: "took",
            showLine: false,
            data: runs.map((run) => (run.shape ? (scaled(run.seconds, took) ?? 0) : null)),
            pointStyle: runs.map((run) => SHAPES[run.shape] ?? "circle"),
            pointBorderColor: runs.map(fill),
            pointHoverBorderColor: runs.map(fill),
            pointBackgroundColor: "transparent",
            pointBorderWidth: 2.5,
            pointRadius: 5,
            clip: false,
          },
          {
            type: "line",
            yAxisID: "late",
            showLine: false,
            data: runs.map((run) => scaled(run.late, late)),
            pointBackgroundColor: colour("--sx-faint"),
            pointBorderColor: colour("--sx-faint"),
            pointHoverBackgroundColor: colour("--sx-strong"),
            pointRadius: 2.5,
            clip: false,
          },
        ],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: (_event, hit) => hit.length && window.location.assign(runs[hit[0].index].address),
        plugins: {
          legend: { display: false },
          tooltip: {
            displayColors: false,
            filter: (item, index) => index === 0,
            callbacks: {
              label: ({ dataIndex }) => {
                const [, state, duration, lateness] = runs[dataIndex].said;
                return [state, `${section.dataset.took}: ${duration}`, `${section.dataset.late}: ${lateness}`];
              },
            },
          },
        },
        scales: {
          x: {
            border: { color: colour("--sx-line-strong") },
            grid: { display: false },
            ticks: { color: colour("--sx-text"), maxRotation: 0, autoSkipPadding: 24 },
          },
          // The first axis of a stack is the lowest.
          late: late.options,
          took: took.options,
        },
      },
    };
  };

  let chart = null;
  const draw = () => {
    chart?.destroy();
    chart = new window.Chart(canvas, configuration());
  };
  draw();

  // The theme was changed, or the page renewed its table.
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
  document.addEventListener("htmx:oobAfterSwap", (event) => event.detail.target.id === "run-chart-rows" && draw());
})();
