// Baskets: a phone's map has fewer items. Escape undoes the choice of a pair, as the button does; Enter and Space choose a
// row, as a click does.
(function () {
  "use strict";
  const dash = window.dash_clientside = window.dash_clientside || {};
  const phone = window.matchMedia("(max-width: 40rem)");  // as in page-baskets.css

  dash.korzina_baskets = { narrow: () => phone.matches };
  phone.addEventListener("change", function () {
    if (document.getElementById("baskets-heat")) { dash.set_props("baskets-narrow", { data: phone.matches }); }
  });

  document.addEventListener("keydown", function (event) {
    const button = document.getElementById("baskets-clear");
    if (event.key === "Escape" && button && !button.hidden) { button.click(); }
    const cell = event.target.closest && event.target.closest("#baskets-grid .ag-cell");
    if (cell && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); cell.click(); }
  });
}());
