// The reader's language: remembered in a cookie, since the server has to know it; then the page is loaded anew.
document.addEventListener("click", function (event) {
  "use strict";
  const button = event.target.closest(".k-language");
  if (!button) { return; }
  document.cookie = "korzina-language=" + button.lang + "; path=" + window.korzinaRoot + "; max-age=31536000; samesite=lax";
  window.location.reload();
});
