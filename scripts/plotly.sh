#!/usr/bin/env bash
# Builds dashapp/plotly.min.js: plotly.js of the installed package's release with the traces that the dashboard draws.
# Usage: scripts/plotly.sh PYTHON. Needs Node 20 or newer with npm; the options of the build are those of plotly.js.
set -euo pipefail
traces="scatter bar heatmap sankey"
version=$("$1" -c 'from plotly.offline import get_plotlyjs_version as version; print(version())')
target=$(cd "$(dirname "$0")/../dashapp" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts "plotly.js@$version" esbuild@0.28 \
  esbuild-plugin-environment@0.5 esbuild-plugin-glsl@1.4 esbuild-plugin-inline-css@0.0.1 stream-browserify@3 buffer@6
cat >build.js <<'JS'
const [version, ...traces] = process.argv.slice(2);
const { writeFileSync } = require("fs");
const { environmentPlugin } = require("esbuild-plugin-environment");
const { glsl } = require("esbuild-plugin-glsl");
const inlineCss = require("esbuild-plugin-inline-css");
const extra = traces.filter((one) => one !== "scatter");  // every bundle draws it
writeFileSync("entry.js", `const Plotly = require("plotly.js/lib/core");
Plotly.register([${extra.map((one) => `require("plotly.js/lib/${one}")`)}]);
module.exports = Plotly;`);
require("esbuild").build({
  entryPoints: ["entry.js"], outfile: "plotly.min.js", bundle: true, minify: true, format: "iife", globalName: "Plotly",
  target: "es2020", legalComments: "eof", logLevel: "warning",
  banner: { js: `/*! plotly.js ${version} (MIT, see plotly.LICENSE.txt): ${traces.join(", ")} */` },
  plugins: [inlineCss(), glsl({ minify: true }), environmentPlugin({ NODE_DEBUG: false })],
  alias: { regl: "@plotly/regl", stream: "stream-browserify" }, define: { global: "window", "define.amd": "false" },
});
JS
node build.js "$version" $traces
cp plotly.min.js "$target/"
cp node_modules/plotly.js/LICENSE "$target/plotly.LICENSE.txt"
