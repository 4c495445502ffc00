// The Score page in the browser: a file over the limit is refused before it is read, and the result, which only this tab
// holds, becomes a file.
(function () {
  "use strict";
  const dash = window.dash_clientside = window.dash_clientside || {};
  dash.korzina_score = {
    download: function (_csv, _xlsx, _txt, files) {  // of the form whose button was clicked (``ids.taking``)
      const clicked = dash.callback_context.triggered_id || "";
      const form = clicked.endsWith("-xlsx") ? "xlsx" : clicked.endsWith("-txt") ? "txt" : "csv";
      return clicked && files && files[form] ? files[form] : dash.no_update;
    },
  };

  function refuse(event) {
    const place = event.target.closest && event.target.closest("[data-most-bytes]");
    if (!place) { return; }
    const files = (event.dataTransfer || event.target).files || [];
    const large = [...files].some((file) => file.size > Number(place.dataset.mostBytes));
    dash.set_props("score-too-large", { hidden: !large });
    if (large) {
      event.preventDefault();
      event.stopPropagation();
      if (event.target.value) { event.target.value = ""; }  // the same file may be chosen again
    }
  }

  // the button is what a keyboard reaches and a screen reader names; Dash gives its own field neither name nor sight
  function name() {
    for (const field of document.querySelectorAll("[data-most-bytes] input[type=file]:not([aria-label])")) {
      field.setAttribute("aria-label", field.closest("[data-most-bytes]").dataset.label);
      field.tabIndex = -1;
    }
  }

  document.addEventListener("change", refuse, true);
  document.addEventListener("drop", refuse, true);
  new MutationObserver(name).observe(document, { childList: true, subtree: true });
})();
