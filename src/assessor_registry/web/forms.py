"""What users send: input models that forbid unknown fields, and a form that comes back with all that was typed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated, Any, TypeVar
from uuid import UUID

from litestar.datastructures import UploadFile
from litestar.response import Template
from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, StringConstraints, ValidationError

from assessor_registry import words
from assessor_registry.errors import InvalidInput, Reason, Refusal
from assessor_registry.web.render import problem_context

Form = dict[str, Any]
# Fields that every form carries for itself: against forged requests, and against a double tap.
_OWN = frozenset({"_csrf_token", "_once", "_as"})
# Fields that nobody knows are told by name up to this many: an answer is never longer than its question.
_MOST_UNKNOWN = 5


class Input(BaseModel):
    """Base of all input models."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


def _day(value: object) -> object:
    return words.parse_date(value) or value if isinstance(value, str) else value


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def listed(value: object) -> object:
    """What may be sent once or as a list, as a list; nothing is an empty one."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Secret = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=400)]
MaybeText = Annotated[Annotated[str, StringConstraints(max_length=4000)] | None, BeforeValidator(_empty_is_none)]
Day = Annotated[date, BeforeValidator(_day)]
MaybeDay = Annotated[date | None, BeforeValidator(lambda value: _day(_empty_is_none(value)))]
MaybeId = Annotated[UUID | None, BeforeValidator(_empty_is_none)]
MaybeNumber = Annotated[int | None, BeforeValidator(_empty_is_none)]
# The first that is wrong is told, and no more: a list may be long.
Ids = Annotated[list[UUID], FailFast(), BeforeValidator(listed)]
Texts = Annotated[list[Text], FailFast(), BeforeValidator(listed)]

M = TypeVar("M", bound=Input)


class InvalidForm(InvalidInput):
    """Several fields can not be accepted; `errors` says which and why."""

    def __init__(self, errors: Mapping[str, Reason]) -> None:
        field, first = next(iter(errors.items()))
        reasons = tuple(replace(reason, field=name or None) for name, reason in errors.items())
        super().__init__(first.code, field=field, reasons=reasons, **first.params)
        self.errors = dict(errors)


def storable(value: Any, *, depth: int = 8) -> Any:
    """Return what was sent without what no text of the database can hold: NUL, and half a surrogate pair.

    No field of ours is nested deeper than `depth`; what is, is left for the model to refuse.
    """
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\x00", "\ufffd")
    if depth and isinstance(value, list):
        return [storable(each, depth=depth - 1) for each in value]
    if depth and isinstance(value, dict):
        return {storable(name): storable(each, depth=depth - 1) for name, each in value.items()}
    return value


def read(model: type[M], form: Mapping[str, Any]) -> M:
    """Validate what was sent.

    Raises:
        InvalidForm: with one reason per field.
    """
    known = {field.alias or name for name, field in model.model_fields.items()}
    errors = {name: Reason("web.unknown_field", {"name": name[:60]}) for name in _unknown(form, known)}
    try:
        found = model.model_validate({name: storable(value) for name, value in form.items() if name in known})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=True)
        raise InvalidForm({_field(each): _reason(each) for each in reversed(details)} | errors) from None
    if errors:
        raise InvalidForm(errors)
    return found


def _unknown(form: Mapping[str, Any], known: set[str]) -> list[str]:
    return list(islice((name for name in form if name not in known and name not in _OWN), _MOST_UNKNOWN))


def _field(error: Any) -> str:
    return str(error["loc"][0]) if error["loc"] else ""


def _reason(error: Any) -> Reason:
    kind = error["type"]
    if kind == "string_too_long":
        return Reason("web.too_long", {"limit": error["ctx"]["max_length"]})
    if error.get("input") == "" and not kind.startswith("string"):
        return Reason("web.missing")
    for prefix, code in (
        ("missing", "web.missing"),
        ("string_too_short", "web.missing"),
        ("date", "web.not_a_date"),
        ("int", "web.not_a_number"),
        ("float", "web.not_a_number"),
        ("uuid", "web.not_an_id"),
        ("enum", "web.not_a_choice"),
        ("literal", "web.not_a_choice"),
    ):
        if kind.startswith(prefix):
            return Reason(code)
    return Reason("web.invalid")


def submit(form: Mapping[str, Any], act: Callable[[], Any], again: Callable[..., Template]) -> Any:
    """Run `act`; when it refuses, show the form again with each sentence at its field and all that was typed."""
    try:
        return act()
    except Refusal as refusal:
        typed = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
        context = problem_context(refusal.reason, refusal.field, refusal.reasons, typed)
        if isinstance(refusal, InvalidForm):
            context |= {
                "errors": {name: words.sentence(reason) for name, reason in refusal.errors.items()},
                "problem_reasons": [],
            }
        return again(status=refusal.status, **context)
