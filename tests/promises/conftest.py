"""A filled registry for the promises that go through every page: made once, copied for each."""

import pytest
from tests.conftest import Cluster
from tests.support.province import Template, make_template


@pytest.fixture(scope="session")
def filled(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Two sides of a province, see `tests/support/province.py`."""
    return make_template(cluster, tmp_path_factory.mktemp("province"))
