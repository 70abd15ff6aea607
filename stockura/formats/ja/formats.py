"""Japanese: a space parts the date from the time."""

DATETIME_FORMAT = "Y年n月j日 G:i"
