"""House widgets: one file each, dumb on purpose; screens own behaviour."""
