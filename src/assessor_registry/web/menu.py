"""The main menu of each role: what they may do, in the order in which they do it."""

from dataclasses import dataclass

from assessor_registry.accounts.rules import Actor, Permission
from assessor_registry.words import gettext as _


@dataclass(frozen=True, slots=True)
class Item:
    """One entry."""

    href: str
    label: str
    current: bool


P = Permission
_ENTRIES: tuple[tuple[str, str, Permission, frozenset[str]], ...] = (
    ("/", "Beranda", P.ACCOUNTS_SELF, frozenset()),
    ("/asesor", "Asesor", P.REPORTS_READ, frozenset()),
    ("/tindak-lanjut", "Perlu tindak lanjut", P.FLAGS_READ, frozenset({"division", "lsp_admin", "auditor"})),
    ("/siswa", "Peserta didik", P.STUDENTS_READ, frozenset({"lsp_admin", "school", "division", "auditor"})),
    ("/jadwal", "Jadwal", P.SCHEDULING_READ, frozenset()),
    ("/hasil", "Hasil", P.ASSESSMENTS_READ, frozenset()),
    ("/impor", "Impor", P.STUDENTS_IMPORT, frozenset()),
    ("/lembaga", "Lembaga", P.INSTITUTIONS_READ, frozenset({"division", "lsp_admin", "auditor", "panel"})),
    ("/skema", "Skema", P.SCHEMES_READ, frozenset({"division", "lsp_admin", "auditor", "panel", "school"})),
    ("/surat", "Surat dan keputusan", P.VALIDITY_READ, frozenset({"division", "lsp_admin", "auditor"})),
    ("/aturan", "Aturan", P.POLICY_READ, frozenset({"division", "lsp_admin", "auditor"})),
    ("/kunci", "Kunci tanda tangan", P.ASSESSORS_WRITE, frozenset({"lsp_admin"})),
    ("/pengguna", "Pengguna", P.ACCOUNTS_READ, frozenset()),
    ("/jejak", "Jejak audit", P.AUDIT_READ, frozenset()),
)


def menu_of(actor: Actor, path: str) -> list[Item]:
    """Return the entries that `actor` may open; an empty set of roles means every role with the permission.

    An assessor, who sees no register, has their own page in it.
    """
    found = [
        Item(href, _(label), path == href or (href != "/" and path.startswith(href + "/")))
        for href, label, permission, roles in _ENTRIES
        if actor.may(permission) and (not roles or actor.role in roles)
    ]
    if actor.role == "assessor" and actor.assessor_id:
        own = f"/asesor/{actor.assessor_id}"
        found.insert(1, Item(own, _("Sertifikat saya"), path == own))
    return found
