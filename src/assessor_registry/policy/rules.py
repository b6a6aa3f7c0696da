"""Which value a rule has on a day, and which values it may be given. Pure: no database, no clock, no file.

A rule ships with dated values and their sources; overrides are dated rows in a scope. The nearest scope wins (scheme,
LSP, province, shipped), in it the latest row that had begun by the day. A past decision is so read again under the
rule of its day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from assessor_registry.errors import ConfigurationError, InvalidInput, NotFound

Value = int | str | tuple[int, ...]

SCOPES = frozenset({"province", "lsp", "scheme"})
CONFIDENCES = frozenset({"certain", "likely", "uncertain", "design"})
MOST_INTEGERS = 12


@dataclass(frozen=True, slots=True)
class Default:
    """A shipped value, from `first_day` on, with where it comes from and how sure that is."""

    first_day: date
    value: Value
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule (aturan): its kind and range, the scopes that may override it, its shipped values in order of days."""

    key: str
    title: str
    kind: str
    scopes: frozenset[str]
    defaults: tuple[Default, ...]
    unit: str = ""
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()

    def default_on(self, day: date) -> Default:
        """The shipped value of `day`; before the earliest one that one, nothing older being known."""
        begun = [default for default in self.defaults if default.first_day <= day]
        return begun[-1] if begun else self.defaults[0]


@dataclass(frozen=True, slots=True)
class Override:
    """A dated row: from `first_day` on the rule has this value in a scope (penyesuaian aturan)."""

    id: UUID
    rule: str
    scope_kind: str
    scope_id: UUID | None
    first_day: date
    value: Value
    reference: str
    known_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """What holds: the value, since when, from where. `origin` is `default`, `province`, `lsp` or `scheme`.

    `source` is the shipped source, or the reference of the override; `confidence` is empty for an override.
    """

    rule: str
    value: Value
    first_day: date
    source: str
    confidence: str
    origin: str

    @property
    def integer(self) -> int:
        """The value of a rule of kind `integer`."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.rule} is not an integer")
        return self.value

    @property
    def integers(self) -> tuple[int, ...]:
        """The value of a rule of kind `integers`, from the greatest down."""
        if not isinstance(self.value, tuple):
            raise TypeError(f"{self.rule} is not a list of integers")
        return self.value

    @property
    def choice(self) -> str:
        """The value of a rule of kind `choice`."""
        if not isinstance(self.value, str):
            raise TypeError(f"{self.rule} is not a choice")
        return self.value


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules with what overrides them, read once, to be asked for many days without the database."""

    rules: Mapping[str, Rule]
    overrides: tuple[Override, ...]

    def value(
        self,
        rule: str,
        on: date,
        *,
        lsp_id: UUID | None = None,
        scheme_id: UUID | None = None,
        known_at: datetime | None = None,
    ) -> PolicyValue:
        """Return what `rule` is on a day for a scheme at an LSP, as was known at an instant (None: as is known).

        Raises:
            KeyError: there is no such rule.
        """
        return resolve(self.rules[rule], self.overrides, on, lsp_id=lsp_id, scheme_id=scheme_id, known_at=known_at)


def resolve(
    rule: Rule,
    overrides: Iterable[Override],
    on: date,
    *,
    lsp_id: UUID | None = None,
    scheme_id: UUID | None = None,
    known_at: datetime | None = None,
) -> PolicyValue:
    """Return the value of `rule` on a day. It does not depend on the order of `overrides`."""
    begun = [
        row
        for row in overrides
        if row.rule == rule.key and row.first_day <= on and (known_at is None or row.known_at <= known_at)
    ]
    for kind, wanted in (("scheme", scheme_id), ("lsp", lsp_id), ("province", None)):
        near = [row for row in begun if row.scope_kind == kind and row.scope_id == wanted]
        if near and (kind == "province" or wanted is not None):
            last = max(near, key=lambda row: (row.first_day, row.known_at, row.id))
            return PolicyValue(rule.key, last.value, last.first_day, last.reference, "", kind)
    default = rule.default_on(on)
    return PolicyValue(rule.key, default.value, default.first_day, default.source, default.confidence, "default")


def rule_of(rules: Mapping[str, Rule], key: str) -> Rule:
    """Return a rule that someone named.

    Raises:
        NotFound: there is none. That an inactive assessor may be assigned is no rule, so nobody can set it.
    """
    if key not in rules:
        raise NotFound("policy.unknown_rule")
    return rules[key]


