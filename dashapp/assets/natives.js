// Puts back the browser's own functions that Dash's polyfill has replaced (see _NATIVES in app.py).
for (const [owner, name, own] of window.korzinaNatives || []) {
  Object.defineProperty(owner, name, { value: own, writable: true, configurable: true, enumerable: false });
}
