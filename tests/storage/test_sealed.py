"""Everything encrypted is found, wherever it lies, once each, and nothing else."""

from __future__ import annotations

from cryptography.fernet import Fernet

from storage import accounts, app_config, sealed, short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import Connection, ConnectionState, User

KEY = Fernet(Fernet.generate_key())


async def test_pages_hold_every_sealed_value_once_while_they_are_replaced(storage: Storage, owner: User) -> None:
    tokens = [KEY.encrypt(str(n).encode()).decode() for n in range(12)]
    async with storage.write() as conn:
        ana = await accounts.register(conn, "ana@example.org", "x")
        assert ana is not None
        for n, user in enumerate((owner, owner, owner, ana, ana)):
            held = Connection(user.id, f"service{n}", None, tokens[n], ConnectionState.CONNECTED, None, None)
            await accounts.connect(conn, held)
        await accounts.connect(conn, Connection(ana.id, "none", None, None, ConnectionState.CONNECTED, None, None))
        for n in range(5, 8):
            await app_config.put(conn, f"key{n}", tokens[n])
        await app_config.put(conn, "plain", "text")
        for n in range(8, 12):
            await short_lived.put(conn, Kind.OAUTH, f"state{n}", tokens[n], seconds=600)
        await short_lived.put(conn, Kind.REVOKED, "jti", owner.id, seconds=600)
    seen: list[str] = []
    async with storage.write() as conn:
        async for page in sealed.pages(conn, size=2):
            assert len(page) <= 2
            for value in page:
                seen.append(value.token)
                await sealed.replace(conn, value, KEY.encrypt(b"again " + KEY.decrypt(value.token)).decode())
    assert sorted(seen) == sorted(tokens)
    async with storage.read() as conn:
        again = [KEY.decrypt(value.token) async for page in sealed.pages(conn) for value in page]
        assert await app_config.get(conn, "plain") == "text"
        assert await short_lived.get(conn, Kind.REVOKED, "jti") == owner.id
    assert sorted(again) == sorted(b"again " + str(n).encode() for n in range(12))
