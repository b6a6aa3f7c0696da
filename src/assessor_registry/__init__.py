"""The register of the assessors who certify vocational-school students (LSP-P1 of an SMK, licensed by BNSP).

The rooms, top of the ladder first; a room imports only from lines below its own:

    cli · app · demo         ways in; the sample province
    web · jobs · schema      pages and API · what runs by the clock · all tables for Alembic
    intake                   workbooks in: parse → preview → apply
    reports                  read-only SQL across rooms
    assessments              results per unit, the signed record
    scheduling               schedules, assignments, load, clash
    validity                 certificates, appointments, extensions, sanctions → active periods, status of eligibility
    assessors · students     the people
    institutions             regions, schools, LSPs and licences, networks, venues, seasons
    schemes                  scheme → version → cluster → unit of competency
    proof · signing          bundle and verdict · keys, X.509, statements, JWS
    accounts                 who asks, what they may do
    audit · flags · notices · files · printing
    db · policy · words      engine, private PostgreSQL · dated rules · catalogues
    secrecy                  encryption of single fields
    settings · clock · errors · days
"""

__version__ = "0.1.0"
