#!/usr/bin/env bash
# The store's tests on each MLflow that is supported, in an environment of its own: .venv-mlflow/VERSION.
# Usage: scripts/mlflow-versions.sh PYTHON [VERSION ...], where PYTHON has uv.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
shift
versions=("$@")
[ ${#versions[@]} -gt 0 ] || versions=(3.15.2 3.17.2)
store=(tests/test_store_0_1.py tests/pipeline/test_entrance.py tests/pipeline/test_store*.py)
failed=0

for version in "${versions[@]}"; do
  home=.venv-mlflow/$version
  [ -x "$home/bin/python" ] || "$python" -m venv --without-pip "$home"
  # what other packages ask of each other is as locked, but for what MLflow itself asks for; pandas is Korzina's own
  grep -Ev "^ |^#|^(mlflow|cryptography|starlette|fastapi|uvicorn|packaging|protobuf|opentelemetry)" requirements.lock > "$home/constraints.txt"
  echo "pandas>=3.1,<4" > "$home/overrides.txt"
  "$python" -m uv pip install --quiet --python "$home/bin/python" --constraint "$home/constraints.txt" \
    --override "$home/overrides.txt" "mlflow==$version" --editable ".[test]"
  echo "MLflow $version"
  "$home/bin/python" -m pytest --quiet --numprocesses 2 --dist loadfile "${store[@]}" || failed=1
done
exit $failed
