/* "Buka peta interaktif" on a figure: loads MapLibre from this site when asked, draws the figure's own points and areas.
   There is no base map and no other host. Without JavaScript there is no button; image and table hold the same. */
(() => {
  "use strict";
  const SHOWN = 10;
  const STEPS = ["#d5ebe5", "#8cc9ba", "#2f8673", "#0b4a3f"];
  let loading;

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const added = (tag, address, key) => new Promise((done, failed) => {
    tag[key] = address;
    tag.onload = done;
    tag.onerror = failed;
    document.head.append(tag);
  });

  /* Script and style, once for all figures of the page. */
  const load = (folder) => {
    const style = element("link");
    style.rel = "stylesheet";
    loading = loading || Promise.all([
      added(element("script"), folder + "maplibre-gl-csp.js", "src"),
      added(style, folder + "maplibre-gl.css", "href"),
    ]).then(() => maplibregl.setWorkerUrl(folder + "maplibre-gl-csp-worker.js"));
    return loading;
  };

  /* A collection of features; a refusal in words becomes the message. */
  const read = async (address) => {
    if (!address) return null;
    const answer = await fetch(address);
    const content = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(answer.status), { said: content.salah });
    return content;
  };

  const extent = (collections) => {
    const bounds = new maplibregl.LngLatBounds();
    const walk = (place) => (typeof place[0] === "number" ? bounds.extend(place) : place.forEach(walk));
    collections.forEach((found) => found && found.features.forEach((feature) => walk(feature.geometry.coordinates)));
    return bounds;
  };

  /* Colours of the page, so that the map follows the reader's colour scheme. */
  const look = (figure) => (name) => getComputedStyle(figure).getPropertyValue(name).trim();

  /* What a click found: name with the way to its rows, class, value. */
  const popup = (features) => {
    const box = element("div");
    const seen = new Set();
    features.forEach(({ properties }) => {
      const key = properties.alamat + properties.nama;
      if (seen.has(key) || seen.size === SHOWN) return;
      seen.add(key);
      const line = element("p"), name = element(properties.alamat ? "a" : "span", properties.nama);
      if (properties.alamat) name.href = properties.alamat;
      line.append(name, element("small", properties.golongan + (properties.tahun ? " · " + properties.tahun : "")), properties.nilai);
      box.append(line);
    });
    return box;
  };

  /* Numbers on clusters are drawn here: letters of a font server are not needed. */
  const numbers = (map, ink) => map.on("styleimagemissing", ({ id }) => {
    const text = id.replace("n-", ""), size = 64, canvas = element("canvas");
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    pen.fillStyle = ink;
    pen.font = "600 26px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, size / 2, size / 2);
    if (!map.hasImage(id)) map.addImage(id, pen.getImageData(0, 0, size, size), { pixelRatio: 2 });
  });

  const addAreas = (map, areas, colour, plain) => {
    map.addSource("wilayah", { type: "geojson", data: areas });
    const steps = ["match", ["get", "langkah"], ...STEPS.flatMap((fill, n) => [String(n), fill]), colour("--paper")];
    map.addLayer({ id: "wilayah", type: "fill", source: "wilayah", paint: { "fill-color": plain ? colour("--head") : steps } });
    map.addLayer({ id: "batas", type: "line", source: "wilayah", paint: { "line-color": colour("--soft"), "line-width": 1 } });
  };

  /* Lines of whole degrees over Indonesia, where there are no areas to tell where one is. */
  const addDegrees = (map, colour) => {
    const line = (...coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
    const features = [];
    for (let east = 94; east <= 142; east += 1) features.push(line([east, -12], [east, 7]));
    for (let north = -12; north <= 7; north += 1) features.push(line([94, north], [142, north]));
    map.addSource("derajat", { type: "geojson", data: { type: "FeatureCollection", features } });
    map.addLayer({ id: "derajat", type: "line", source: "derajat", paint: { "line-color": colour("--line"), "line-width": 1 } });
  };

  const addPoints = (map, points, colour) => {
    map.addSource("titik", { type: "geojson", data: points, cluster: true, clusterRadius: 40, clusterMaxZoom: 13 });
    const size = ["case", ["has", "point_count"], ["step", ["get", "point_count"], 13, 10, 16, 100, 20, 1000, 25], 6];
    map.addLayer({ id: "titik", type: "circle", source: "titik", paint: {
      "circle-color": colour("--c0"), "circle-radius": size, "circle-stroke-width": 1.5, "circle-stroke-color": colour("--paper"),
    } });
    map.addLayer({ id: "banyak", type: "symbol", source: "titik", filter: ["has", "point_count"], layout: {
      "icon-image": ["concat", "n-", ["to-string", ["get", "point_count_abbreviated"]]], "icon-allow-overlap": true,
    } });
    numbers(map, colour("--paper"));
  };

  const answer = (map, figure, kind, status) => {
    map.on("click", kind, async (event) => {
      const [first] = event.features;
      if (first.properties.cluster) {
        const zoom = await map.getSource("titik").getClusterExpansionZoom(first.properties.cluster_id);
        map.easeTo({ center: first.geometry.coordinates, zoom });
        return;
      }
      const place = first.geometry.type === "Point" ? first.geometry.coordinates : event.lngLat;
      new maplibregl.Popup({ maxWidth: "18rem" }).setLngLat(place).setDOMContent(popup(event.features)).addTo(map);
    });
    map.on("mousemove", kind, ({ features: [{ properties }] }) => {
      map.getCanvas().style.cursor = "pointer";
      if (properties.nama) status.textContent = properties.nama + ": " + properties.nilai;
    });
    map.on("mouseleave", kind, () => {
      map.getCanvas().style.cursor = "";
      status.textContent = figure.dataset.hint;
    });
  };

  const controls = (map, figure) => {
    const bar = element("div", "", "zoom"), status = element("p", figure.dataset.hint);
    [["in", () => map.zoomIn()], ["out", () => map.zoomOut()]].forEach(([key, act]) => {
      const button = element("button", figure.dataset[key]);
      button.type = "button";
      button.addEventListener("click", act);
      bar.append(button);
    });
    bar.append(status);
    return { bar, status };
  };

  const draw = async (figure, place) => {
    const [points, areas] = await Promise.all([read(figure.dataset.points), read(figure.dataset.borders), load(figure.dataset.vendor)]);
    const colour = look(figure), canvas = element("div", "", "canvas");
    place.append(...(figure.dataset.sample ? [element("p", figure.dataset.sample, "sample")] : []), canvas);
    const map = new maplibregl.Map({
      container: canvas,
      style: { version: 8, sources: {}, layers: [{ id: "dasar", type: "background", paint: { "background-color": colour("--paper") } }] },
      bounds: extent([points, areas]), fitBoundsOptions: { padding: 36, maxZoom: 13 },
      attributionControl: false, dragRotate: false, touchPitch: false, scrollZoom: false, maxZoom: 18,
      locale: { "Map.Title": figure.dataset.label, "Popup.Close": figure.dataset.popup },
    });
    await new Promise((done, failed) => map.once("load", done).once("error", ({ error }) => failed(error)));
    map.touchZoomRotate.disableRotation();
    const { bar, status } = controls(map, figure);
    place.append(bar);
    if (areas) addAreas(map, areas, colour, Boolean(points));
    else addDegrees(map, colour);
    if (points) addPoints(map, points, colour);
    answer(map, figure, points ? "titik" : "wilayah", status);
    map.once("idle", () => { place.dataset.ready = "1"; });
    figure.map = map;
  };

  const prepare = (figure) => {
    const button = element("button", figure.dataset.open), place = element("div", "", "live map");
    const images = figure.querySelectorAll("svg.chart");
    let drawn = false;
    place.hidden = true;
    button.type = "button";
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
        place.replaceChildren(element("p", fault.said || figure.dataset.fault, "fault"));
      }
      button.disabled = false;
    });
    figure.querySelector("figcaption").prepend(button);
    images[0].before(place);
  };

  document.querySelectorAll(".figure[data-map]").forEach(prepare);
})();
