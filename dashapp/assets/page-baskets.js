// Baskets: Escape undoes the choice of a pair, as the button does; Enter and Space choose a row, as a click does.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    const button = document.getElementById("baskets-clear");
    if (event.key === "Escape" && button && !button.hidden) { button.click(); }
    const cell = event.target.closest && event.target.closest("#baskets-grid .ag-cell");
    if (cell && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); cell.click(); }
  });
}());
