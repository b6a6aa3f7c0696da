"""What is sent and answered, as openapi.json says it: made from what handlers read with and from what they return."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, cast

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema
from pydantic import AfterValidator, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from assessor_registry.scheduling.rules import EVIDENCE, evidence_code
from assessor_registry.web.forms import Input, Text
from assessor_registry.web.problems import Problem

# A kind of evidence, by code or as printed; what is neither is left to be refused with the rest of what is wrong.
Kind = Annotated[Text, AfterValidator(evidence_code)]
KINDS = f"By code, or as printed: {', '.join(f'{code} ({printed})' for code, printed in EVIDENCE.items())}."


@dataclass
class Described(Operation):
    """An operation of the API. Whatever is refused comes in one form, that of `problems.Problem`."""

    def __post_init__(self) -> None:
        """Put our refusals in the place of those that Litestar would send."""
        done = {status: each for status, each in (self.responses or {}).items() if status.startswith("2")}
        refused = OpenAPIResponse(
            description="Refused: `code` for programs, `title` for people.",
            content={"application/problem+json": OpenAPIMediaType(schema=cast("Schema", _refusal()))},
        )
        self.responses = {**done, "default": refused}


@cache
def _refusal() -> dict[str, Any]:
    """The JSON schema of a refusal, complete in itself."""
    found = TypeAdapter(Problem).json_schema(schema_generator=_Untitled)
    found["properties"]["reasons"]["items"] = found.pop("$defs")["Said"]
    return found


@dataclass
class Body(Described):
    """An operation with a body; `reads` is the model of it, `file` whether a file comes along."""

    reads: ClassVar[type[Input]]
    file: ClassVar[bool]

    def __post_init__(self) -> None:
        """Put the model's fields in the place of an object of anything."""
        super().__post_init__()
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


def kind_of(schema: Mapping[str, Any], named: Mapping[str, Any] | None = None) -> str:
    """What a field takes or holds, in a word or two: `date`, `[uuid]`, `K | BK`, `{id: uuid, name: string}`.

    `named` holds the schemas that are referred to, by name.
    """
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " | ".join(kind_of(each, named) for each in several)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{kind_of(schema['items'], named)}]"
    if "$ref" in schema:
        return f"{{{', '.join(': '.join(each) for each in fields_told(schema, named or {}))}}}"
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        return f"… → {kind_of(inner, named)}"
    return str(schema.get("format") or schema.get("type"))


def fields_told(schema: Mapping[str, Any], named: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of an object, each with its kind; with `?` those that may be left out."""
    found = named[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    always = found.get("required", ())
    return [
        (name if name in always else f"{name}?", kind_of(each, named))
        for name, each in found.get("properties", {}).items()
    ]
