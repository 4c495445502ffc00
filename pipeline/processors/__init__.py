"""Helper processes and threads: how many there are, how work is shared among them, and folders that end with them."""

from pipeline.processors.limited_process import TooMuchError, limited
from pipeline.processors.memory import fitting_rows, free_memory, give_back, needed_for_text, needed_memory
from pipeline.processors.own_folders import OwnFolder, own_folder, remove_left
from pipeline.processors.parallel import Helper, early_helper, keep_loaded, process_helper
from pipeline.processors.sharing import SharedTasks, share
from pipeline.processors.threads import THREADS, Pool, one_thread, pool

__all__ = [
    "THREADS",
    "Helper",
    "OwnFolder",
    "Pool",
    "SharedTasks",
    "TooMuchError",
    "early_helper",
    "fitting_rows",
    "free_memory",
    "give_back",
    "keep_loaded",
    "limited",
    "needed_for_text",
    "needed_memory",
    "one_thread",
    "own_folder",
    "pool",
    "process_helper",
    "remove_left",
    "share",
]
