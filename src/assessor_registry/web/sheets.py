"""One act, one form, one page: shown, sent, shown again with what is wrong, done once.

A sheet (lembar isian) says what is asked; `send` does the act. `weigh` is for an act whose consequences are shown
before it is applied: filled in, weighed, then applied or changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from litestar import Request, Response
from litestar.response import Redirect, Template

from assessor_registry import words
from assessor_registry.db.engine import Connection
from assessor_registry.files.rules import XLSX
from assessor_registry.printing import workbook
from assessor_registry.web.attached import FILE, KEPT, attach, marked
from assessor_registry.web.download import file_answer
from assessor_registry.web.forms import Form, Input, read, submit
from assessor_registry.web.once import once
from assessor_registry.web.render import page
from assessor_registry.words import gettext as _

Options = Sequence[tuple[str, str]]
M = TypeVar("M", bound=Input)
# Rows of a list on a page, and from how many on it is folded.
SHOWN, FOLDED = 100, 10


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `type` is that of an input, or `area`, `select`, `ticks`. `options` are (value, text).

    A sheet with a field of type `file` (see `decree_file`) takes its form as multipart.
    """

    name: str
    label: str
    type: str = "text"
    hint: str | None = None
    required: bool = True
    options: Options = ()
    empty: str | None = None
    value: str | None = None
    inputmode: str | None = None

    def shown(self, value: object) -> str | list[str]:
        """What was chosen or typed, as a person reads it; what was ticked is a list."""
        texts = dict(self.options)
        if self.type == "file":
            return _("terlampir") if value else "–"
        if self.type == "ticks":
            ticked = value if isinstance(value, list) else [value] if value else []
            return [texts.get(str(each), str(each)) for each in ticked] or "–"
        if isinstance(value, list):
            return ", ".join(texts.get(str(each), str(each)) for each in value)
        text = str(value or "")
        if self.options:
            return texts.get(text, self.empty or "–")
        day = words.parse_date(text) if self.type == "date" else None
        return words.long_date(day) if day else text or "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form on a page of its own. `facts` are shown above the fields: (label, text)."""

    title: str
    back: str
    back_label: str
    fields: tuple[Field, ...]
    button: str
    intro: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    risk: bool = False


def decree_file(request: Request[Any, Any, Any]) -> Field:
    """The field for the file of a decree; its model has `file_id`."""
    hint = _("Boleh dilampirkan: PDF, JPEG, atau PNG, paling besar {n} MB.")
    limit = request.app.state.settings.upload_limit_mib
    return Field(FILE, _("Berkas suratnya"), type="file", required=False, hint=hint.format(n=limit))


def scan_file(request: Request[Any, Any, Any]) -> Field:
    """The field for the scan of a certificate; its model has `file_id`."""
    return replace(decree_file(request), label=_("Pindaian sertifikatnya"))


# A sheet that reads what the act changes is made when it is shown: after a double tap it could not be made any more.
Making = Sheet | Callable[[], Sheet]


@dataclass(frozen=True, slots=True)
class Linked:
    """A text that leads to a page."""

    text: str = field(repr=False)
    href: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Who or what an act would touch, a row each; `heads` are (heading, width in characters of a workbook)."""

    title: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str | int | Linked]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an act would touch: (label, number or text), and sentences worth reading before it is applied.

    `lists` name it all; the page shows the first `SHOWN` of each, the workbook every row.
    """

    touched: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    lists: tuple[Listed, ...] = ()


def show(request: Request[Any, Any, Any], sheet: Making, **context: Any) -> Template:
    """The form; an error whose field is not on this sheet is said on top."""
    made = _made(sheet)
    return page(request, "ground/sheet.html", sheet=made, **_placed(made, context))


def _made(sheet: Making) -> Sheet:
    return sheet if isinstance(sheet, Sheet) else sheet()


