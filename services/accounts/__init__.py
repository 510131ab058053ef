"""Users, API tokens and connections to outside accounts."""

from services.accounts.connections import Connections, Credential, Preset
from services.accounts.service import Accounts

__all__ = ["Accounts", "Connections", "Credential", "Preset"]
