"""The two token calls of a sign-in (discogs-api.md 1.4), made with requests-oauthlib, which is synchronous.

Call them in a thread. What Discogs answers is read within bounds, redirects are not followed, and no error text holds a
token, a secret or a verifier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from services.accounts.application import ApplicationKeys
from services.errors import UpstreamError
from services.log import HIDDEN, hide_for_now, scrub
from services.upstream import is_loopback
from services.upstream.refusals import said_by

if TYPE_CHECKING:
    from requests import Response
    from requests_oauthlib import OAuth1Session

SERVICE = "Discogs"
OUT_OF_BAND = "oob"
"""The callback of a sign-in that ends with a code to paste."""
TIMEOUT = (5.0, 9.0)
"""Seconds to connect, and between two pieces of the answer."""
_LONGEST_ANSWER = 16_384


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its secret."""

    token: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Handshake:
    """One application's token calls at one address. Every call raises :class:`UpstreamError`: with the status where
    Discogs refused or answered no token, without where it could not be asked.
    """

    application: ApplicationKeys
    user_agent: str
    api_base: str

    def request_token(self, callback: str) -> Token:
        """Step 1: a token for the person to grant access to."""
        with self._session(callback=callback) as session:
            return self._ask(session, "GET", "request_token", "begin a sign-in")

    def access_token(self, granted: Token, verifier: str) -> Token:
        """Step 3: what opens the account from now on."""
        with self._session(granted, verifier) as session:
            return self._ask(session, "POST", "access_token", "finish a sign-in", verifier)

    def _session(
        self, granted: Token | None = None, verifier: str | None = None, callback: str | None = None
    ) -> OAuth1Session:
        from requests_oauthlib import OAuth1Session  # 200 ms, and only here

        session = OAuth1Session(
            self.application.consumer_key,
            client_secret=self.application.consumer_secret,
            resource_owner_key=granted.token if granted else None,
            resource_owner_secret=granted.secret if granted else None,
            callback_uri=callback,
            verifier=verifier,
        )
        session.headers["User-Agent"] = self.user_agent
        session.trust_env = not is_loopback(self.api_base)
        return session

    def _ask(self, session: OAuth1Session, method: str, step: str, action: str, code: str = "") -> Token:
        import requests

        try:
            with session.request(
                method,
                f"{self.api_base}/oauth/{step}",
                headers={"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else None,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return _read(answer, action, code)
        except requests.Timeout as error:
            raise UpstreamError(
                SERVICE,
                f"{SERVICE} did not answer in time when asked to {action}.",
                "Check the network, then try again.",
            ) from error
        except (requests.RequestException, OSError) as error:
            raise UpstreamError(
                SERVICE,
                f"{SERVICE} could not be reached to {action} ({type(error).__name__}).",
                "Check the network and the address of Discogs in the settings.",
            ) from error


def _read(answer: Response, action: str, code: str) -> Token:
    """The form-encoded token of a success. A refusal is told without the ``code`` that was sent."""
    body = b""
    for piece in answer.iter_content(4096):
        body += piece
        if len(body) > _LONGEST_ANSWER:
            break
    if answer.status_code != 200:
        said = scrub(said_by(body))
        said = said.replace(code, HIDDEN) if code else said
        raise UpstreamError(
            SERVICE,
            f"{SERVICE} refused ({answer.status_code}) to {action}{f': {said}' if said else ''}".rstrip(".") + ".",
            "Try again; if it stays, whoever runs this checks the application's keys (`lockgroove discogs-setup --show`).",
            answer.status_code,
        )
    fields = parse_qs(body.decode("utf-8", "replace"))
    token, secret = (fields.get(name, [""])[0] for name in ("oauth_token", "oauth_token_secret"))
    if not token or not secret:
        raise UpstreamError(
            SERVICE,
            f"{SERVICE} answered without a token when asked to {action}.",
            "The fault is on the side of Discogs, or its address in the settings is wrong; try again in a few minutes.",
            answer.status_code,
        )
    hide_for_now(token, secret)
    return Token(token, secret)
