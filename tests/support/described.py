"""Whether an answer of the API is as openapi.json says: read by a validator of JSON schemas that we do not use."""

import re
from typing import Any

import jsonschema_rs
from litestar import Litestar

_PLACE = re.compile(r"\{(\w+):\w+\}")


class Description:
    """The answers that the application's own description allows; a field that it does not name is none of them."""

    def __init__(self, app: Litestar) -> None:
        self._whole: dict[str, Any] = app.openapi_schema.to_schema()
        _close(self._whole["components"]["schemas"])
        _close(self._whole["paths"])
        self._validators: dict[str, Any] = {}

    def told(self, method: str, path: str, status: int) -> tuple[str, dict[str, Any]] | None:
        """The media type and schema of an answer; None: it has no body."""
        answers = self._whole["paths"][_PLACE.sub(r"{\1}", path)][method.lower()]["responses"]
        content = (answers.get(str(status)) or answers["default"]).get("content")
        if not content:
            return None
        [(media, each)] = content.items()
        return media, each["schema"]

    def complaints(self, method: str, path: str, answer: Any) -> list[str]:
        """What of an answer is not as described."""
        wanted = self.told(method, path, answer.status_code)
        if wanted is None:
            return [] if not answer.content else [f"{method} {path} {answer.status_code}: has a body"]
        media, schema = wanted
        if answer.headers["content-type"].partition(";")[0] != media:
            return [f"{method} {path} {answer.status_code}: {answer.headers['content-type']} instead of {media}"]
        key = f"{method} {path} {answer.status_code}"
        if key not in self._validators:
            whole = {**schema, "components": self._whole["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        found = self._validators[key].iter_errors(answer.json())
        return [f"{key}: {each.message} at {list(each.instance_path)}" for each in found]


def _close(schema: Any) -> None:
    """An object with named fields has no others."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _close(each)
    elif isinstance(schema, list):
        for each in schema:
            _close(each)
