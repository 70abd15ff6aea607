"""Endpoints, schedules and exceptional days as a YAML file: written out, read in, compared, applied as a whole."""
