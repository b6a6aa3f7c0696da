"""Every code of intake has its sentence, and no sentence is left over."""

import re
from pathlib import Path

import assessor_registry
from assessor_registry.words import catalogue
from assessor_registry.words.catalogue.intake import SENTENCES

SOURCE = Path(assessor_registry.__file__).parent


def test_codes_and_sentences_are_the_same() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (SOURCE / "intake").glob("*.py")]
    texts.append((SOURCE / "assessors" / "rules.py").read_text(encoding="utf-8"))
    texts += [(SOURCE / path).read_text(encoding="utf-8") for path in ("cli/imports.py", "web/uploads.py")]
    used = {code for text in texts for code in re.findall(r'"((?:intake|workbook|nik)\.[a-z_]+)"', text)}
    used |= {"intake.no_name_formula", "intake.no_registration_formula"}
    used -= {"intake.preview", "intake.apply", "intake.report"}  # acts in the audit trail, no sentences
    assert not used - catalogue().keys()
    assert not SENTENCES.keys() - used
