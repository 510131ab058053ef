"""Whether two things are the same music: albums and tracks of Discogs, Spotify, Plex, Soulseek and beets, compared by one rule."""
