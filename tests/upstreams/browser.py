"""What a person does in a browser while signing in on the simulated Discogs."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx


async def decide(url: str, account: str, decision: str = "allow") -> httpx.Response:
    """Open the page at ``url`` and press a button; what came back, redirects not followed."""
    token = parse_qs(urlsplit(url).query)["oauth_token"][0]
    async with httpx.AsyncClient(timeout=20, trust_env=False) as browser:
        assert (await browser.get(url)).status_code == 200
        form = {"oauth_token": token, "account": account, "decision": decision}
        return await browser.post(url.partition("?")[0], data=form)


async def code_of(url: str, account: str) -> str:
    """Grant access and read the code that is shown."""
    page = await decide(url, account)
    found = re.search(r"<code>(\w+)</code>", page.text)
    assert found, page.text
    return found[1]
