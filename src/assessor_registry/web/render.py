"""Pages from templates: what every page is given, and how names of the system become words of the field."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template

from assessor_registry import clock, words
from assessor_registry.accounts.rules import Actor
from assessor_registry.errors import Reason
from assessor_registry.web import labels
from assessor_registry.web.menu import menu_of
from assessor_registry.web.resuming import resumed

HERE = Path(__file__).parent


def htmx_dir() -> Path:
    """The folder of the packaged htmx.

    Raises:
        RuntimeError: the package is not installed.
    """
    spec = find_spec("js_lib_htmx")
    if spec is None or spec.origin is None:
        raise RuntimeError("django-js-lib-htmx is not installed")
    return Path(spec.origin).parent / "static" / "htmx"


@pass_context
def local_day(context: Context, moment: datetime) -> str:
    """The day of an instant on the clocks of the institution: a UTC day would be yesterday's until eight."""
    return words.long_date(clock.day_of(moment, context["zone"]))


def engine(version: str) -> JinjaTemplateEngine:
    """The template engine; an undefined name in a template is an error, not an empty string."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "static": lambda name: f"/static/{name}?v={version}",
        "once": lambda: secrets.token_urlsafe(18),
        "role_name": labels.role_name,
        "band_name": labels.band_name,
        "result_name": labels.result_name,
        "outcome_name": labels.outcome_name,
        "origin_name": labels.origin_name,
        "acknowledgement_name": labels.acknowledgement_name,
        "kind_name": labels.kind_name,
        "stage_name": labels.stage_name,
        "sanction_name": labels.sanction_name,
        "venue_name": labels.venue_name,
        "source_name": labels.source_name,
    }
    environment.filters |= {
        "local_day": local_day,
        "long_date": lambda day: "–" if day is None else words.long_date(day),
        "sentence": words.sentence,
        "thousands": lambda number: f"{number:,}".replace(",", "."),
    }
    return JinjaTemplateEngine.from_environment(environment)


def page(
    request: Request[Actor | None, Any, Any],
    template: str,
    *,
    status: int = 200,
    robots: str | None = "noindex",
    **context: Any,
) -> Template:
    """Render `template` with the frame: who is signed in, the menu, messages left by the act before."""
    actor, waited = request.scope.get("user"), resumed(request)
    base: dict[str, Any] = {
        "actor": actor,
        "place": request.app.state.places.name(actor) if actor else None,
        "menu": menu_of(actor, request.url.path) if actor else [],
        "language": "id",
        "demo": request.app.state.settings.demo,
        "robots": robots,
        "said": None,
        "zone": request.app.state.settings.zone,
        "typed": waited["fields"] if waited else {},
        "waited": waited,
        "errors": {},
        "problem_text": None,
        "problem_reasons": [],
    }
    # What an act shows (a NIK, a token) is kept by nobody. Other pages are asked for again each time, but a form that
    # was typed into stays with the browser for its way back, which `no-store` would take away.
    shown_once = request.method == "POST" and status == 200
    headers = {"cache-control": "no-store" if shown_once else "private, no-cache"} if actor else {}
    return Template(template_name=template, context={**base, **context}, status_code=status, headers=headers)


def problem_context(reason: Reason, field: str | None, reasons: tuple[Reason, ...], typed: Mapping[str, Any]) -> Any:
    """What a form shows when it comes back: the sentence at its field, else on top; all that was typed is kept."""
    text = words.sentence(reason)
    at_field = " ".join([text, *map(words.sentence, reasons)])
    return {
        "errors": {field: at_field} if field else {},
        "problem_text": None if field else text,
        "problem_reasons": [words.sentence(each) for each in reasons],
        "typed": {name: value for name, value in typed.items() if not name.startswith("_")},
    }
