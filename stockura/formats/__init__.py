"""Formats of dates, language by language; Django holds what is not said here."""
