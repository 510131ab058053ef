"""The records a person owns: by hand, from Discogs, from files; and back into files."""
