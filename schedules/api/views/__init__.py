"""One module per resource; each view calls the service that decides."""
