"""Users and keys as they are kept, shown and changed; and what a user's roles come to."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.roster import Id
from web.trust.rights import RIGHTS_OF_KEY, RIGHTS_OF_ROLE, KeyKind, Right, Role
from web.trust.who import Legs, Principal, Scope

LoginName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@-]{1,128}$", to_lower=True)]
FullName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_SOUND = frozenset(
    {Right.LISTEN, Right.REPLAY, Right.DOWNLOAD, Right.WHISPER, Right.BARGE, Right.TAKE_OVER, Right.TRANSCRIPT}
)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScopeFields(_Kept):
    """Which calls: everywhere, or in these sites, teams and queues, of each that is named."""

    everywhere: bool = False
    sites: tuple[Id, ...] = Field((), max_length=500)
    teams: tuple[Id, ...] = Field((), max_length=500)
    queues: tuple[Id, ...] = Field((), max_length=500)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.everywhere and (self.sites or self.teams or self.queues):
            raise ValueError("say everywhere, or name sites, teams and queues; not both")
        return self

    def scope(self) -> Scope:
        """As rights are judged by."""
        return Scope(self.everywhere, frozenset(self.sites), frozenset(self.teams), frozenset(self.queues))


class UserFields(_Kept):
    """What an admin decides of a user."""

    full_name: FullName | None = None
    roles: tuple[Role, ...] = Field((), max_length=len(Role))
    granted: tuple[Right, ...] = Field((), description="Further rights, such as barge.")
    denied: tuple[Right, ...] = Field((), description="Rights of the roles that this user has not.")
    scope: ScopeFields = ScopeFields()
    legs: Legs = Field("both", description="Whose voice and words this user may hear and read.")
    person_id: Id | None = Field(None, description="Who this is on the roster: alerts are told and claimed by that id.")
    oidc_id: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        None, description="Who this is at the OpenID Connect provider."
    )
    disabled: bool = False

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        rights = self.rights()
        if Right.PEOPLE in rights and rights & _SOUND:
            raise ValueError("who gives rights hears and reads no calls: use two users")
        if Right.INGEST in rights:
            raise ValueError("audio and events come with keys, not with users")
        if rights - RIGHTS_OF_ROLE[Role.ADMIN] and self.scope == ScopeFields():
            raise ValueError("name sites, teams or queues, or say everywhere")
        return self

    def rights(self) -> frozenset[Right]:
        """Of all roles, with the further ones, without those taken away."""
        of_roles = frozenset[Right]().union(*(RIGHTS_OF_ROLE[role] for role in self.roles))
        return (of_roles | frozenset(self.granted)) - frozenset(self.denied)


class User(UserFields):
    """A user as kept. The password's hash is not here: only the log-in reads it."""

    user_id: str
    name: LoginName
    has_password: bool = False
    created_at: AwareDatetime
    changed_at: AwareDatetime

    def principal(self, session_id: str | None, address: str | None) -> Principal:
        """The user, asking."""
        return Principal(
            name=self.full_name or self.name,
            acts_as=self.person_id or self.name,
            rights=frozenset() if self.disabled else self.rights(),
            scope=self.scope.scope(),
            legs=self.legs,
            user_id=self.user_id,
            session_id=session_id,
            address=address,
        )


class KeyFields(_Kept):
    """What an admin decides of a key."""

    kind: KeyKind
    label: FullName = Field(description="What it is for: the name of a PBX, of a screen.")
    calls_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@-]{0,64}$")] = Field(
        "", description="ingest: only calls whose call_id begins so; PBXes cannot speak for each other."
    )
    scope: ScopeFields = Field(ScopeFields(everywhere=True), description="wallboard: what the screen shows.")


class Key(KeyFields):
    """A key as kept; its secret is shown once and kept as a hash."""

    key_id: str
    created_at: AwareDatetime
    created_by: str
    former_until: AwareDatetime | None = Field(None, description="Until then the secret before the last works too.")
    revoked_at: AwareDatetime | None = None

    def principal(self, session_id: str | None = None, address: str | None = None) -> Principal:
        """The key, asking."""
        return Principal(
            name=self.label,
            acts_as=f"key:{self.key_id}",
            rights=RIGHTS_OF_KEY[self.kind] if self.revoked_at is None else frozenset(),
            scope=self.scope.scope(),
            key_id=self.key_id,
            session_id=session_id,
            calls_prefix=self.calls_prefix,
            address=address,
        )
