"""What is done with institutions."""

from assessor_registry.institutions.actions.listed import add_listed_schools, put_reference_schools
from assessor_registry.institutions.actions.lsps import (
    add_lsp,
    change_lsp,
    end_licence,
    end_licensed_scheme,
    end_network_school,
    give_licence,
    license_scheme,
    network_school,
)
from assessor_registry.institutions.actions.places import (
    add_season,
    add_venue,
    change_season,
    change_venue,
    load_regions,
    verify_venue,
)
from assessor_registry.institutions.actions.schools import (
    add_school,
    confirm_school,
    merge_school,
    provisional_school,
    provisional_schools,
    settle_schools,
)

__all__ = [
    "add_listed_schools",
    "add_lsp", "add_school", "add_season", "add_venue", "change_lsp", "change_season", "change_venue",
    "confirm_school", "end_licence", "end_licensed_scheme", "end_network_school", "give_licence", "license_scheme",
    "load_regions", "merge_school", "network_school", "provisional_school", "provisional_schools",
    "put_reference_schools", "settle_schools", "verify_venue",
]  # fmt: skip
