// Escape undoes the last filter on a page of linked charts, as the cross of its chip does; a dialog, a list that is open
// or a text being typed keeps Escape for itself.
(function () {
  "use strict";

  function taken(element) {
    return Boolean(document.querySelector(".modal.show, .dropdown-menu.show"))
      || Boolean(element && element.closest("input, textarea, select, [contenteditable], [aria-expanded='true']"));
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.defaultPrevented || taken(event.target)) { return; }
    if (!document.querySelector("[id*='\"type\":\"linked\"'], [id*='\"type\":\"segments\"']")) { return; }
    const crosses = document.querySelectorAll("#chips .k-chip");
    if (crosses.length) { crosses[crosses.length - 1].click(); }
  }, true);  // before a dialog that the key closes is gone
}());
