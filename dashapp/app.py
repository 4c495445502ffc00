"""``create_app(data) -> Dash``: pages and callbacks put together. No I/O, no environment."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dash
from dash import Dash, set_props
from flask import Response, request

from dashapp import access, callbacks, charts, frame, guard, ids, observing, report, routes
from dashapp.data import SegmentationData
from dashapp.frame import Page
from dashapp.i18n import COOKIE, LANGUAGES, _, explained, language, speak
from dashapp.pages import PAGES
from dashapp.prefix import UnderPrefix, add_slash, inner
from dashapp.widgets import message
from pipeline.errors import KorzinaError

_log = logging.getLogger(__name__)
_ANY_PATH = "/<path:path>"  # Dash's rule for all that no other takes
_NO_PAGE = "/"  # what no page's path is once its own slashes are taken away
_GZIP_LEVEL = 5  # of 9: charts take a quarter less time than at Flask-Compress's 6, for one byte more in a hundred
_INDEX = """<!DOCTYPE html>
<html lang="{%lang%}">
  <head>
    {%metas%}
    <title>{%title%}</title>
    {%favicon%}
    <link rel="preload" as="font" type="font/woff2" crossorigin href="{%font%}">
    {%css%}
    <link rel="prefetch" as="script" href="{%plotly%}">
    <script>{%natives%}</script>
  </head>
  <body>
    {%app_entry%}
    {%config%}
    {%scripts%}
    {%renderer%}
  </body>
</html>"""
# Dash's polyfill of 2020 takes the browser's own for faulty and puts slow ones in their place, which Plotly calls for
# every point. The browser's are held here before it runs, and put back by assets/natives.js after it.
_NATIVES = """window.korzinaNatives = [[window, "parseFloat"], [window, "parseInt"], [Number, "parseFloat"],
      [Number, "parseInt"], [String.prototype, "trim"], [String.prototype, "trimStart"], [String.prototype, "trimEnd"]]
      .map(([owner, name]) => [owner, name, owner[name]]);"""


class _Dashboard(Dash):
    """Dash, whose page says in which language it is written."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # Dash passes keywords only
        """The page around the app; Plotly, most of what is loaded, is on its way before the first chart asks for it."""
        page = str(super().interpolate_index(**parts))  # type: ignore[no-untyped-call]
        plotly = str(self.get_relative_path(routes.PLOTLY_PATH))  # type: ignore[no-untyped-call]
        page = page.replace("{%lang%}", language()).replace("{%font%}", self.get_asset_url(charts.FONT_FILE))
        return page.replace("{%plotly%}", plotly).replace("{%natives%}", _NATIVES)

    def strip_relative_path(self, path: str) -> str:
        """The page that an address names, for Dash's router, which fails on one beside the prefix: no page is there."""
        return inner(path).strip("/") if inner(path) else _NO_PAGE


def create_app(data: SegmentationData, pages: Sequence[Page] = PAGES) -> Dash:
    """The dashboard over ``data`` with ``pages``; one a process, since Dash's registry of pages is global."""
    data = access.ReadersData(data)
    data.reserve(frame.own_parameters(pages))
    prefix = data.settings.url_prefix
    app = _Dashboard(
        "dashapp",
        title="Korzina",
        update_title="",
        use_pages=True,
        pages_folder="",
        serve_locally=True,
        suppress_callback_exceptions=False,
        compress=True,
        include_pages_meta=False,
        index_string=_INDEX,
        requests_pathname_prefix=f"{prefix}/",
        routes_pathname_prefix="/",
        assets_folder=str(Path(__file__).parent / "assets"),
        on_error=_show_error,
        enable_mcp=False,
        csrf_token_name=access.CSRF_COOKIE,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
        ],
    )
    app.server.config["COMPRESS_LEVEL"] = _GZIP_LEVEL
    rights = access.Rights()
    for page in (*pages, frame.not_found(pages)):
        dash.register_page(  # type: ignore[no-untyped-call]
            f"dashapp.pages.{page.name}",
            path=page.path,
            path_template=page.template or None,
            name=page.label,
            title=partial(_page_title, page.label),
            layout=partial(page.drawn, data),
        )
        before = set(app.callback_map)
        page.register(app, data)
        rights = rights.with_page(page.name, page.rights, app.callback_map.keys() - before)
    app.layout = partial(frame.around, pages)  # asked for anew by every reader, each in a language
    observing.watch(app.server, log=data.settings.access_log)
    app.server.after_request(partial(_say_unknown, pages))
    callbacks.register(app, data, pages)
    routes.register(app.server, data, [page.path for page in pages if page.template])
    report.register(app.server, data)
    access.register(app.server, data.settings, rights)  # before a body is judged: who is nobody learns nothing by it
    guard.register(app, _NATIVES)
    # behind the request's id and before Dash's own: refusals too have a number, and are in the reader's language
    app.server.before_request_funcs[None][1:1] = [_listen, guard.door(data.settings)]
    if prefix:
        app.server.before_request(add_slash)
        app.server.wsgi_app = UnderPrefix(app.server.wsgi_app, prefix)
    return app


def _page_title(label: str, **_address: object) -> str:
    return f"{_(label)} · Korzina"


def _listen() -> None:
    """The language that this reader chose, else the one that the browser prefers."""
    speak(request.cookies.get(COOKIE) or request.accept_languages.best_match(list(LANGUAGES)))


def _say_unknown(pages: Sequence[Page], answer: Response) -> Response:
    """404 for an address of no page, for whoever reads the status: Dash answers every one with the empty screen.

    What leads elsewhere stays so: who has not signed in is led to that first, as from every address.
    """
    asked = request.url_rule.rule if request.url_rule else ""
    if answer.status_code == 200 and asked == _ANY_PATH and not any(page.stands_at(request.path) for page in pages):
        answer.status_code = 404
    return answer


def _show_error(error: Exception) -> None:
    """An error in a callback, told on the page in words; the details go to the log."""
    if isinstance(error, KorzinaError):
        _log.warning("a callback could not answer: %s", error)
        words = explained(error)
    else:
        guard.report(error, "a callback")
        words = _("The details are in the log of the server. Reload the page; if it happens again, report it.")
    set_props(ids.PROBLEM, {"children": message(_("This could not be shown."), words, tone="error", dismiss=True)})
