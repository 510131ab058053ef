"""beets, called as the program it is: queries, imports, changes (beets-cli.md)."""
