"""REST of users and keys, for whoever gives rights."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.roster import Roster
from config.trust import TrustSettings
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError
from web.roster_api import RosterSource
from web.trust.people import Key, KeyFields, LoginName, User, UserFields
from web.trust.rights import RIGHTS_OF_ROLE, Right, Role
from web.trust.sources import NameTakenError, People, UnknownKeyError, UnknownUserError, UnwiseError
from web.trust.who import who_asks

_Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,32}$")]
_Password = Annotated[SecretStr, Field(min_length=1, max_length=200)]
_DAY_S = 86_400


class NewUserFields(UserFields):
    """A new user. Without a password the user comes in by the OpenID Connect provider."""

    name: LoginName
    password: _Password | None = None


class GivenPasswordFields(BaseModel):
    """A new password for somebody; null takes it away."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    password: _Password | None


class RotateFields(BaseModel):
    """How long the secret before works on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    overlap_s: float = Field(0, ge=0, le=30 * _DAY_S)


class UserList(BaseModel):
    """Everybody, by name."""

    users: list[User]


class KeyList(BaseModel):
    """All keys, revoked ones too."""

    keys: list[Key]


class KeyWithSecret(BaseModel):
    """A key with its secret, which is shown this once."""

    key: Key
    secret: str


class RolesBody(BaseModel):
    """What each role may do."""

    roles: dict[Role, list[Right]]


def people_router(people: People, roster: RosterSource, settings: TrustSettings) -> APIRouter:
    """The routes under /api/v1/users and /api/v1/keys."""
    responses = {404: {"model": Problem}, 409: {"model": Problem}, 422: {"model": Problem}}
    router = APIRouter(prefix="/api/v1", tags=["people"], responses=responses, max_body_size=LARGEST_BODY_BYTES)  # type: ignore[arg-type]

    @router.get("/roles")
    async def list_roles() -> RolesBody:
        """What each role may do, without a person's further rights."""
        return RolesBody(roles={role: sorted(rights) for role, rights in RIGHTS_OF_ROLE.items()})

    @router.get("/users")
    async def list_users() -> UserList:
        """Everybody."""
        return UserList(users=list(people.users()))

    @router.post("/users", status_code=201)
    async def add_user(body: NewUserFields) -> User:
        """Register somebody."""
        _on_roster(body, roster.roster)
        password = body.password.get_secret_value() if body.password is not None else None
        _long_enough(password, settings)
        fields = UserFields.model_validate(body.model_dump(exclude={"name", "password"}))
        try:
            return await people.add_user(body.name, fields, password, who_asks())
        except NameTakenError:
            raise _taken() from None

    @router.put("/users/{user_id}")
    async def change_user(user_id: _Id, body: UserFields) -> User:
        """Other roles, rights, scope; counts at once, on running sockets too."""
        _on_roster(body, roster.roster)
        try:
            return await people.change_user(user_id, body, who_asks())
        except UnknownUserError:
            raise _unknown_user() from None
        except NameTakenError:
            raise _taken() from None
        except UnwiseError as error:
            raise ProblemError(409, "last-admin", str(error)) from None

    @router.put("/users/{user_id}/password")
    async def give_password(user_id: _Id, body: GivenPasswordFields) -> User:
        """A new password; the user is logged out everywhere."""
        password = body.password.get_secret_value() if body.password is not None else None
        _long_enough(password, settings)
        try:
            return await people.give_password(user_id, password, who_asks())
        except UnknownUserError:
            raise _unknown_user() from None

    @router.get("/keys")
    async def list_keys() -> KeyList:
        """All keys; their secrets are not kept."""
        return KeyList(keys=list(people.keys()))

    @router.post("/keys", status_code=201)
    async def add_key(body: KeyFields) -> KeyWithSecret:
        """A new key. Its secret is in this answer and nowhere else."""
        key, secret = await people.add_key(body, who_asks())
        return KeyWithSecret(key=key, secret=secret)

    @router.post("/keys/{key_id}/rotate")
    async def rotate_key(key_id: _Id, body: RotateFields) -> KeyWithSecret:
        """Another secret for the key; the one before works on as long as asked."""
        try:
            key, secret = await people.rotate_key(key_id, body.overlap_s, who_asks())
        except UnknownKeyError:
            raise _unknown_key() from None
        return KeyWithSecret(key=key, secret=secret)

    @router.delete("/keys/{key_id}")
    async def revoke_key(key_id: _Id) -> Key:
        """The key opens nothing any more."""
        try:
            return await people.revoke_key(key_id, who_asks())
        except UnknownKeyError:
            raise _unknown_key() from None

    return router


def _on_roster(fields: UserFields, roster: Roster) -> None:
    """A person who is named must be there, or alerts would be claimed in the name of nobody."""
    if fields.person_id is not None and roster.people and roster.person(fields.person_id) is None:
        fault = BadField(field="body.person_id", detail="is not on the roster")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])


def _long_enough(password: str | None, settings: TrustSettings) -> None:
    if password is not None and len(password) < settings.shortest_password:
        fault = BadField(field="body.password", detail=f"has fewer than {settings.shortest_password} letters and signs")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])


def _taken() -> ProblemError:
    return ProblemError(409, "taken", "The name, or the id at the provider, is another user's.")


def _unknown_user() -> ProblemError:
    return ProblemError(404, "unknown-user", "No such user.")


def _unknown_key() -> ProblemError:
    return ProblemError(404, "unknown-key", "No such key, or it is revoked.")
