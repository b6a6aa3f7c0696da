"""Institutions in the database: regions and schools, LSPs and what they are licensed for, venues and seasons."""

from assessor_registry.institutions.store.lsps import (
    Licence,
    LicensedScheme,
    Lsp,
    NetworkSchool,
    get_licence,
    get_licensed_scheme,
    get_lsp,
    get_network_school,
    latest_licence,
    licence_on,
    licences_of,
    licensed_schemes,
    list_lsps,
    lsps_of_licence,
    lsps_of_school,
    network_of,
    scheme_licensed_on,
)
from assessor_registry.institutions.store.places import (
    Season,
    Venue,
    get_season,
    get_venue,
    list_seasons,
    list_venues,
    next_season,
    scope_name,
    season_on,
)
from assessor_registry.institutions.store.schools import (
    Region,
    School,
    get_school,
    list_regions,
    list_schools,
    region_index,
    school_index,
    school_row,
    served_schools,
    visible_schools,
)
from assessor_registry.institutions.store.writing import (
    change,
    give_npsn,
    insert,
    insert_missing_regions,
    insert_schools,
    lock_schools,
    move_references,
)

__all__ = [
    "Licence", "LicensedScheme", "Lsp", "NetworkSchool", "Region", "School", "Season", "Venue", "change",
    "get_licence", "get_licensed_scheme", "get_lsp", "get_network_school", "get_school", "get_season", "get_venue",
    "give_npsn", "insert", "insert_missing_regions", "insert_schools",
    "latest_licence", "licence_on", "licences_of", "licensed_schemes",
    "list_lsps", "list_regions", "list_schools", "list_seasons", "list_venues", "lock_schools",
    "lsps_of_licence", "lsps_of_school", "move_references", "network_of", "next_season", "region_index",
    "scheme_licensed_on", "school_index", "school_row", "scope_name", "season_on", "served_schools", "visible_schools",
]  # fmt: skip
