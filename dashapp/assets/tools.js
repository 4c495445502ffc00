// The table under a chart, made when it is unfolded, and a chart's ways out of the page: as an image, which says which run it
// is from and under which filters, and that table as CSV, with the same account as a text file of its own. A cell that a
// spreadsheet would run as a formula is quoted (OWASP, CSV injection).
(function () {
  "use strict";

  function origin() {
    const page = document.querySelector("[data-run]");
    const chips = [...document.querySelectorAll(".k-chip")].map((chip) => chip.firstChild.textContent.trim());
    return page ? { ...page.dataset, filters: chips.join("; ") } : { filters: "" };
  }

  function fileName(about, title, ending) {
    const words = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
    return ["korzina", (about.run || "").slice(0, 8), words].filter(Boolean).join("-") + ending;
  }

  function save(url, name) {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
  }

  function wrapped(text, size, room) {  // lines within so many pixels, in letters of that size
    const lines = [""], pen = document.createElement("canvas").getContext("2d");
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    for (const word of text.split(" ")) {
      if (pen.measureText(lines.at(-1) + word).width > room) { lines.push(""); }
      lines[lines.length - 1] += word + " ";
    }
    return lines.map((line) => line.trim()).filter(Boolean);
  }

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  async function face() {  // the rule of assets/font.css with the face itself in it: an image loads nothing
    const sheets = [...document.styleSheets].filter((sheet) => (sheet.href || "").startsWith(window.location.origin));
    const rule = sheets.flatMap((sheet) => [...sheet.cssRules]).find((one) => one.type === CSSRule.FONT_FACE_RULE && one.cssText.includes("woff2"));
    const address = new URL(rule.style.getPropertyValue("src").match(/url\("?([^")]+)/)[1], rule.parentStyleSheet.href);
    const content = new Uint8Array(await (await fetch(address)).arrayBuffer());
    const data = btoa(Array.from(content, (byte) => String.fromCharCode(byte)).join(""));
    const { fontFamily, fontWeight } = rule.style;
    return `<style>@font-face{font-family:${fontFamily};font-weight:${fontWeight};src:url(data:font/woff2;base64,${data})}text{text-rendering:geometricPrecision}</style>`;
  }

  async function painted(address, width, height) {  // twice as many pixels, for sharp letters on any screen
    const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1)), image = new Image();
    image.src = "data:image/svg+xml," + encodeURIComponent(svg.replace(/(<svg[^>]*>)/, "$1" + await face()));
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  }

  async function asImage(card) {
    const plot = card.querySelector(".js-plotly-plot");
    if (!plot || !window.Plotly) { return; }
    const about = origin(), title = card.querySelector(".k-chart-title").textContent;
    const width = Math.max(plot.clientWidth, 640), style = getComputedStyle(document.body);
    const head = wrapped(title, 17, width - 32);
    const foot = wrapped([about.origin, about.filters].filter(Boolean).join(" · "), 11, width - 32);
    const margin = plot._fullLayout._size;  // as drawn, with room for what stands beside the axes
    const above = 24 + 22 * head.length, below = 16 + 16 * foot.length;
    const place = { xref: "paper", yref: "paper", x: 0, xanchor: "left", xshift: -margin.l, showarrow: false, align: "left" };
    const layout = {
      ...plot.layout, width, height: plot.clientHeight + above + below, autosize: false,
      paper_bgcolor: style.getPropertyValue("--k-surface").trim(),
      margin: { l: margin.l + 16, r: margin.r + 16, t: margin.t + above, b: margin.b + below },
      annotations: [
        ...(plot.layout.annotations || []),
        { ...place, y: 1, yanchor: "bottom", yshift: margin.t + 4, text: head.map(escaped).join("<br>"), font: { size: 17 } },
        { ...place, y: 0, yanchor: "top", yshift: -margin.b - 8, text: foot.map(escaped).join("<br>"), font: { size: 11 } },
      ],
    };
    const svg = await window.Plotly.toImage({ data: plot.data, layout }, { format: "svg", width, height: layout.height });
    save(await painted(svg, width, layout.height), fileName(about, title, ".png"));
  }

  function cell(text) {
    const plain = text.trim();
    const number = plain.replace(/[,\u00a0](?=\d{3}(\D|$))/g, "");
    if (/^-?\d+(\.\d+)?$/.test(number)) { return number; }
    // no formula for a spreadsheet: the rule of pipeline/contract/spreadsheets.py, again here since this file never
    // reaches the server
    const safe = /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  function words(place) {  // a symbol is told by the name beside it
    const said = place.cloneNode(true);
    said.querySelectorAll("[aria-hidden]").forEach((one) => one.remove());
    return said.textContent;
  }

  function written(lines, type, name) {
    const url = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: type + ";charset=utf-8" }));
    save(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  function asText(button) {  // the table with its header in the first line, or what it was taken from
    const table = button.closest(".k-details").querySelector("table"), about = origin();
    const title = table.caption ? table.caption.textContent : "";
    if (button.classList.contains("k-about")) {
      const account = [title, about.origin, about.filters].filter(Boolean);
      written(account, "text/plain", fileName(about, title, "-about.txt"));
    } else {
      const lines = [...table.rows].map((row) => [...row.cells].map(words).map(cell).join(","));
      written(lines, "text/csv", fileName(about, title, ".csv"));
    }
  }

  const unfolded = new Set();  // what a reader opened: Dash makes a table anew with its numbers, folded

  function unfold(details) {  // the server has escaped what it wrote
    const name = details.dataset.table;
    if (!name) { return; }
    unfolded[details.open ? "add" : "delete"](name);
    const place = details.querySelector("[data-folded]");  // none where its cells can be clicked
    if (details.open && place) { place.innerHTML = place.dataset.folded; }
  }

  function again(node) {
    if (!unfolded.size || !(node instanceof HTMLElement)) { return; }
    for (const details of [node, ...node.querySelectorAll("details")]) {
      if (unfolded.has(details.dataset.table)) { details.open = true; }
    }
  }

  document.addEventListener("toggle", (event) => unfold(event.target), { capture: true });
  new MutationObserver(function (changes) {
    for (const one of changes) {
      if (one.type === "attributes") { unfold(one.target.closest("details")); }
      one.addedNodes.forEach(again);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-folded"] });

  document.addEventListener("click", function (event) {
    const button = event.target.closest(".k-png, .k-csv");
    if (!button) { return; }
    if (button.classList.contains("k-png")) { asImage(button.closest(".k-chart")); } else { asText(button); }
  });
}());
