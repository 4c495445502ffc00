"""Before every request: who may ask, and whether what is asked fits; on every answer: what a browser may run.

Roles come behind it (``access``): whoever passes here is a reader of this dashboard, whatever that reader may do.
"""

from dashapp.guard.binding import door, register
from dashapp.guard.failures import report

__all__ = ["door", "register", "report"]
