"""The programs that Korzina starts: dashboard, MLflow UI, the report's maker, and their supervisor."""

from pipeline.serving.programs import serve
from pipeline.serving.report_maker import ReportMaker

__all__ = ["ReportMaker", "serve"]
