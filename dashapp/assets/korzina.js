// What has to happen in the browser: light or dark before the first paint, and what a reader did to a chart, distilled
// to the few numbers that the server needs (never the points that an outline encloses).
(function () {
  "use strict";
  const KEY = "korzina-scheme";
  const root = document.documentElement;

  function remembered() {
    try { return window.localStorage.getItem(KEY); } catch (refused) { return null; }
  }

  function preferred() {
    const dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
    return remembered() || (dark ? "dark" : "light");
  }

  function show(scheme) {
    root.setAttribute("data-bs-theme", scheme);
    root.setAttribute("data-ag-theme-mode", scheme);  // AG Grid's own name for it
  }

  show(preferred());

  const phone = window.matchMedia("screen and (max-width: 40rem)");
  const tablet = window.matchMedia("screen and (max-width: 62rem)");

  function screen() { return phone.matches ? "phone" : tablet.matches ? "tablet" : "desk"; }  // widths as in korzina.css

  function eventOf(id, property, value, figure) {
    if (id.type === "reset") { return value ? { reset: true } : null; }
    if (id.type === "remove") { return value ? { dimension: id.dimension, remove: true } : null; }
    if (id.type === "chosen") { return chosen(id.dimension, value); }
    if (id.type === "pair") { return cell(value, figure); }
    if (id.type === "segments") { return segment(value, figure); }
    if (id.type === "toggle") { return value ? { dimension: id.dimension, token: id.token } : null; }
    if (property === "clickData") { return clicked(id, value, figure); }
    if (!value) { return null; }
    return drawn(id, value);
  }

  function chosen(dimension, value) {
    if (Array.isArray(value) && typeof value[0] === "number") { return { dimension: dimension, span: value }; }
    return { dimension: dimension, tokens: value || [] };
  }

  function cell(value, figure) {  // Dash does not pass the custom data of a heat map on
    const point = value && value.points && value.points[0];
    const row = point && figure && figure.data && figure.data[0].customdata[point.y];
    return row && row[point.x] ? { pair: row[point.x] } : null;
  }

  function segment(value, figure) {  // a trace of one segment names it, a trace of several lists them by mark or column
    const point = value && value.points && value.points[0];
    const trace = point && figure && figure.data && figure.data[point.curveNumber];
    const named = trace && trace.meta;
    const key = Array.isArray(named) ? named[trace.type === "heatmap" ? point.x : point.pointNumber] : named;
    return key ? { dimension: "segment", token: String(key) } : null;
  }

  function clicked(id, value, figure) {
    const point = value && value.points && value.points[0];
    if (!point) { return null; }
    const trace = figure && figure.data && figure.data[point.curveNumber];
    const token = point.customdata !== undefined ? point.customdata : trace && trace.meta;
    return token === undefined || token === null ? null : { dimension: id.chart, token: String(token) };
  }

  function drawn(id, value) {
    if (value.lassoPoints) {
      const axes = value.lassoPoints;
      return { dimension: id.chart, xs: axes.x, ys: axes.y || [] };
    }
    if (value.range && value.range.x) {
      const [left, right] = value.range.x;
      if (id.chart !== "map") { return { dimension: id.chart, xs: [left, right] }; }
      const [bottom, top] = value.range.y;
      return { dimension: id.chart, xs: [left, right, right, left], ys: [bottom, bottom, top, top] };
    }
    return null;
  }

  function sameKeys(one, other) {
    return JSON.stringify(one, Object.keys(one).sort()) === JSON.stringify(other, Object.keys(other).sort());
  }

  const dash = window.dash_clientside = window.dash_clientside || {};
  dash.korzina = {
    distil: function (clicks, selections, toggles, removes, resets, choices, pairs, segments, figures, chartIds,
                      pairFigures, segmentFigures, segmentIds) {
      const triggered = dash.callback_context.triggered;
      const figureOf = function (id) {
        if (id.type === "pair") { return pairFigures[0]; }
        const [ids, drawn] = id.type === "segments" ? [segmentIds, segmentFigures] : [chartIds, figures];
        return drawn[ids.findIndex((other) => sameKeys(other, id))];
      };
      for (const one of triggered || []) {
        const cut = one.prop_id.lastIndexOf(".");
        const id = JSON.parse(one.prop_id.slice(0, cut));
        const event = eventOf(id, one.prop_id.slice(cut + 1), one.value, figureOf(id));
        if (event) { return Object.assign(event, { at: Date.now() }); }
      }
      return dash.no_update;
    },

    navigate: function (search, pathname, hrefs) {
      const paths = hrefs.map((href) => href.split("?")[0]);
      return [
        paths.map((path) => path + (search || "")),
        paths.map((path) => "k-nav-link" + (path === pathname ? " active" : "")),
      ];
    },

    scheme: function (clicks) {
      let now = root.getAttribute("data-bs-theme") || preferred();
      if (clicks) {
        now = now === "dark" ? "light" : "dark";
        show(now);
        try { window.localStorage.setItem(KEY, now); } catch (refused) { /* a private window forgets */ }
      }
      return now;
    },

    screen: screen,
  };

  for (const query of [phone, tablet]) {
    query.addEventListener("change", () => dash.set_props("screen", { data: screen() }));
  }
}());

// ---- Segment: one link of the navigation stands for the pages of all segments
(function () {
  "use strict";
  const korzina = window.dash_clientside.korzina, navigate = korzina.navigate;
  korzina.navigate = function (search, pathname, hrefs) {
    const [links, names] = navigate(search, pathname, hrefs);
    const ofSegment = /\/segment\/[^\/?]*(\?|$)/;
    const first = hrefs.findIndex((href) => ofSegment.test(href));  // the header's own stands before the page's
    if (first >= 0 && ofSegment.test(pathname || "")) { names[first] = "k-nav-link active"; }
    return [links, names];
  };
}());
