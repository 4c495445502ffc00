"""Take the pictures of every page: wide and phone, light and dark, and in Russian.

Run: ``KORZINA_HOME=mlruns python docs/screenshots/make.py`` after ``make demo`` and ``make test`` (Chromium is needed).
It serves the store that the settings name, and writes one WebP file a view beside itself.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from dashapp.i18n import COOKIE
from dashapp.pages import PAGES

HERE = Path(__file__).parent
VIEWS = {  # file ending -> width, scheme, language
    "wide-light": (1440, "light", "en"),
    "wide-dark": (1440, "dark", "en"),
    "phone-light": (390, "light", "en"),
    "phone-dark": (390, "dark", "en"),
    "wide-light-ru": (1440, "light", "ru"),
}
TALLEST = {1440: 1800, 390: 1688}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:dashapp.gunicorn_conf",
        "--bind",
        f"127.0.0.1:{port}",
        "dashapp.wsgi:server",
    ]
    server = subprocess.Popen(command, env={**os.environ, "KORZINA_PORT": str(port)})
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/readyz")
        with sync_playwright() as playwright:
            names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
            named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
            browser = playwright.chromium.launch(executable_path=named, args=FLAGS)
            for view in VIEWS:
                _take(browser, url, view)
    finally:
        server.terminate()
        server.wait()


def _take(browser: Browser, url: str, view: str) -> None:
    width, scheme, language = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies([{"name": COOKIE, "value": language, "url": url}])
    for name, path in ((known.name, known.path) for known in PAGES if not known.signed_in_only):
        page = context.new_page()
        page.goto(url + path)
        page.wait_for_load_state("networkidle")
        for down in range(0, TALLEST[width], 600):  # what is below is drawn when it comes near
            page.evaluate("(y) => window.scrollTo(0, y)", down)
            page.wait_for_timeout(250)
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2_000)  # charts come to rest
        shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        shot.crop((0, 0, shot.width, min(shot.height, TALLEST[width]))).save(HERE / f"{name}-{view}.webp", quality=78)
        page.close()
    context.close()


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the dashboard did not become ready: train and promote first (make demo)")


if __name__ == "__main__":
    main()
