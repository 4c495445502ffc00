// A chart is drawn when it comes near the screen, and again only while it is there: what nobody looks at costs nothing.
// Dash draws through ``Plotly.react``; here it is told at once that this is done, and the last figure waits for a reader.
(function () {
  "use strict";
  const NEAR = "300px", SOON = 2000;  // milliseconds
  const FACE = '12px "Korzina Sans"';  // names of axes are measured when a chart is drawn: in the face they are shown in
  const charts = new WeakMap();  // place of a chart -> whether it is near, the figure that waits, the listeners that wait
  let library, faced = false;

  function empty(figure) {  // the place holder before the server's first answer
    return !(figure.data || []).length && !((figure.layout || {}).annotations || []).length;
  }

  function listen(place) {  // Plotly gives a place its events with the first drawing, and Dash wants to bind them before
    const waiting = [];
    place.on = function (name, listener) { waiting.push([name, listener]); return place; };
    return waiting;
  }

  function draw(place) {
    const chart = charts.get(place), figure = chart.figure;
    if (!figure) { return Promise.resolve(place); }
    chart.figure = null;
    delete place.dataset.late;
    const done = chart.react(place, figure);
    chart.listeners.splice(0).forEach(([name, listener]) => place.on(name, listener));
    return done;
  }

  // a chart whose face does not come is drawn without it
  const face = document.fonts.load(FACE).catch(() => null).then(() => { faced = true; });

  function drawSoon(place) {  // what is on the screen at once, what is only near when the browser has a moment
    if (!faced) { return face.then(() => (charts.get(place).near ? drawSoon(place) : place)); }
    const box = place.getBoundingClientRect();
    if (box.bottom > 0 && box.top < window.innerHeight) { return draw(place); }
    const spare = window.requestIdleCallback || window.setTimeout;
    spare(() => { if (charts.get(place).near) { draw(place); } }, { timeout: SOON });
    return Promise.resolve(place);
  }

  const sight = new IntersectionObserver(function (entries) {
    for (const one of entries) {
      charts.get(one.target).near = one.isIntersecting;
      if (one.isIntersecting) { drawSoon(one.target); }
    }
  }, { rootMargin: NEAR });

  function later(react) {
    return function (place, figure, ...others) {
      if (others.length || !(place instanceof Element) || !figure || !figure.layout) {
        return react(place, figure, ...others);
      }
      if (!charts.has(place)) {
        charts.set(place, { react: react, listeners: place.on ? [] : listen(place), near: false, figure: null });
        sight.observe(place);
      }
      const chart = charts.get(place);
      if (empty(figure) && !place.data) { return Promise.resolve(place); }
      chart.figure = figure;
      place.dataset.late = "";
      return chart.near ? drawSoon(place) : Promise.resolve(place);
    };
  }

  Object.defineProperty(window, "Plotly", {
    configurable: true, get: () => library,
    set: function (found) {
      library = found;
      if (found && found.react) { found.react = later(found.react); }
    },
  });
  window.addEventListener("beforeprint", () => document.querySelectorAll("[data-late]").forEach(draw));
}());
