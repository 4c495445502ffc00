"""The last values asked for, kept for whoever asks next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """At most so many values by key; which was not asked for the longest time goes first. For several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: K, make: Callable[[], V]) -> V:
        """The value of ``key``, made where it is not there; two who ask at once may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made

    def get(self, key: K) -> V | None:
        """What is kept of ``key``; nothing is made."""
        with self._lock:
            return self._values.get(key)

    def values(self) -> list[V]:
        """What is kept, the last asked for at the end."""
        with self._lock:
            return list(self._values.values())

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._values.clear()
