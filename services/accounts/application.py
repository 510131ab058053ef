"""The Discogs application of this installation, under which its users sign in; an operator sets its two keys once."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.accounts.seal import INSTALLATION, Seal
from services.errors import Conflict, InvalidInput, NotConnected
from services.log import hide
from services.secrets import Secrets
from services.settings import Settings
from storage import app_config
from storage.engine import Storage

CONSUMER_KEY = "discogs_consumer_key"
CONSUMER_SECRET = "discogs_consumer_secret"
"""The keys of ``app_config`` (discogsography-contract.md 8)."""
NOT_CONFIGURED = "Discogs app credentials not configured. Ask an admin to run discogs-setup on the API container."
"""What clients compare (discogsography-contract.md 7, O1)."""


@dataclass(frozen=True, slots=True)
class ApplicationKeys:
    """What Discogs gave the application (discogs-api.md 1.3)."""

    consumer_key: str
    consumer_secret: str = field(repr=False)


class Application:
    """The application's keys: those of the settings if both are there, else those that ``discogs-setup`` kept.

    They are read when they are asked for, which is rare, so that new ones are used without a restart.
    """

    def __init__(self, storage: Storage, secrets: Secrets, settings: Settings) -> None:
        self.settings = settings
        self._storage = storage
        self._seal = Seal(secrets)

    async def keys(self) -> ApplicationKeys:
        """The keys in use.

        Raises :class:`NotConnected` if either is missing, :class:`Conflict` if they cannot be decrypted.
        """
        key, secret = await self.known()
        if key is None or secret is None:
            missing = tuple(
                name.upper() for name, value in ((CONSUMER_KEY, key), (CONSUMER_SECRET, secret)) if not value
            )
            hint = "`lockgroove discogs-setup` keeps the keys of your application (discogs.com/settings/developers)."
            raise NotConnected("discogs", NOT_CONFIGURED, hint, missing)
        hide(secret)
        return ApplicationKeys(key, secret)

    async def known(self) -> tuple[str | None, str | None]:
        """Key and secret in use, each None where it is not set. Raises :class:`Conflict` as :meth:`keys` does."""
        given = self._given()
        if given is not None:
            return given
        async with self._storage.read() as conn:
            sealed = {name: await app_config.get(conn, name) for name in (CONSUMER_KEY, CONSUMER_SECRET)}
        return await self._opened(CONSUMER_KEY, sealed), await self._opened(CONSUMER_SECRET, sealed)

    async def keep(self, consumer_key: str, consumer_secret: str) -> bool:
        """Keep both keys sealed, in place of those before; False if the settings supply others, which go first.

        Raises :class:`InvalidInput` for what cannot be a key.
        """
        for name, value in ((CONSUMER_KEY, consumer_key), (CONSUMER_SECRET, consumer_secret)):
            if not value.isascii() or not value.isprintable() or not value or " " in value:
                what = name.removeprefix("discogs_").replace("_", " ")
                raise InvalidInput(name, f"That is no {what}.", "Copy it whole, without anything around it.")
        hide(consumer_secret)
        async with self._storage.write() as conn:
            for name, value in ((CONSUMER_KEY, consumer_key), (CONSUMER_SECRET, consumer_secret)):
                await app_config.put(conn, name, await self._seal.close(value, INSTALLATION, name))
        return self._given() is None

    def _given(self) -> tuple[str, str] | None:
        # A key of the settings with a secret of another application would only be refused by Discogs.
        key, secret = self.settings.discogs_consumer_key, self.settings.discogs_consumer_secret
        return (key.get_secret_value(), secret.get_secret_value()) if key and secret else None

    async def _opened(self, name: str, sealed: dict[str, str | None]) -> str | None:
        value = sealed[name]
        if value is None:
            return None
        try:
            return await self._seal.open(value, INSTALLATION, name)
        except Conflict as unreadable:
            raise Conflict(
                "The kept keys of the Discogs application cannot be decrypted with the encryption key in use.",
                "Restore the OAUTH_ENCRYPTION_KEY that was used before, or run `lockgroove discogs-setup` again.",
            ) from unreadable
