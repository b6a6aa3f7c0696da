"""The house keeps to its rooms, drawers and ladder: what import-linter can not see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import assessor_registry
from assessor_registry import schema
from assessor_registry.words import catalogue

SOURCE = Path(assessor_registry.__file__).parent
DRAWERS = {"__init__", "rules", "tables", "store", "actions"}
# Rooms whose files are named by what they hold, not by drawer.
NAMED = {"cli", "db", "demo", "intake", "printing", "proof", "reports", "signing", "web", "words"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def files() -> Iterator[Path]:
    return (path for path in sorted(SOURCE.rglob("*.py")) if not {"_migrations", "_config"} & set(path.parts))


def rooms() -> list[Path]:
    return [path for path in sorted(SOURCE.iterdir()) if (path / "__init__.py").is_file()]


@pytest.mark.parametrize("room", [room for room in rooms() if room.name not in NAMED], ids=lambda room: room.name)
def test_a_room_has_only_the_four_drawers(room: Path) -> None:
    extra = {path.stem.split("_")[0] if path.is_file() else path.name for path in room.glob("*.py")} - DRAWERS - {""}
    assert not extra


def test_the_map_names_every_room_and_nothing_else() -> None:
    listing = (assessor_registry.__doc__ or "").split("own:")[1]
    named = {
        word
        for line in listing.splitlines()
        if line.strip()
        for word in re.split(r"[ ·]+", re.split(r" {3,}", line.strip())[0].strip() or line.strip())
        if word
    }
    found = {path.name for path in rooms()} | {path.stem for path in SOURCE.glob("*.py")} - {"__init__", "__main__"}
    assert named == found


def test_only_the_clock_asks_the_time() -> None:
    asking = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time\(|time\.localtime|datetime\.today)")
    guilty = [str(path) for path in files() if path.name != "clock.py" and asking.search(path.read_text())]
    assert not guilty


def test_every_column_says_whether_it_holds_personal_data() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in schema.metadata.tables.values()
        for column in table.columns
        if not isinstance(column.info.get("personal"), bool)
    ]
    assert not silent


@pytest.mark.parametrize("path", list(files()), ids=lambda path: str(path.relative_to(SOURCE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_every_module_begins_with_what_it_is() -> None:
    assert not [str(path) for path in files() if ast.get_docstring(ast.parse(path.read_text())) is None]


def test_no_naked_todo() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [str(path) for path in files() if marks.search(path.read_text())]


def raised_codes() -> dict[str, str]:
    """Every literal code that is given to a Refusal or a Reason, with the file that gives it."""
    names = {"Reason", "Refusal", "InvalidInput", "NotSignedIn", "Forbidden", "NotFound", "Conflict", "NotEligible",
             "TooMany", "Unavailable", "ConfigurationError"}  # fmt: skip
    found: dict[str, str] = {}
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[first.value] = str(path.relative_to(SOURCE))
    return found


def test_every_reason_has_its_sentence() -> None:
    missing = {code: path for code, path in raised_codes().items() if code not in catalogue()}
    assert not missing


def test_no_forbidden_word_is_in_a_sentence() -> None:
    forbidden = re.compile(r"\b(ledger|leaf|standing|flag|sweep|scope)\b", re.IGNORECASE)
    assert not {code: text for code, text in catalogue().items() if forbidden.search(text)}


def test_no_template_takes_the_day_of_an_instant_in_utc() -> None:
    templates = sorted((SOURCE / "web" / "templates").rglob("*.html"))
    assert templates
    assert not [str(path) for path in templates if ".date()" in path.read_text()]
