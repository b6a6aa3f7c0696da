"""How large a promise is tried: a seeded sample as part of the tests, all of it with REGISTRY_CAMPAIGN=full."""

# Not with the prefix of the settings: an unknown one refuses to start.
import os
import random

SETTING = "REGISTRY_CAMPAIGN"


def full() -> bool:
    """Whether the promises are tried at full size."""
    return os.environ.get(SETTING, "") == "full"


def size(sample: int, everything: int) -> int:
    """`sample` as part of the tests, `everything` in the campaign; a number in the setting is taken as it is."""
    asked = os.environ.get(SETTING, "")
    if asked.isdigit():
        return int(asked)
    return everything if full() else sample


def seeded(name: str) -> random.Random:
    """Chance that is the same on every run, and another for every test."""
    return random.Random(f"assessor_registry {name}")
