/* "Interaktif" on a figure: loads Vega from this site when asked, draws the figure's own specification, and back again.
   Without JavaScript there is no button; the image, its files and its table need none. */
(() => {
  "use strict";
  const FILES = ["vega.min.js", "vega-lite.min.js", "vega-interpreter.min.js"];
  const NUMBERS = {
    id: { decimal: ",", thousands: ".", grouping: [3], currency: ["Rp", ""] },
    en: { decimal: ".", thousands: ",", grouping: [3], currency: ["Rp", ""] },
  };
  let loading;

  const script = (address) => new Promise((done, failed) => {
    const tag = document.createElement("script");
    tag.src = address;
    tag.onload = done;
    tag.onerror = failed;
    document.head.append(tag);
  });

  /* The three files in their order, once for all figures of the page. */
  const load = (folder) => {
    loading = loading || FILES.reduce((before, name) => before.then(() => script(folder + name)), Promise.resolve());
    return loading;
  };

  /* Colours and letters of the page, so that the chart follows the reader's colour scheme. */
  const look = (figure) => {
    const value = (name) => getComputedStyle(figure).getPropertyValue(name).trim();
    const ink = value("--ink"), soft = value("--soft"), line = value("--line");
    const text = { labelColor: ink, titleColor: soft, gridColor: line, domainColor: soft, tickColor: soft, labelLimit: 150 };
    return {
      background: null,
      font: getComputedStyle(figure).fontFamily,
      axis: text,
      legend: { labelColor: ink, titleColor: soft, orient: "bottom", columns: 2 },
      title: { color: ink, subtitleColor: soft, anchor: "start", limit: figure.clientWidth - 32 },
      view: { stroke: null },
      range: { category: Array.from({ length: 8 }, (_, n) => value("--c" + n)) },
      mark: { color: value("--c0"), tooltip: true },
    };
  };

  const draw = async (figure, place) => {
    await load(figure.dataset.vendor);
    const answer = await fetch(figure.dataset.spec);
    if (!answer.ok) throw new Error(answer.status);
    const spec = await answer.json();
    const sized = { ...spec, width: Math.max(200, figure.clientWidth - 32), autosize: { type: "fit", contains: "padding" } };
    const compiled = vegaLite.compile({ ...sized, config: look(figure) }).spec;
    const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
      expr: vega.expressionInterpreter,
      renderer: "canvas",
      container: place,
      locale: { number: NUMBERS[document.documentElement.lang] || NUMBERS.id },
    });
    await view.runAsync();
  };

  const prepare = (figure) => {
    const button = document.createElement("button"), place = document.createElement("div");
    const images = figure.querySelectorAll("svg.chart");
    let drawn = false;
    place.className = "live";
    place.hidden = true;
    button.type = "button";
    button.textContent = figure.dataset.open;
    button.addEventListener("click", async () => {
      const open = place.hidden;
      button.disabled = true;
      place.hidden = !open;
      try {
        if (open && !drawn) await draw(figure, place);
        drawn = true;
        images.forEach((image) => image.classList.toggle("away", open));
        button.textContent = open ? figure.dataset.close : figure.dataset.open;
      } catch (fault) {
        place.textContent = figure.dataset.fault;
      }
      button.disabled = false;
    });
    figure.querySelector("figcaption").prepend(button, " ");
    images[0].before(place);
  };

  document.querySelectorAll(".figure[data-spec]").forEach(prepare);
})();
