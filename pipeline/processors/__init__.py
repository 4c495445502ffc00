"""Helper processes and threads: how many there are, and how work is shared among them."""

from pipeline.processors.limited_process import TooMuchError, limited
from pipeline.processors.memory import fitting_rows, free_memory, needed_memory
from pipeline.processors.parallel import Helper, keep_loaded, process_helper, share
from pipeline.processors.threads import THREADS, Pool, one_thread, pool

__all__ = [
    "THREADS",
    "Helper",
    "Pool",
    "TooMuchError",
    "fitting_rows",
    "free_memory",
    "keep_loaded",
    "limited",
    "needed_memory",
    "one_thread",
    "pool",
    "process_helper",
    "share",
]
