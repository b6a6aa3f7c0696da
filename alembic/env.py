"""Runs the migrations: one transaction each, under an advisory lock, never waiting long for a table lock."""

import sqlmodel  # noqa: F401  (migrations made by autogenerate name its types)
from alembic import context
from sqlalchemy import create_engine, text

from assessor_registry.schema import metadata

LOCK = 7_164_002


def ours(found, name, kind, reflected, compared_to) -> bool:  # type: ignore[no-untyped-def]
    """Leave the temporal keys out of the comparison: SQLAlchemy has no construct for them, a test reads them."""
    return not (kind == "foreign_key_constraint" and reflected and str(name).endswith("_active"))


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or context.get_x_argument(True)["url"])
    with engine.connect() as opened:
        migrate(opened)


def migrate(connection) -> None:  # type: ignore[no-untyped-def]
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '300s'"))
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=False,
            include_object=ours,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
        connection.commit()


run()
