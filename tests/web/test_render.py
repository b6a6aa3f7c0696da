"""What every page is made with."""

from datetime import UTC, datetime

from assessor_registry.web.render import engine


def test_an_instant_is_shown_as_the_day_it_is_in_kalimantan_timur() -> None:
    template = engine("0").engine.from_string("{{ moment | local_day }}")
    evening = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert template.render(moment=evening, zone="Asia/Makassar") == "22 November 2026"
    assert template.render(moment=evening, zone="Asia/Jakarta") == "21 November 2026"