def checked(rule: Rule, value: object) -> Value:
    """Return `value` as one that `rule` may have.

    Raises:
        InvalidInput: it is of another kind, or out of range.
    """
    if rule.kind == "choice":
        if not isinstance(value, str) or value not in rule.choices:
            raise InvalidInput("policy.not_a_choice", field="value", choices=", ".join(rule.choices))
        return value
    if rule.kind == "integer":
        return _integer(rule, value)
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_INTEGERS:
        raise InvalidInput("policy.not_integers", field="value", most=MOST_INTEGERS)
    numbers = tuple(_integer(rule, item) for item in value)
    if any(later >= earlier for earlier, later in pairwise(numbers)):
        raise InvalidInput("policy.not_descending", field="value")
    return numbers


def _integer(rule: Rule, value: object) -> int:
    # bool is an int in Python and in nobody's rule.
    if not isinstance(value, int) or isinstance(value, bool) or not rule.low <= value <= rule.high:
        raise InvalidInput("policy.not_an_integer", field="value", low=rule.low, high=rule.high, unit=rule.unit)
    return value


# --- The shipped file --------------------------------------------------------------------------------------------

_RULE_KEYS = frozenset({"title", "kind", "scopes", "values"})
_OF_KIND = {
    "integer": frozenset({"unit", "low", "high"}),
    "integers": frozenset({"unit", "low", "high"}),
    "choice": frozenset({"choices"}),
}
_VALUE_KEYS = frozenset({"first_day", "value", "source", "confidence"})


def parse(document: Mapping[str, Any]) -> dict[str, Rule]:
    """Read the shipped rules, as TOML gives them.

    Raises:
        ConfigurationError: a name is unknown or missing, or a value will not do; `where` says which.
    """
    _exactly(document, frozenset({"rule"}), "policy")
    return {key: _rule(key, table) for key, table in _table(document["rule"], "rule").items()}


def _rule(key: str, table: Any) -> Rule:
    where = f"rule.{key}"
    kind = str(_table(table, where).get("kind"))
    _require(kind in _OF_KIND, f"{where}.kind")
    _exactly(table, _RULE_KEYS | _OF_KIND[kind], where)
    _require(_texts(table["scopes"]) and set(table["scopes"]) <= SCOPES, f"{where}.scopes")
    _require(_text(table["title"]), f"{where}.title")
    bare = Rule(key, table["title"], kind, frozenset(table["scopes"]), (), **_range(kind, table, where))
    _require(isinstance(table["values"], list) and len(table["values"]) > 0, f"{where}.values")
    defaults = tuple(_default(bare, item, f"{where}.values[{at}]") for at, item in enumerate(table["values"]))
    days = [default.first_day for default in defaults]
    _require(days == sorted(set(days)), f"{where}.values")
    return Rule(key, bare.title, kind, bare.scopes, defaults, bare.unit, bare.low, bare.high, bare.choices)


def _range(kind: str, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    if kind == "choice":
        _require(_texts(table["choices"]), f"{where}.choices")
        return {"choices": tuple(table["choices"])}
    low, high = table["low"], table["high"]
    _require(type(low) is int and type(high) is int and low < high, f"{where}.low")
    _require(_text(table["unit"]), f"{where}.unit")
    return {"unit": table["unit"], "low": low, "high": high}


def _default(rule: Rule, item: Any, where: str) -> Default:
    _exactly(_table(item, where), _VALUE_KEYS, where)
    _require(type(item["first_day"]) is date, f"{where}.first_day")
    _require(_text(item["source"]), f"{where}.source")
    _require(item["confidence"] in CONFIDENCES, f"{where}.confidence")
    try:
        value = checked(rule, item["value"])
    except InvalidInput:
        raise ConfigurationError("policy.file_bad_value", where=f"{where}.value") from None
    return Default(item["first_day"], value, item["source"], item["confidence"])


def _table(value: Any, where: str) -> Mapping[str, Any]:
    _require(isinstance(value, Mapping), where)
    table: Mapping[str, Any] = value
    return table


def _exactly(table: Mapping[str, Any], names: frozenset[str], where: str) -> None:
    if unknown := sorted(set(table) - names):
        raise ConfigurationError("policy.file_unknown_name", where=where, names=", ".join(unknown))
    if missing := sorted(names - set(table)):
        raise ConfigurationError("policy.file_missing_name", where=where, names=", ".join(missing))


def _require(held: bool, where: str) -> None:
    if not held:
        raise ConfigurationError("policy.file_bad_value", where=where)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and all(map(_text, value))
