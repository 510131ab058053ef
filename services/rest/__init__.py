"""The REST surface: the app, who may come in, one translation of errors, one router per URL prefix, the servers."""
