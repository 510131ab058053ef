"""Users, API tokens and connections to outside accounts."""

from services.accounts.application import Application, ApplicationKeys
from services.accounts.connections import Connections, Credential, Preset
from services.accounts.service import Accounts

__all__ = ["Accounts", "Application", "ApplicationKeys", "Connections", "Credential", "Preset"]
