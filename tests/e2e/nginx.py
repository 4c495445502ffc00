"""The real nginx in front of a dashboard, with a configuration of a test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_AROUND = """
{user}
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{servers}
}}
"""


def skip_without() -> None:
    """Skip the test where there is no nginx."""
    if NGINX is None:
        pytest.skip("nginx is not installed (Debian: apt install nginx-light)")


def start(folder: Path, servers: str) -> subprocess.Popen[bytes]:
    """Nginx with these ``server`` blocks; what it writes lies in ``folder``, which it may read as who runs the test."""
    assert NGINX is not None
    user = "user root;" if os.geteuid() == 0 else ""  # pytest's folders are closed to others
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(user=user, folder=folder, servers=servers))
    return subprocess.Popen([NGINX, "-e", str(folder / "error.log"), "-c", str(file), "-p", str(folder)])
