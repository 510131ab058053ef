"""``/api/auth``: register, log in, log out, who am I (discogsography-contract.md section 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from services.accounts.passwords import LONGEST, SHORTEST, check_rules
from services.accounts.service import email_address
from services.errors import InvalidInput, LockgrooveError, StoreBusy, StoreError
from services.rest.access import Caller, PersonalRoute, TokenPart, UncachedRoute
from services.rest.errors import faults, told
from services.rest.limits import limited
from services.rest.parts import RuntimePart
from services.rest.wire import Words

log = structlog.stdlib.get_logger(__name__)
public = APIRouter(prefix="/api/auth", tags=["auth"], route_class=UncachedRoute)
personal = APIRouter(prefix="/api/auth", tags=["auth"], route_class=PersonalRoute)


def _by_the_rule(rule: Callable[[str], object]) -> AfterValidator:
    def check(value: str) -> str:
        try:
            rule(value)
        except InvalidInput as error:
            raise PydanticCustomError("rule", "{message}", {"message": error.message}) from None
        return value

    return AfterValidator(check)


class Registration(BaseModel):
    """Who wants an account."""

    email: Annotated[Words, _by_the_rule(email_address)] = Field(description="Trimmed and lower-cased.")
    password: Annotated[Words, _by_the_rule(check_rules)] = Field(
        description="Any characters, also blanks; not trimmed.", min_length=SHORTEST, max_length=LONGEST
    )


class Registered(BaseModel):
    """The same for an address that is new and for one that has an account."""

    message: Literal["Registration processed"] = "Registration processed"


class Credentials(BaseModel):
    """Who wants to come in."""

    email: Words = Field(description="Trimmed and lower-cased.")
    password: Words


class LoggedIn(BaseModel):
    """A session."""

    access_token: str = Field(description="Send it as `Authorization: Bearer <token>`.")
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds that it is good for.")


class LoggedOut(BaseModel):
    logged_out: Literal[True] = True


class Me(BaseModel):
    """Who is asking."""

    id: str
    email: str | None = Field(description="null for the owner of the machine, unless given an address.")
    is_active: bool
    created_at: str = Field(description="ISO 8601 with offset.")


@public.post("/register", status_code=201, summary="Make an account", responses=faults(422, 429, 500, 503))
@limited("3/minute")
async def register(wanted: Registration, runtime: RuntimePart) -> Registered:
    """The answer does not tell whether the address has an account already; an account that exists is left as it is.

    An operator may have closed registration; then nothing is made, and the answer is the same.
    """
    try:
        await runtime.accounts.register(wanted.email, wanted.password)
    except StoreBusy:
        raise
    except StoreError as error:  # the contract wants 500 for what the store cannot take
        log.warning("account_not_stored", error=error.message)
        raise LockgrooveError("The account could not be stored.", told(error)[1]) from error
    return Registered()


@public.post("/login", summary="Log in", responses=faults(401, 422, 429, 503))
@limited("5/minute")
async def login(given: Credentials, runtime: RuntimePart) -> LoggedIn:
    """A new session; earlier ones stay valid. An unknown address, a wrong password and a disabled account are refused
    alike.
    """
    session = await runtime.accounts.login(given.email, given.password)
    return LoggedIn(access_token=session.access_token, expires_in=session.expires_in)


@personal.post("/logout", summary="Log out", responses=faults(401, 409, 503))
async def logout(_: Caller, token: TokenPart, runtime: RuntimePart) -> LoggedOut:
    """End the session of the access token that was sent, and no other. 409 for an API token and on the owner's socket:
    they have no session.
    """
    await runtime.accounts.logout(token)
    return LoggedOut()


@personal.get("/me", summary="Who am I", responses=faults(401, 404, 503))
async def me(caller: Caller) -> Me:
    """The account that the token belongs to; over the owner's socket the owner."""
    return Me(id=caller.id, email=caller.email, is_active=caller.is_active, created_at=caller.created_at)
