"""What the database can not hold does not come so far: a NUL or half a character, typed into any field."""

from datetime import timedelta

import pytest
from tests.support.site import Site

from assessor_registry.web.forms import Input, Text, Texts, read, storable


class Sample(Input):
    """A field, and a field with several values."""

    reason: Text
    kinds: Texts


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "x\ud800", "\udfff"])
def test_a_text_is_made_storable_in_every_field(text: str) -> None:
    found = read(Sample, {"reason": text, "kinds": [text, "lisan"]})
    for each in (found.reason, *found.kinds):
        assert "\x00" not in each
        assert each.encode()


def test_names_of_fields_within_are_made_storable_and_other_values_are_kept() -> None:
    assert storable({"a\x00": [1, None, "b\x00", True]}) == {"a\ufffd": [1, None, "b\ufffd", True]}


def test_a_nul_in_a_form_is_no_error_of_the_server(site: Site) -> None:
    day = site.today + timedelta(days=400)
    answer = site.as_role("division").post(
        "/lembaga/musim/baru", {"name": "UKK\x00", "first_day": day.isoformat(), "last_day": day.isoformat()}
    )
    assert answer.status_code == 303
