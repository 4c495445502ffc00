// Compare: a click on a segment or a stream of the lineage follows its customers both ways; the same click undoes it.
// A box over the blades selects customers on every page.
// What lies below the screen is asked for when it comes near: a store is told so once, and its callbacks then draw.
(function () {
  "use strict";
  const dash = window.dash_clientside = window.dash_clientside || {};
  const FAINT = 0.08, STRONG = 0.6;
  let followed = "";

  function reach(links, start, from, to) {  // nodes that streams lead to from ``start``, itself included
    const found = new Set([start]);
    for (let steps = 0; steps < links.source.length; steps++) {
      links[from].forEach((node, place) => { if (found.has(node)) { found.add(links[to][place]); } });
    }
    return found;
  }

  function opacity(colour, share) { return colour.replace(/,[^,]*\)$/, "," + share + ")"); }

  dash.korzina_compare = {
    follow: function (click, figure) {
      const point = click && click.points && click.points[0], trace = figure && figure.data && figure.data[0];
      if (!point || !trace || trace.type !== "sankey") { return dash.no_update; }
      const id = dash.callback_context.triggered[0].prop_id.split(".")[0];
      dash.set_props(id, { clickData: null });  // so that the same click is told again
      const links = trace.link, stream = point.depth === undefined && point.layer === undefined;
      const name = (stream ? "stream " : "segment ") + point.pointNumber, place = point.pointNumber;
      const undo = followed === name;
      followed = undo ? "" : name;
      const before = reach(links, stream ? links.source[place] : place, "target", "source");
      const after = reach(links, stream ? links.target[place] : place, "source", "target");
      const on = (one) => (stream && one === place)
        || before.has(links.target[one]) || after.has(links.source[one]);
      const colours = links.color.map((colour, one) => opacity(colour, undo ? 0.35 : on(one) ? STRONG : FAINT));
      return { ...figure, data: [{ ...trace, link: { ...links, color: colours } }] };
    },

    brush: function (drawn, figure) {  // a box over the blades: so sure, of the segments that it touches
      const box = drawn && drawn.range, blades = figure && figure.layout && figure.layout.meta;
      if (!box || !box.x || !Array.isArray(blades)) { return dash.no_update; }
      const bottom = Math.min(...box.y), top = Math.max(...box.y);
      const touched = blades.filter(([, from, to]) => from < top && bottom < to).map(([key]) => key);
      if (!touched.length) { return dash.no_update; }
      const segments = touched.length === blades.length ? [] : touched;
      return { brush: [{ dimension: "silhouette", xs: box.x }, { dimension: "segment", tokens: segments }],
               at: Date.now() };
    },
  };

  function see(place) {
    near.unobserve(place);
    dash.set_props(place.dataset.seen, { data: true });
  }

  const near = new IntersectionObserver((entries) => {
    for (const one of entries) { if (one.isIntersecting) { see(one.target); } }
  }, { rootMargin: "100px" });
  const watched = new WeakSet();
  new MutationObserver(function () {
    if (!document.querySelector(".js-plotly-plot")) { return; }  // until charts have their height all is near
    for (const place of document.querySelectorAll("[data-seen]")) {
      if (!watched.has(place)) { watched.add(place); near.observe(place); }
    }
  }).observe(document, { childList: true, subtree: true });
  window.addEventListener("beforeprint", () => document.querySelectorAll("[data-seen]").forEach(see));
}());
