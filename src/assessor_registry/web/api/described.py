"""What a body holds, as openapi.json says it: made from the very model that its handler reads it with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, cast

from litestar.openapi.spec import Operation, RequestBody, Schema
from pydantic import AfterValidator
from pydantic.json_schema import GenerateJsonSchema

from assessor_registry.scheduling.rules import EVIDENCE, evidence_code
from assessor_registry.web.forms import Input, Text

# A kind of evidence, by code or as printed; what is neither is left to be refused with the rest of what is wrong.
Kind = Annotated[Text, AfterValidator(evidence_code)]
KINDS = f"By code, or as printed: {', '.join(f'{code} ({printed})' for code, printed in EVIDENCE.items())}."


@dataclass
class Body(Operation):
    """An operation with a body; `reads` is the model of it, `file` whether a file comes along."""

    reads: ClassVar[type[Input]]
    file: ClassVar[bool]

    def __post_init__(self) -> None:
        """Put the model's fields in the place of an object of anything."""
        if not isinstance(self.request_body, RequestBody):
            raise TypeError(f"{self.operation_id} takes no body")
        for each in self.request_body.content.values():
            each.schema = cast("Schema", fields_of(self.reads, file=self.file))


@cache
def body(model: type[Input], *, file: bool = False) -> type[Body]:
    """The `operation_class` of a handler that reads `model`."""
    return type(f"{model.__name__}Body", (Body,), {"reads": model, "file": file})


class _Untitled(GenerateJsonSchema):
    """Without titles, which would only say the names again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No field has one."""
        return False


def fields_of(model: type[Input], *, file: bool = False) -> dict[str, Any]:
    """The JSON schema of a model."""
    found = model.model_json_schema(schema_generator=_Untitled)
    del found["title"]
    if file:
        found["properties"]["file"] = {"type": "string", "format": "binary"}
        found["required"] = [*found.get("required", []), "file"]
    return found


def kind_of(schema: Mapping[str, Any]) -> str:
    """What a field takes, in a word or two: `date`, `[uuid]`, `K | BK`."""
    if "anyOf" in schema:
        return " | ".join(kind_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{kind_of(schema['items'])}]"
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        return f"… → {kind_of(inner)}"
    return str(schema.get("format") or schema.get("type"))
