"""The command line: one module per noun; a command opens what it needs, prints, ends with a documented status."""
