"""What ``make docs`` adds to MkDocs: the files at the root, the interface, links into the repository, a last check.

MkDocs calls the functions named ``on_...`` (its "hooks"), in their order here.
"""

from __future__ import annotations

import ast
import html
import posixpath
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
AT_THE_ROOT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
PACKAGES = ("korzina", "pipeline", "dashapp")
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")
_CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.MULTILINE | re.DOTALL)


@cache
def repository() -> str:
    """The address in ``[project.urls]``, empty until somebody has filled it in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project.get("urls", {}).get("Repository", "")).removesuffix(".git").rstrip("/")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the repository where it is known, and complete the navigation by what the folder holds."""
    config.repo_url = repository() or None
    docs = Path(config.docs_dir)
    for section in config.nav:
        for name, part in section.items():
            if isinstance(part, str) and part.endswith("/"):
                section[name] = [page.relative_to(docs).as_posix() for page in sorted((docs / part).glob("*.md"))]
    listed = set(_pages(config.nav))
    guides = next(section["Guides"] for section in config.nav if "Guides" in section)
    guides += [page.name for page in sorted(docs.glob("*.md")) if page.name not in listed]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the files that people look for at the root, and a page for each room with a face."""
    for source, name in AT_THE_ROOT.items():
        text = (ROOT / source).read_text("utf-8")
        files.append(File.generated(config, name, content=_moved(text, "", posixpath.dirname(name))))
    for room in rooms():
        content = f"# {room}\n\n::: {room}\n"
        files.append(File.generated(config, f"interface/{room}.md", content=content))
    listed = "\n".join(f"- [`{room}`]({room}.md): {_purpose(room)}" for room in rooms())
    opening = "What each room lets others use: the names in its `__all__`. The rest of a room is private.\n"
    files.append(File.generated(config, "interface/index.md", content=f"# Interface\n\n{opening}\n{listed}\n"))
    return files


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
    """Put the pages of the interface at the end of the navigation."""
    names = ["interface/index.md", *(f"interface/{room}.md" for room in rooms())]
    pages = [_page(files, config, name) for name in names]
    nav.items.append(Section("Interface", pages))
    nav.pages.extend(pages)
    return nav


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Lead links out of ``docs/`` to the page made from that file, or to the repository; one to nothing is an error."""
    if page.file.src_uri in AT_THE_ROOT.values() or page.file.src_uri.startswith("interface/"):
        return markdown
    return _moved(markdown, posixpath.dirname(f"docs/{page.file.src_uri}"), posixpath.dirname(page.file.src_uri))


def on_post_build(*, config: MkDocsConfig) -> None:
    """Raise where a finished page asks another host for something, or links to what is not there."""
    site = Path(config.site_dir)
    pages = {path: _Finished(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    wrong = [
        f"{path.relative_to(site)}: {fault}" for path, page in pages.items() for fault in _faults(path, page, pages)
    ]
    styles = [path for path in site.rglob("*.css") if re.search(r"url\(\s*['\"]?(https?:)?//", path.read_text("utf-8"))]
    wrong += [f"{path.relative_to(site)}: asks another host" for path in styles]
    if wrong:
        raise PluginError("The site is faulty:\n" + "\n".join(wrong))


def _pages(nav: Any) -> Iterator[str]:
    """Every page that a navigation names."""
    if isinstance(nav, str):
        yield nav
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from _pages(part)


def rooms() -> list[str]:
    """Packages that say with ``__all__`` what others may use, the door first, then in the order of their names."""
    found = []
    for package in PACKAGES:
        folders = [ROOT / package, *sorted(path.parent for path in (ROOT / package).glob("*/__init__.py"))]
        found += [folder for folder in folders if (folder / "__init__.py").is_file() and "__all__" in _names(folder)]
    return [".".join(folder.relative_to(ROOT).parts) for folder in found]


def _names(folder: Path) -> set[str]:
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _purpose(room: str) -> str:
    docstring = ast.get_docstring(ast.parse((ROOT / Path(*room.split(".")) / "__init__.py").read_text("utf-8")))
    return (docstring or "").split("\n\n")[0].replace("\n", " ")


def _moved(text: str, where: str, page: str) -> str:
    """``text`` of a file in the folder ``where`` of the repository, with its links as seen from a page in ``page``."""

    def lead(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        parts = urlsplit(target)
        if parts.scheme or not parts.path:
            return match[0]
        path = posixpath.normpath(posixpath.join(where, unquote(parts.path)))
        if not (ROOT / path).exists():
            raise PluginError(f"a link in {where or 'the root'} to {target}: there is no {path}")
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        if path in AT_THE_ROOT:
            return before + posixpath.relpath(AT_THE_ROOT[path], page or ".") + anchor + after
        if path.startswith("docs/") and (ROOT / path).is_file() and not path.endswith(".py"):
            return before + posixpath.relpath(path.removeprefix("docs/"), page or ".") + anchor + after
        if repository():
            return f"{before}{repository()}/blob/HEAD/{path}{anchor}{after}"
        label = before.lstrip("!")[1:-2]  # nowhere to lead to until the repository has an address: its name stays
        return label if "`" in label else f"{label} (`{path}`)"

    pieces = _CODE.split(text)
    return "".join(piece if number % 2 else _LINK.sub(lead, piece) for number, piece in enumerate(pieces))


def _page(files: Files, config: MkDocsConfig, name: str) -> Page:
    file = files.get_file_from_path(name)
    if file is None:
        raise PluginError(f"{name} was not made")
    title = "Overview" if name.endswith("index.md") else Path(name).name.removesuffix(".md")
    return file.page if isinstance(file.page, Page) else Page(title, file, config)


class _Finished(HTMLParser):
    """The ids of a page, the files it loads, and where it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if "src" in values:
            self.loads.append(values["src"])
        if "href" in values and tag == "link" and values.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(values["href"])
        elif "href" in values and tag == "a":
            self.links.append(values["href"])


def _faults(path: Path, page: _Finished, pages: dict[Path, _Finished]) -> list[str]:
    found = [f"asks another host for {address}" for address in page.loads if urlsplit(address).netloc]
    for address in [*page.links, *page.loads]:
        parts = urlsplit(html.unescape(address))
        if parts.scheme or parts.netloc or address.startswith("data:") or path.name == "404.html":
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists():
            found.append(f"{address} leads nowhere")
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids | {"__top"}:
            found.append(f"{address}: that page has no such place")
    return found
