"""What a person at a terminal meets: the command line, the app, screens and widgets."""
