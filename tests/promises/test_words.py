"""Words on screen: those of the field. Words of the inside, raw codes and unfilled places reach no page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from litestar.testing import TestClient
from tests.support.crawling import readable, refused_forms, visits
from tests.support.matrix import Asking
from tests.support.province import Template

import assessor_registry
from assessor_registry import words

SOURCE = Path(assessor_registry.__file__).parent
FORBIDDEN = re.compile(r"\b(ledger|leaf|leaves|standing|flag(?:s|ged)?|sweep(?:s|er)?|scope[sd]?)\b", re.IGNORECASE)
ROOMS = "|".join(sorted({code.split(".")[0] for code in words.catalogue()}))
RAW = re.compile(rf"\b(?:{ROOMS})\.[a-z]+(?:_[a-z]+)*\b|[{{}}]|%\(\w+\)|\bNone\b|&lt;\w+ object|\bUndefined\b")
# Example pages of a workbook and the file names of downloads are not codes.
HARMLESS = re.compile(r"\b[\w-]+\.(?:xlsx|pdf|json|pem|csv|html)\b")


@pytest.fixture(scope="module")
def asking(filled: Template) -> Iterator[Asking]:
    with filled.opened() as province, TestClient(app=province.site.app) as client:
        yield Asking(client, province)


def said(html: str, path: str) -> str:
    """What a page says; the page about the API shows paths and names of fields in `code`."""
    return readable(html, without=frozenset({"code"}) if path == "/dokumentasi-api" else frozenset())


def wrong_with(html: str, path: str) -> list[str]:
    text = HARMLESS.sub("", said(html, path))
    return [found[0] for pattern in (FORBIDDEN, RAW) for found in pattern.finditer(text)]


@pytest.mark.timeout(600)
def test_no_page_shows_a_word_of_the_inside_or_a_raw_code(asking: Asking) -> None:
    found, seen = [], 0
    for row, column, answer in visits(asking):
        if "html" in answer.headers.get("content-type", ""):
            seen += 1
            found += [f"{row.key} as {column}: {each}" for each in wrong_with(answer.text, row.path)]
    assert found == []
    assert seen > 100


@pytest.mark.timeout(600)
def test_no_form_that_is_refused_answers_in_codes(asking: Asking) -> None:
    found, seen = [], 0
    for row, column, answer in refused_forms(asking):
        if answer.status_code >= 400 and "html" in answer.headers.get("content-type", ""):
            seen += 1
            found += [f"{row.key} as {column}: {each}" for each in wrong_with(answer.text, row.path)]
    assert found == []
    assert seen > 20


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence of the catalogues, and every text that goes through gettext: where it stands, and the text."""
    yield from words.catalogue().items()
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted((SOURCE / "web" / "templates").rglob("*.html")):
        for line, _function, texts in environment.extract_translations(path.read_text()):  # type: ignore[attr-defined]
            for each in texts if isinstance(texts, tuple) else (texts,):
                yield f"{path.name}:{line}", each or ""
    for path in sorted(SOURCE.rglob("*.py")):
        yield from _gettexts(path)


def _gettexts(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            text = node.args[0]
            if name in {"_", "gettext", "ngettext"} and isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield f"{path.name}:{node.lineno}", text.value


def test_no_sentence_holds_a_word_of_the_inside() -> None:
    assert [f"{where}: {text}" for where, text in sentences() if FORBIDDEN.search(text)] == []


def test_the_sentences_are_found_at_all() -> None:
    """A search that finds nothing to look at would pass for ever."""
    kinds = {where.split(":")[0].rsplit(".", 1)[-1] for where, _text in sentences()}
    assert {"html", "py"} <= kinds
    assert sum(1 for _ in sentences()) > 500
    assert FORBIDDEN.search("Status Standing asesor")
    assert RAW.search("validity.no_such_assessor")
    assert RAW.search("Tersisa {n} hari")
