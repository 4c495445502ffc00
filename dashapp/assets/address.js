// Where the dashboard is shown: "/" or the path that a proxy shows it under. Whoever opens it beside that path, straight
// at the server behind the proxy, is led there.
(function () {
  "use strict";
  const configuration = document.getElementById("_dash-config");
  const root = configuration ? JSON.parse(configuration.textContent).requests_pathname_prefix : "/";
  const place = window.location;
  window.korzinaRoot = root;
  if (!place.pathname.startsWith(root)) { place.replace(root.slice(0, -1) + place.pathname + place.search + place.hash); }
}());
