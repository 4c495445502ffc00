// Escape undoes the last filter on a page of linked charts, as the cross of its chip does; a dialog, a list that is open
// or a text being typed keeps Escape for itself.
(function () {
  "use strict";

  function taken(element) {
    return Boolean(document.querySelector(".modal.show, .dash-dropdown-content, .dropdown-menu.show"))
      || Boolean(element && element.closest("input, textarea, select, [contenteditable], [aria-expanded='true']"));
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.defaultPrevented || taken(event.target)) { return; }
    if (!document.querySelector("[id*='\"type\":\"linked\"']")) { return; }
    const crosses = document.querySelectorAll("#chips .k-chip");
    if (crosses.length) { crosses[crosses.length - 1].click(); }
  }, true);  // before a dialog that the key closes is gone
}());

// Dash puts an input before each list that hands the focus on to the list's button. Hidden from assistive software it
// must not be a stop of its own (WCAG 4.1.2, axe "aria-hidden-focus"); Tab reaches the button without it.
(function () {
  "use strict";
  function pass() {
    for (const one of document.querySelectorAll(".dash-dropdown-focus-target[tabindex='0']")) { one.tabIndex = -1; }
  }
  new MutationObserver(pass).observe(document.documentElement, { childList: true, subtree: true });
}());
