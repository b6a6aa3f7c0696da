"""The dated rules (aturan) with their sources: what holds today, what holds later, who has set what."""

from typing import Any

from litestar import Request, get
from litestar.response import Template

from assessor_registry.accounts.rules import Permission, Scope
from assessor_registry.policy import store
from assessor_registry.policy.rules import Rule, Value
from assessor_registry.schemes import store as schemes
from assessor_registry.web.guards import needs
from assessor_registry.web.render import page
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _


def said_value(rule: Rule, value: Value) -> str:
    """`(12, 6, 3, 1)` → `12, 6, 3, 1 bulan`; a choice in words."""
    choices = {"block": _("tidak boleh ditugaskan"), "warn": _("boleh, dengan peringatan")}
    if isinstance(value, tuple):
        return f"{', '.join(map(str, value))} {rule.unit}".strip()
    if isinstance(value, int):
        return f"{value} {rule.unit}".strip()
    return choices.get(value, value)


def confidence_name(confidence: str) -> str:
    """`likely` → `satu sumber yang layak`."""
    names = {
        "certain": _("naskah resmi"),
        "likely": _("satu sumber yang layak"),
        "uncertain": _("sumber lemah"),
        "design": _("pilihan sistem ini"),
    }
    return names.get(confidence, confidence)


@get("/aturan", opt=needs(Permission.POLICY_READ), sync_to_thread=True)
def rule_list(request: Request[Any, Any, Any]) -> Template:
    """The rules."""
    scope, today, places = request.user.scope, today_of(request), request.app.state.places
    lsp_id = scope.id if scope.kind == "lsp" else None
    with request.app.state.database.read() as conn:
        policy = store.load(conn)
        overrides = store.list_overrides(conn, scope)
        titles = {row.scheme.id: row.scheme.title for row in schemes.list_schemes(conn)} if overrides else {}

    def where(row: Any) -> str:
        if row.scope_kind == "scheme":
            return _("skema {title}").format(title=titles.get(row.scope_id, "–"))
        if row.scope_kind == "lsp":
            return places.of(Scope("lsp", str(row.scope_id))) or "–"
        return _("seluruh provinsi")

    rules = [
        (
            rule,
            held := policy.value(key, today, lsp_id=lsp_id),
            said_value(rule, held.value),
            confidence_name(held.confidence),
            [(row, said_value(rule, row.value), where(row)) for row in overrides if row.rule == key],
        )
        for key, rule in policy.rules.items()
    ]
    return page(request, "ground/policy.html", rules=rules, today=today)


HANDLERS = [rule_list]
