"""A small registry of keys for tests: root, issuing CA, seal, one assessor; statements, statuses and bundles of it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography import x509

from assessor_registry.proof.bundle import build
from assessor_registry.proof.status import Status, fingerprint_of, sign_statuses
from assessor_registry.signing.jws import sign_many
from assessor_registry.signing.keys import ScryptCost, UnlockedKey, new_key, new_registry_key
from assessor_registry.signing.statement import (
    Assessor,
    Candidate,
    Lsp,
    Paper,
    Scheme,
    Statement,
    Unit,
)
from assessor_registry.signing.x509 import (
    Authority,
    end_of_day,
    issue_assessor,
    issue_issuing,
    issue_root,
    issue_seal,
    pem,
)

CHEAP = ScryptCost(n=16, r=8, p=1)
SECRET = bytes(range(32))
ORGANISATION = "Registri Asesor SMK Contoh"
ZONE = "Asia/Makassar"
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
LAST_ACTIVE = date(2026, 11, 21)
MET = "MET.000.900123 2022"
NAME = "Siti Contoh, S.Pd."
RECORD_ID = "018f5a5e-0000-7000-8000-000000000001"
OTHER_ID = "018f5a5e-0000-7000-8000-000000000002"
Chain = tuple[x509.Certificate, x509.Certificate]


@dataclass(frozen=True)
class Pki:
    root: Authority
    issuing: Authority
    seal: UnlockedKey
    seal_certificate: x509.Certificate
    assessor: UnlockedKey
    assessor_certificate: x509.Certificate

    @property
    def chain(self) -> Chain:
        return self.assessor_certificate, self.issuing.certificate

    @property
    def seal_chain(self) -> Chain:
        return self.seal_certificate, self.issuing.certificate

    @property
    def root_pem(self) -> bytes:
        return pem(self.root.certificate).encode()

    def sign(self, found: Statement) -> str:
        """Sign by whom its origin asks for."""
        paper = found.origin == "paper"
        return sign_many(self.seal if paper else self.assessor, [found], self.seal_chain if paper else self.chain)[0]

    def status(self, record_jws: str, **changes: Any) -> str:
        made = Status(
            record_id=RECORD_ID,
            jws_sha256=fingerprint_of(record_jws),
            state="valid",
            as_of=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        )
        return sign_statuses(self.seal, [replace(made, **changes)], self.seal_chain)[0]

    def bundle(self, record_jws: str | None = None, **status: Any) -> bytes:
        record_jws = record_jws or self.sign(statement())
        return build(record_jws, self.status(record_jws, **status), self.root.certificate)


def make_pki() -> Pki:
    root_key = new_registry_key(SECRET, "root").unlocked
    root = Authority(
        issue_root(root_key, organisation=ORGANISATION, name="Akar Registri Contoh", not_before=BEGIN), root_key
    )
    issuing_key = new_registry_key(SECRET, "issuing").unlocked
    issuing = Authority(
        issue_issuing(
            root, issuing_key.public_key, organisation=ORGANISATION, name="Penerbit Registri Contoh", not_before=BEGIN
        ),
        issuing_key,
    )
    seal = new_registry_key(SECRET, "seal").unlocked
    seal_certificate = issue_seal(
        issuing,
        seal.public_key,
        organisation=ORGANISATION,
        name="Segel Registri Contoh",
        not_before=BEGIN,
        not_after=BEGIN + timedelta(days=3 * 365),
    )
    assessor = new_key("frasa sandi contoh", "kunci-1", cost=CHEAP).unlocked
    return Pki(root, issuing, seal, seal_certificate, assessor, assessor_certificate(issuing, assessor))


def assessor_certificate(issuing: Authority, key: UnlockedKey, **changes: Any) -> x509.Certificate:
    given: dict[str, Any] = {
        "organisation": ORGANISATION,
        "name": NAME,
        "registration": MET,
        "not_before": BEGIN,
        "not_after": end_of_day(LAST_ACTIVE, ZONE),
    }
    return issue_assessor(issuing, key.public_key, **{**given, **changes})


def statement(**changes: Any) -> Statement:
    made = Statement(
        origin="signed",
        record_id=RECORD_ID,
        code="Zk3n9sVtQ1b8YxW0aRfLuA",
        attempt=1,
        part=1,
        lsp=Lsp(name="LSP-P1 SMKN Contoh", licence="BNSP-LSP-9001-ID"),
        scheme=Scheme(number="SKM/BNSP/00001/1/2024/1", title="Teknik Komputer dan Jaringan", version="1"),
        candidate=Candidate(name="Budi Contoh", nisn="0012345678"),
        assessor=Assessor(
            name=NAME, registration=MET, certificate="85322 2411 9 0000123 2023", last_active_day=LAST_ACTIVE
        ),
        assignment_letter="001/ST/LSP/XI/2026",
        venue="TUK Sewaktu SMKN Contoh",
        first_day=date(2026, 11, 20),
        last_day=LAST_ACTIVE,
        outcome="assessed",
        units=(
            Unit(code="J.611000.001.01", title="Menentukan Spesifikasi", result="K", evidence=("L", "T")),
            Unit(code="J.611000.002.01", title="Memasang Kabel é", result="BK", evidence=("L",), note="Ulangi\nbesok"),
        ),
        recommendation="BK",
        signed_at=datetime(2026, 11, 21, 8, 30, 15, tzinfo=UTC),
        signed_on=LAST_ACTIVE,
    )
    return replace(made, **changes)


def paper_statement(**changes: Any) -> Statement:
    """A record of origin paper, entered two days after the last active day."""
    paper = Paper(entered_by="Rina Contoh", confirmed_by="Joko Contoh", scan_sha256="ab" * 32)
    signed = {"signed_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "signed_on": date(2026, 11, 23)}
    return statement(**{"origin": "paper", "paper": paper, **signed, **changes})
