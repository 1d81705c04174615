"""People whose roles the provider decides: by the groups it says they are in, anew at each log-in."""

from collections.abc import Mapping

import structlog
from pydantic import ValidationError

from config.trust import GroupSettings
from service.trust.people_book import PeopleBook
from service.trust.provider import Arrived
from web.trust.people import ScopeFields, User, UserFields
from web.trust.rights import Role
from web.trust.sources import NameTakenError, UnwiseError
from web.trust.who import Principal, Scope

_log = structlog.get_logger(__name__)
_PROVIDER = Principal("provider", "provider", frozenset(), Scope())  # in whose name the ledger has the changes


async def by_groups(
    book: PeopleBook, groups: Mapping[str, GroupSettings], user: User | None, arrived: Arrived
) -> User | None:
    """The user with the roles and the scope of today's groups, registered where there is none yet; None: not let in.

    What an admin has decided beside (further rights, rights taken away, legs, the person on the roster) stays. Somebody
    who is registered with a password and no id at the provider is never taken for somebody of the same name there.
    """
    own = [groups[name] for name in sorted(arrived.groups & groups.keys())]
    if not own:
        _log.warning("somebody of the provider is in no group that is known here")
        return None
    said: dict[str, object] = {
        "roles": tuple(sorted({Role(role) for group in own for role in group.roles})),
        "scope": _scope(own),
        "full_name": arrived.full_name,
        "oidc_id": arrived.oidc_id,
    }
    before = {} if user is None else {name: getattr(user, name) for name in UserFields.model_fields}
    try:
        fields = UserFields.model_validate({**before, **said})
        if user is None:
            return await book.add_user(arrived.name, fields, None, _PROVIDER)
        if fields == UserFields.model_validate(before):
            return user
        return await book.change_user(user.user_id, fields, _PROVIDER)
    except (ValidationError, NameTakenError, UnwiseError) as error:
        _log.warning("the provider's groups cannot be followed", failure=type(error).__name__)
        return None


def _scope(groups: list[GroupSettings]) -> ScopeFields:
    """Of all groups together: everywhere if one says so, else what they name."""
    if any(group.everywhere for group in groups):
        return ScopeFields(everywhere=True)
    return ScopeFields(
        sites=tuple(sorted({each for group in groups for each in group.sites})),
        teams=tuple(sorted({each for group in groups for each in group.teams})),
        queues=tuple(sorted({each for group in groups for each in group.queues})),
    )
