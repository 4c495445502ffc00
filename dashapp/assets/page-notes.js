// A segment has another name now: everything on the page that says it is drawn anew.
(function () {
  "use strict";
  const dash = window.dash_clientside = window.dash_clientside || {};
  dash.korzina_notes = {
    reload: function (renamed) {
      if (renamed) { window.location.reload(); }
      return dash.no_update;
    },
  };
}());
