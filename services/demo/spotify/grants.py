"""Who let which application in: codes, refresh tokens and access tokens of the simulated accounts service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .refusals import TokenRefused

CLIENT_ID = "10c4900e0d3e0f5107f1e57a11e4d3e0"
CLIENT_SECRET = "demo-app-secret-not-a-secret"
REDIRECTS = ("http://127.0.0.1/callback", "http://[::1]/callback", "https://music.example.org/callback")
"""What the demo's application has registered: loopback without a port, so any port does (1.2)."""
SCOPES = (
    "user-follow-read", "user-follow-modify", "user-library-read", "user-library-modify", "user-top-read",
    "user-read-recently-played", "user-read-currently-playing", "user-read-playback-state", "user-read-private",
    "user-read-email", "playlist-read-private", "playlist-read-collaborative", "playlist-modify-public",
    "playlist-modify-private",
)  # fmt: skip
"""Every scope there is."""
ACCESS_SECONDS = 3600
_CODE_SECONDS = 60.0
_LIFETIME = 182 * 86_400.0
"""Six months from the authorisation, whatever is refreshed (1.6)."""
_LOOPBACK = ("127.0.0.1", "::1")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(eq=False)
class Application:
    """A client id. Who is in ``unlisted`` can sign in and is then refused everything (1.1)."""

    client_id: str
    secret: str
    name: str = "Lockgroove demo"
    redirects: tuple[str, ...] = REDIRECTS
    unlisted: set[str] = field(default_factory=set[str])

    def accepts(self, redirect: str) -> bool:
        """Whether a redirect address is a registered one; a loopback one without a port may come with any port."""
        if redirect in self.redirects:
            return True
        there = urlsplit(redirect)
        return there.scheme == "http" and any(
            there.hostname == known.hostname in _LOOPBACK
            and known.port is None
            and (there.path, there.query) == (known.path, known.query)
            for known in map(urlsplit, self.redirects)
        )


@dataclass(eq=False)
class Login:
    """One person's yes to one application. ``pkce`` None: either way of refreshing will do (given before the start)."""

    client_id: str
    user: str
    scopes: tuple[str, ...]
    authorized_at: float
    pkce: bool | None


@dataclass(eq=False)
class Code:
    login: Login
    redirect: str
    challenge: str
    expires: float


@dataclass(eq=False)
class Access:
    """An access token; without a login it is the application's own (client credentials)."""

    client_id: str
    login: Login | None
    expires: float


