"""The report to take away: one HTML file with everything in it, drawn by what draws the pages.

``python -m dashapp.report --log RUN_ID`` renders it and puts it beside the run's files in the store.
"""

from dashapp.report.html_file import file_name, report
from dashapp.report.later import log_later
from dashapp.report.route import register

__all__ = ["file_name", "log_later", "register", "report"]
