"""The pages of signing in and out: plain HTML in the house style, whose one script only turns them dark."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, make_response, render_template_string

from dashapp.charts import FONT_FILE
from dashapp.i18n import LANGUAGES, _, language
from dashapp.prefix import outer
from dashapp.reader import Reader

STYLES = ("bootstrap.min.css", "font.css", "korzina.css", "page-sign-in.css")
PUBLIC_ASSETS = frozenset({*STYLES, FONT_FILE})
SCRIPT = """(function () {
  "use strict";
  let chosen = null;
  try { chosen = window.localStorage.getItem("korzina-scheme"); } catch (error) { /* as the system has it */ }
  const dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", chosen || (dark ? "dark" : "light"));
}());
"""
_FRAME = """<!DOCTYPE html>
<html lang="{{ language }}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{ title }} · Korzina</title>
    <script src="{{ script }}"></script>
    {% for style in styles %}<link rel="stylesheet" href="{{ style }}">
    {% endfor %}
  </head>
  <body>
    <main class="k-door">
      <p class="k-brand"><span class="k-logo" aria-hidden="true">▚</span>Korzina</p>
      <div class="k-card">
        <h1>{{ title }}</h1>
        {{ content|safe }}
      </div>
      <nav class="k-door-foot" aria-label="{{ languages_label }}">
        {% for code, name in languages %}<a href="{{ here }}?language={{ code }}{{ wanted }}" lang="{{ code }}"
          {% if code == language %}aria-current="true"{% endif %}>{{ name }}</a>
        {% endfor %}
      </nav>
    </main>
  </body>
</html>"""
_FORM = """{% if problem %}<p class="k-message k-message-error" role="alert" id="problem">{{ problem }}</p>{% endif %}
<form method="post" action="{{ action }}">
  <input type="hidden" name="csrf" value="{{ csrf }}">
  <input type="hidden" name="next" value="{{ next }}">
  <label for="name">{{ name_label }}</label>
  <input class="form-control" id="name" name="name" value="{{ name }}" maxlength="100" autocomplete="username"
    autocapitalize="none" spellcheck="false" required {% if not name %}autofocus{% endif %}
    {% if problem %}aria-describedby="problem"{% endif %}>
  <label for="password">{{ password_label }}</label>
  <input class="form-control" id="password" name="password" type="password" maxlength="1024"
    autocomplete="current-password" required {% if name %}autofocus{% endif %}
    {% if problem %}aria-describedby="problem"{% endif %}>
  <button class="k-button k-button-main" type="submit">{{ button }}</button>
</form>
<p class="k-note">{{ note }}</p>"""
_LINK = """{% if problem %}<p class="k-message k-message-error" role="alert">{{ problem }}</p>{% endif %}
<p>{{ words }}</p>
<p><a class="k-button k-button-main" href="{{ start }}">{{ button }}</a></p>"""
_ACCOUNT = """<dl class="k-door-facts">
<dt>{{ name_label }}</dt><dd>{{ name }}</dd>
<dt>{{ role_label }}</dt><dd>{{ role }}</dd>
</dl>
<p>{{ words }}</p>
<form method="post" action="{{ action }}">
  <input type="hidden" name="csrf" value="{{ csrf }}">
  {% if can_leave %}<button class="k-button k-button-main" type="submit">{{ button }}</button>{% endif %}
  <a class="k-button" href="{{ back }}">{{ back_words }}</a>
</form>"""


def password_form(*, csrf: str, name: str = "", problem: str = "", after: str = "", status: int = 200) -> Response:
    """The form for a name and a password."""
    content = render_template_string(
        _FORM,
        action=outer("/sign-in"),
        csrf=csrf,
        name=name,
        next=after,
        problem=problem,
        name_label=_("Name"),
        password_label=_("Password"),
        button=_("Sign in"),
        note=_("Whoever runs this dashboard gives names and passwords."),
    )
    return _screen(_("Sign in"), "/sign-in", content, status, after=after)


def provider_link(*, provider: str, start: str, problem: str = "", status: int = 200) -> Response:
    """One button that leads to the provider."""
    content = render_template_string(
        _LINK,
        problem=problem,
        start=start,
        words=_("Your account is kept by {provider}.", provider=provider),
        button=_("Sign in there"),
    )
    return _screen(_("Sign in"), "/sign-in", content, status)


def account(who: Reader, *, csrf: str, can_leave: bool, forms: str = "") -> Response:
    """Who has signed in, what that role may, and the way out."""
    roles = {
        "viewer": (_("Viewer"), _("You see groups of ten customers and more.")),
        "marketer": (_("Marketer"), _("You see single customers too, and may take lists of them along.")),
        "analyst": (_("Analyst"), _("You may see, take along, upload and change everything.")),
    }
    role, words = roles[who.role or "viewer"]
    content = render_template_string(
        _ACCOUNT,
        action=outer("/sign-out"),
        csrf=csrf,
        name=who.name,
        role=role,
        words=words,
        can_leave=can_leave,
        back=outer("/"),
        name_label=_("Name"),
        role_label=_("Role"),
        button=_("Sign out"),
        back_words=_("Back to the dashboard"),
    )
    return _screen(_("Your account"), "/account", content, forms=forms)


def script() -> Response:
    """The script of these pages."""
    return Response(SCRIPT, mimetype="text/javascript")


def _screen(title: str, path: str, content: str, status: int = 200, forms: str = "", after: str = "") -> Response:
    page = render_template_string(
        _FRAME,
        title=title,
        content=content,
        language=language(),
        languages=LANGUAGES.items(),
        languages_label=_("Language"),
        here=outer(path),
        wanted=f"&{urlencode({'next': after})}" if after else "",
        script=outer("/sign-in.js"),
        styles=[outer(f"/assets/{style}") for style in STYLES],
    )
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        f"form-action 'self'{forms}; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
