"""Sealing of credentials: encrypted together with whose they are, opened only when one is needed."""

from __future__ import annotations

import json
from typing import cast

from services.errors import Conflict
from services.log import hide, hide_for_now
from services.secrets import Secrets
from storage.values import UserId

INSTALLATION = UserId("")
"""Whose a sealed value is that belongs to nobody alone."""


class Seal:
    """Seals with the program's key. The user and the service are part of what is sealed, so that a row copied to
    another user opens nothing.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def close(self, secret: str, user_id: UserId, service: str) -> str:
        """``secret`` as it may be stored."""
        envelope = json.dumps({"user": user_id, "service": service, "secret": secret})
        return (await self._secrets.fernet()).encrypt(envelope.encode()).decode()

    async def open(self, sealed: str, user_id: UserId, service: str) -> str:
        """What :meth:`close` sealed. Raises :class:`Conflict` for another key, another user or damage."""
        envelope = await self._unsealed(sealed)
        if (envelope.get("user"), envelope.get("service")) != (user_id, service):
            raise Conflict(
                f"The kept {service.capitalize()} credential cannot be decrypted with the key in use.",
                f"Restore the OAUTH_ENCRYPTION_KEY that was used before, or connect {service.capitalize()} again.",
            )
        secret = envelope["secret"]
        (hide_for_now if user_id == INSTALLATION else hide)(secret)
        return secret

    async def _unsealed(self, sealed: str) -> dict[str, str]:
        """The envelope, empty if it cannot be opened."""
        from cryptography.fernet import InvalidToken  # 7 MB that a program without a kept credential never needs

        for again in (False, True):
            if again:
                self._secrets.forget()
            cipher = await self._secrets.fernet()
            try:
                return cast("dict[str, str]", json.loads(cipher.decrypt(sealed.encode())))
            except (InvalidToken, ValueError):
                continue
        return {}