def _placed(sheet: Sheet, context: dict[str, Any]) -> dict[str, Any]:
    errors: Mapping[str, str] = context.get("errors", {})
    own = {each.name for each in sheet.fields}
    stray = [text for name, text in errors.items() if name not in own]
    reasons = context.get("problem_reasons", [])
    if stray and not context.get("problem_text"):
        context |= {"problem_text": stray[0]}
    elif errors and len(reasons) > 1 and not context.get("problem_text"):
        context |= {"problem_text": _("Periksa isian ini:")}
    return context


def send(
    request: Request[Any, Any, Any],
    form: Form,
    sheet: Making,
    model: type[M],
    act: Callable[[Connection, M], dict[str, Any] | None],
    to: str | Callable[[dict[str, Any]], str],
) -> Response[Any]:
    """Do the act once and go on to `to`, a path or what makes one of the act's answer; else show the form again."""

    mark, form = marked(form), dict(form)

    def run() -> Response[Any]:
        attach(request, form)
        given = read(model, form)
        _status, answer = once(request, mark, lambda tx: act(tx, given) or {})
        return Redirect(to if isinstance(to, str) else to(answer), status_code=303)

    answer: Response[Any] = submit(form, run, lambda **context: show(request, sheet, **context))
    return answer


def weigh(
    request: Request[Any, Any, Any],
    form: Form,
    sheet: Making,
    model: type[M],
    weighed: Callable[[M], Weighed],
    act: Callable[[Connection, M], dict[str, Any] | None],
    to: str | Callable[[dict[str, Any]], str],
) -> Response[Any]:
    """As `send`, in two steps: what the act would touch is shown; `step` says which of them is asked for.

    What is shown can also be taken along as a workbook, before anything is done.
    """
    step = form.get("step")
    typed = {name: value for name, value in form.items() if name != "step"}
    if step == "apply":
        return send(request, typed, sheet, model, act, to)
    if step == "change":
        typed.pop(FILE, None)
        return show(request, sheet, typed={name: value for name, value in typed.items() if not name.startswith("_")})

    def run() -> Any:
        attach(request, typed)
        made, found = _made(sheet), weighed(read(model, typed))
        return as_workbook(found) if step == "file" else show_weighed(request, made, found, typed)

    answer: Response[Any] = submit(typed, run, lambda **context: show(request, sheet, **context))
    return answer


def show_weighed(request: Request[Any, Any, Any], sheet: Sheet, found: Weighed, typed: Form) -> Template:
    """What an act would touch, above a form that holds all that was typed and applies it or goes back to it."""
    return page(
        request,
        "ground/weighed.html",
        sheet=sheet,
        weighed=found,
        shown=SHOWN,
        folded=FOLDED,
        given=[
            (each.label, each.shown(typed.get(KEPT if each.type == "file" else each.name)))
            for each in sheet.fields
            if each.type != "hidden"
        ],
        kept=[
            (name, each)
            for name, value in typed.items()
            if not name.startswith("_") and name != "step"
            for each in (value if isinstance(value, list) else [value])
        ],
    )


def as_workbook(found: Weighed) -> Response[bytes]:
    """What an act would touch, as a file: a summary, and a sheet for each list."""
    columns = (workbook.Column(_("Yang akan terkena"), 48), workbook.Column(_("Jumlah"), 30))
    sheets = [workbook.SheetOut(_("Ringkasan"), columns, found.touched)]
    for one in found.lists:
        heads = tuple(workbook.Column(heading, width) for heading, width in one.heads)
        rows = [[cell.text if isinstance(cell, Linked) else cell for cell in row] for row in one.rows]
        sheets.append(workbook.SheetOut(one.title, heads, rows))
    return file_answer(workbook.write(sheets), "yang-akan-terkena.xlsx", XLSX)


def said(request: Request[Any, Any, Any], **sentences: str) -> str | None:
    """What the act before has to say: `?ok=added` of the address names one of `sentences`."""
    return sentences.get(str(request.query_params.get("ok", "")))
