"""What is done to accounts: making and granting, signing in and out, codes, and requests that may come twice."""

from assessor_registry.accounts.actions.attempts import (
    Attempt,
    attempt_given_back,
    attempt_held,
    begin_attempt,
    purge_attempts,
)
from assessor_registry.accounts.actions.forms import keep_form, kept_form, purge_forms
from assessor_registry.accounts.actions.once import Replay, begin_idempotent, finish_idempotent, purge_idempotency
from assessor_registry.accounts.actions.passwords import (
    activate,
    change_password,
    first_operator,
    give_password,
    issue_code,
    require_not_issuer,
)
from assessor_registry.accounts.actions.people import create_account, disable, enable, give_grant, revoke_grant
from assessor_registry.accounts.actions.sessions import (
    SignedIn,
    choose_grant,
    end_credential,
    make_token,
    purge_ended,
    sign_in,
    sign_out,
)

__all__ = [
    "Attempt", "Replay", "SignedIn", "activate", "attempt_given_back", "attempt_held", "begin_attempt",
    "begin_idempotent",
    "change_password", "choose_grant", "create_account", "disable", "enable", "end_credential", "finish_idempotent",
    "first_operator", "give_grant", "give_password", "issue_code", "keep_form", "kept_form", "make_token",
    "purge_attempts", "purge_ended", "purge_forms", "purge_idempotency", "require_not_issuer", "revoke_grant",
    "sign_in", "sign_out",
]  # fmt: skip
