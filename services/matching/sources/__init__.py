"""How each service tells of albums and tracks, read into what is compared. Nothing here asks anybody or fails on odd input."""
