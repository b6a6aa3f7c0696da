"""One registry of keys for all tests of signing: making it is the slow part, and nothing in it changes."""

import pytest
from tests.support.pki import Pki, make_pki


@pytest.fixture(scope="session")
def pki() -> Pki:
    return make_pki()
