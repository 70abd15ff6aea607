"""Questions that a supervisor (Compose, Kubernetes) asks a process: exit status 0 is "well", anything else is not."""
