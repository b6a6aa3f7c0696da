"""A private PostgreSQL 18 under the data directory, for whoever has no server of their own.

`PrivateServer.start(data_dir)` makes it if need be, starts it or joins it; the last process that leaves stops it.
All of it lives in one folder, `data_dir/postgresql`:

    data/         the cluster; `data.new` while it is being made
    run/          the unix socket (elsewhere for root and for long paths, see `sockets`)
    pgpass        passwords of the two roles, generated, mode 0600, in libpq's own format
    server.log    what the server says; never the text or the values of a statement
    users.lock    shared by every process that uses the server, exclusive while it is stopped
    start.lock    exclusive while somebody looks whether to start it
    server.lock   held by the server's own processes, for as long as one of them lives

Nothing in it need be in a backup made with `pg_dump`: the passwords belong to this cluster alone.

The server listens on no network address. Nobody can sign in as its superuser, which has no password; the roles are
`registry_owner` (owns the database, may create others) and `registry_app` (may not create or change a table).

When root starts it, the server runs as an unprivileged user that need not be able to reach the data directory: see
`account`. That makes it work below a folder of mode 0700, whose mode is never touched.
"""

from assessor_registry.db.embedded.programs import installation
from assessor_registry.db.embedded.server import APP, DATABASE, OWNER, PrivateServer

__all__ = ["APP", "DATABASE", "OWNER", "PrivateServer", "installation"]
