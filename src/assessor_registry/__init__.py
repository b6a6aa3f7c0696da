"""The register of the assessors who certify vocational-school students (LSP-P1 of an SMK, licensed by BNSP).

The rooms, top of the ladder first; a room imports only from lines below its own:

    cli                              the command line
    demo                             the sample province
    serving · founding               running the server · the first start
    app · backup · checking          the application put together · backup and restore · fsck
    readiness                        whether a registry may be worked on
    web · jobs · schema              pages and API · what runs by the clock · all tables for Alembic
    intake                           workbooks in: parse → preview → apply
    reports                          read-only SQL across rooms
    consequences                     what a decree touches, applied with it
    assessments                      results per unit, the signed record
    scheduling                       schedules, assignments, load, clash
    validity                         certificates, appointments, extensions, sanctions → active periods, eligibility
    assessors · students             the people
    institutions                     regions, schools, LSPs and licences, networks, venues, seasons
    schemes                          scheme → version → cluster → unit of competency
    proof                            bundle and verdict
    signing                          keys, X.509, statements, JWS
    policy                           dated rules with a source
    accounts                         who asks, what they may do
    flags · notices · files · printing
    audit                            who changed what
    db                               engine, migrations, the private PostgreSQL
    secrecy · words · days           encryption of fields · catalogues · calendar arithmetic
    settings
    clock
    errors
"""

__version__ = "0.1.0"
