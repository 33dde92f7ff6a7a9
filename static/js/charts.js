// Draws every <canvas data-chart="id"> from the JSON script element of that id:
//   {"days": ["1 Nov", …], "metrics": [{"name", "label", "unit", "now": [{"value", "label"}…], "before": […] | null}]};
//   a unit is "count" or a currency.
// Values arrive as decimal strings with their written form; they become numbers here only to be drawn.
(() => {
  "use strict";
  const drawn = [];

  // Tokens are light-dark() pairs; a probe element tells which colour holds now.
  function token(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  function dataset(label, points, colour, dashed) {
    return {
      label,
      data: points.map((point) => (point === null ? null : Number(point.value))),
      written: points.map((point) => (point === null ? "" : point.label)),
      borderColor: colour,
      backgroundColor: colour,
      borderDash: dashed ? [5, 4] : [],
      borderWidth: dashed ? 1.5 : 2.25,
      pointRadius: points.length > 1 ? 0 : 4,
      pointHitRadius: 14,
      pointHoverRadius: 4,
      cubicInterpolationMode: "monotone",
    };
  }

  function configuration(source, metric) {
    const ink = token("--ink-faint");
    const grid = token("--grid");
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
    const datasets = [dataset(metric.label, metric.now, token("--series-1"), false)];
    if (metric.before) datasets.push(dataset(`${metric.label}, before`, metric.before, token("--series-before"), true));
    return {
      type: "line",
      data: { labels: source.days, datasets },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: {
            displayColors: false,
            callbacks: { label: (item) => `${item.dataset.label}: ${item.dataset.written[item.dataIndex]}` },
          },
        },
        scales: {
          x: {
            grid: { display: false },
            border: { color: grid },
            ticks: { color: ink, font, maxRotation: 0, autoSkipPadding: 18 },
          },
          y: {
            beginAtZero: true,
            grid: { color: grid },
            border: { display: false },
            title: { display: metric.unit !== "count", text: metric.unit, color: ink, font },
            ticks: { color: ink, font, maxTicksLimit: 5, precision: metric.unit === "count" ? 0 : undefined },
          },
        },
      },
    };
  }

  function draw(entry) {
    if (entry.chart) entry.chart.destroy();
    const metric = entry.source.metrics.find((candidate) => candidate.name === entry.metric) ?? entry.source.metrics[0];
    entry.canvas.setAttribute("aria-label", `${metric.label} over time; the same figures are in the table below`);
    entry.chart = new Chart(entry.canvas, configuration(entry.source, metric));
    for (const button of document.querySelectorAll(`[data-chart-metric][data-chart-of="${entry.id}"]`)) {
      button.setAttribute("aria-pressed", String(button.dataset.chartMetric === metric.name));
    }
  }

  function start() {
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      const source = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
      const entry = { canvas, source, id: canvas.dataset.chart, metric: source.metrics[0].name, chart: null };
      drawn.push(entry);
      draw(entry);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-metric]");
    if (!button) return;
    const entry = drawn.find((candidate) => candidate.id === button.dataset.chartOf);
    entry.metric = button.dataset.chartMetric;
    draw(entry);
  });
  document.addEventListener("themechange", () => drawn.forEach(draw));
  document.addEventListener("DOMContentLoaded", start);
})();
