"""Questions that Compose or Kubernetes asks a process: exit status 0 is "well", anything else is not."""
