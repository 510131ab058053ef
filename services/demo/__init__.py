"""A small invented world: simulated services on loopback, for ``lockgroove demo`` and for the tests."""
