"""What the system does: one package per domain, plus ``rest`` which exposes them."""
