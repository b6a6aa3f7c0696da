"""A private server for tests: quick, and of no use after a crash of the machine."""

from pathlib import Path

from assessor_registry.db.embedded import PrivateServer

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start_test_cluster(folder: Path) -> PrivateServer:
    """Start or join the private server below `folder`; several test processes may share it. Call `release` at the end.

    In each database: btree_gist and pg_trgm. `registry_owner` may make and drop databases.
    """
    return PrivateServer.start(folder, options=QUICK)
