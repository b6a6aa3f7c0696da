"""A printed code is read back by a reader that shares nothing with the writer."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.printed import CHECK, read_qr

from assessor_registry.errors import InvalidInput
from assessor_registry.printing import qr
from assessor_registry.words import sentence

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.:"


def test_the_check_address_is_read_back() -> None:
    assert read_qr(qr.svg(CHECK)) == CHECK


@given(st.text(LETTERS, min_size=0, max_size=70).map(lambda path: f"https://x/{path}"))
def test_any_address_is_read_back(address: str) -> None:
    assert read_qr(qr.svg(address)) == address


def test_the_svg_passes_a_strict_content_security_policy() -> None:
    svg = qr.svg(CHECK, label='Kode "QR" <b>')
    assert not re.search(r"style|<script|\son\w+=|href", svg)
    root = ET.fromstring(svg)
    assert (root.get("class"), root.get("role"), root.get("aria-label")) == ("qr", "img", 'Kode "QR" <b>')


def test_the_code_is_dark_on_light_with_a_quiet_zone_of_four() -> None:
    svg = qr.svg(CHECK)
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    assert f'fill="#fff" d="M0 0h{side}v{side}h-{side}z"' in svg
    drawn = [(int(x), int(y), int(run)) for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg)]
    assert min(x for x, _, _ in drawn) == 4
    assert min(y for _, y, _ in drawn) == 4
    assert max(x + run for x, _, run in drawn) == side - 4


@pytest.mark.parametrize("text", ["x" * 1001, "é" * 1500, "😀" * 1000])
def test_a_text_that_no_code_holds_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        qr.svg(text)
    assert "terlalu panjang" in sentence(caught.value.reason)
