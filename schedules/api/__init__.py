"""The REST door under /api/v1/: it shapes input and output; what happens is decided by services and models."""
