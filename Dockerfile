# The dashboard, the command line and the MLflow UI in one image; compose.yaml runs them with a database.
# `make packaging` follows this file step by step in an empty Debian where no container engine is, and tries the result.

FROM debian:trixie-slim AS build
# hadolint ignore=DL3008  # Debian keeps one version of a package, the one without known holes
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
 && python3 -m venv /opt/korzina
ENV PATH=/opt/korzina/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
# what Korzina needs comes first, with nothing in its packages: this layer stays while only the code changes
COPY pyproject.toml requirements.lock README.md LICENSE Procfile .env.example ./
COPY docs/spec.md docs/
RUN mkdir pipeline \
 && echo '__version__ = "0"' > pipeline/__init__.py \
 && pip install --constraint requirements.lock ".[demo,postgres]"
COPY pipeline pipeline
COPY dashapp dashapp
COPY korzina korzina
RUN rm -rf build \
 && pip install --no-deps --force-reinstall . \
 && pip uninstall --yes pip

FROM debian:trixie-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt \
 && useradd --system --user-group --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin korzina
COPY --from=build /opt/korzina /opt/korzina
# what is trained is in /data; the dashboard listens to the container's network, so it starts only where somebody signs readers in
# (KORZINA_AUTH=proxy, as compose.yaml sets it up)
ENV PATH=/opt/korzina/bin:$PATH \
    KORZINA_HOME=/data KORZINA_HOST=0.0.0.0 KORZINA_PORT=8050 \
    MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
    MPLCONFIGDIR=/tmp/matplotlib PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["python3", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['KORZINA_PORT']}/healthz\", timeout=4)"]
CMD ["gunicorn", "--config", "python:dashapp.gunicorn_conf", "dashapp.wsgi:server"]
