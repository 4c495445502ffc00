// On a narrow screen the pages fold behind a button; choosing one, Escape and the button itself fold them again.
(function () {
  "use strict";

  function fold(open) {
    const button = document.querySelector(".k-nav-button");
    if (button) { button.setAttribute("aria-expanded", String(open)); }
  }

  function isOpen() {
    const button = document.querySelector(".k-nav-button");
    return Boolean(button) && button.getAttribute("aria-expanded") === "true";
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest(".k-nav-button")) { fold(!isOpen()); } else if (isOpen()) { fold(false); }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !isOpen()) { return; }
    fold(false);
    document.querySelector(".k-nav-button").focus();
    event.stopImmediatePropagation();  // it closed the menu, and undoes no filter
  }, true);
}());
