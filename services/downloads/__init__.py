"""The download queue: its states, sources and retries, and what is done with what arrives."""
