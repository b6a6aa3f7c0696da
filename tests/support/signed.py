"""What was signed, as a stranger reads it out of the JWS."""

import base64
import json
from typing import Any

from sqlalchemy import text

from assessor_registry.db.engine import Database


def payload(db: Database, code: str) -> dict[str, Any]:
    """The signed statement of a record, as plain JSON."""
    with db.read() as conn:
        jws = str(conn.execute(text("SELECT jws FROM record WHERE code = :code"), {"code": code}).scalar_one())
    part = jws.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
