"""How often one network address may look something up: a bucket that refills, in memory, without a statement.

What is guessed wrong (an unknown code, another NISN) is counted besides in the database, where it survives a restart.
"""

import threading

from assessor_registry import clock
from assessor_registry.accounts.rules import of_address
from assessor_registry.errors import TooMany

MOST_KEPT = 10_000


class Limiter:
    """At most `burst` look-ups at once, then `per_minute` of them in a minute, for each address."""

    def __init__(self, *, burst: int, per_minute: int) -> None:
        self._burst = float(burst)
        self._rate = per_minute / 60
        self._kept: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """Count one look-up.

        Raises:
            TooMany: `web.too_many` with `wait_seconds`.
        """
        name, now = of_address(address).name, clock.monotonic()
        with self._lock:
            left, seen = self._kept.get(name, (self._burst, now))
            left = min(self._burst, left + (now - seen) * self._rate)
            if left < 1:
                raise TooMany("web.too_many", wait_seconds=max(1, round((1 - left) / self._rate)))
            if len(self._kept) >= MOST_KEPT and name not in self._kept:
                self._forget(now)
            self._kept[name] = (left - 1, now)

    def _forget(self, now: float) -> None:
        full_after = self._burst / self._rate
        self._kept = {name: each for name, each in self._kept.items() if now - each[1] < full_after}
        if len(self._kept) >= MOST_KEPT:  # a flood from everywhere: those who ask now count from now
            self._kept.clear()
