"""Instants and days as people of the institution say them; how often an address may ask."""

from datetime import UTC, date, datetime

import pytest

from assessor_registry import clock
from assessor_registry.errors import TooMany
from assessor_registry.web.limiter import Limiter
from assessor_registry.web.moments import said_at, said_days


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Makassar", "24 November 2026 pukul 00.05 WITA"),
        ("Asia/Jakarta", "23 November 2026 pukul 23.05 WIB"),
        ("Asia/Jayapura", "24 November 2026 pukul 01.05 WIT"),
        ("UTC", "23 November 2026 pukul 16.05 UTC"),
    ],
)
def test_an_instant_is_said_on_the_clocks_of_its_zone(zone: str, said: str) -> None:
    assert said_at(datetime(2026, 11, 23, 16, 5, tzinfo=UTC), zone) == said


def test_one_day_is_said_once() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 24)
    assert said_days(first, first) == "23 November 2026"
    assert said_days(first, last) == "23 November 2026 – 24 November 2026"


def test_a_bucket_empties_refills_and_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    limiter = Limiter(burst=2, per_minute=60)
    for _ in range(2):
        limiter.take("10.0.0.1")
    with pytest.raises(TooMany) as refused:
        limiter.take("10.0.0.1")
    assert refused.value.params["wait_seconds"] == 1
    limiter.take("10.0.0.2")
    now[0] += 1
    limiter.take("10.0.0.1")
