"""Years of plays out of the data that Spotify exports: extended streaming history and account data."""