class Grants:
    """``clock`` counts seconds. With ``rotates`` a refresh gives a new refresh token and kills the old one (1.6)."""

    def __init__(self, clock: Callable[[], float], *, rotates: bool = False) -> None:
        self.applications = {CLIENT_ID: Application(CLIENT_ID, CLIENT_SECRET)}
        self.rotates = rotates
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, Login] = {}
        self._revoked: set[str] = set()
        self.access: dict[str, Access] = {}

    # --- saying yes

    def preset(self, user: str, scopes: tuple[str, ...] = SCOPES, client_id: str = CLIENT_ID) -> str:
        """A refresh token without a browser; the same again for the same person."""
        token = f"AQ-demo-refresh-{user}"
        if token not in self._refresh and token not in self._revoked:
            self._refresh[token] = Login(client_id, user, scopes, self._clock(), None)
        return token

    def preset_access(self, user: str, scopes: tuple[str, ...] | None = None) -> str:
        """An access token that is good for an hour; with these scopes only, if given."""
        return self._new_access(
            CLIENT_ID, Login(CLIENT_ID, user, SCOPES if scopes is None else scopes, self._clock(), None)
        )

    def allow(self, client_id: str, user: str, scopes: tuple[str, ...], redirect: str, challenge: str) -> str:
        """The code that goes back to the application."""
        code = f"AQ-code-{secrets.token_urlsafe(24)}"
        login = Login(client_id, user, scopes, self._clock(), bool(challenge))
        self._codes[code] = Code(login, redirect, challenge, self._clock() + _CODE_SECONDS)
        return code

    # --- tokens

    def exchange(
        self, application: Application, code: str, redirect: str, verifier: str, *, proven: bool
    ) -> dict[str, object]:
        """Tokens for a code; it works once, for a minute, for the attempt it belongs to (1.3)."""
        found = self._codes.pop(code, None)
        if found is None or found.login.client_id != application.client_id:
            raise TokenRefused("invalid_grant", "Invalid authorization code")
        if found.expires < self._clock():
            raise TokenRefused("invalid_grant", "Authorization code expired")
        if found.redirect != redirect:
            raise TokenRefused("invalid_grant", "Invalid redirect URI")
        if found.challenge:
            digest = hashlib.sha256(verifier.encode()).digest()
            given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(given, found.challenge):
                raise TokenRefused("invalid_grant", "code_verifier was incorrect")
        elif not proven:
            raise TokenRefused("invalid_client", "Invalid client secret")
        return self._answer(found.login, self._new_refresh(found.login))

    def renew(self, application: Application, refresh: str, *, proven: bool) -> dict[str, object]:
        """A new access token; with rotation a new refresh token too, and the old one is dead."""
        login = self._refresh.get(refresh)
        if login is None or login.client_id != application.client_id:
            revoked = refresh in self._revoked
            raise TokenRefused("invalid_grant", "Refresh token revoked" if revoked else "Invalid refresh token")
        if login.authorized_at + _LIFETIME < self._clock():
            raise TokenRefused("invalid_grant", "Refresh token expired")
        if login.pkce is False and not proven:
            raise TokenRefused("invalid_client", "Invalid client secret")
        if not self.rotates:
            return self._answer(login, None)
        self._end(refresh)
        return self._answer(login, self._new_refresh(login))

    def app_only(self, application: Application) -> dict[str, object]:
        """A token of the application itself: catalogue only (1.5)."""
        token = self._new_access(application.client_id, None)
        return {"access_token": token, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}

    def whose(self, refresh: str) -> str:
        """Whose refresh token that is, dead or alive; empty if nobody's."""
        login = self._refresh.get(refresh)
        return login.user if login else ""

    def whose_code(self, code: str) -> str:
        """Whose code that is; empty if it is none."""
        found = self._codes.get(code)
        return found.login.user if found else ""

    def is_over(self, access: Access) -> bool:
        """Whether an access token has expired."""
        return access.expires <= self._clock()

    # --- behind the program's back

    def revoke(self, user: str = "", *, access: bool = True) -> int:
        """Remove the application from this person's account (default: everybody's); how many refresh tokens ended.

        With ``access`` the access tokens end with them.
        """
        ended = [token for token, login in self._refresh.items() if user in ("", login.user)]
        for token in ended:
            self._end(token)
        if access:
            for token, known in list(self.access.items()):
                if known.login and user in ("", known.login.user):
                    del self.access[token]
        return len(ended)

    def expire_access(self, user: str = "") -> None:
        """End the hour of access tokens now."""
        for known in self.access.values():
            if not user or (known.login and known.login.user == user):
                known.expires = float("-inf")

    def age(self, seconds: float, user: str = "") -> None:
        """Let logins have happened that much earlier."""
        for login in self._refresh.values():
            if user in ("", login.user):
                login.authorized_at -= seconds

    def expire_codes(self) -> None:
        """End the minute of every code now."""
        for code in self._codes.values():
            code.expires = float("-inf")

    def _end(self, refresh: str) -> None:
        self._refresh.pop(refresh, None)
        self._revoked.add(refresh)

    def _new_refresh(self, login: Login) -> str:
        token = f"AQ-refresh-{secrets.token_urlsafe(48)}"
        self._refresh[token] = login
        return token

    def _new_access(self, client_id: str, login: Login | None) -> str:
        token = f"BQ-access-{secrets.token_urlsafe(48)}"
        self.access[token] = Access(client_id, login, self._clock() + ACCESS_SECONDS)
        return token

    def _answer(self, login: Login, refresh: str | None) -> dict[str, object]:
        answer: dict[str, object] = {
            "access_token": self._new_access(login.client_id, login),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
        }
        if refresh is not None:
            answer["refresh_token"] = refresh
        return answer | {"scope": " ".join(login.scopes)}
