"""The peers that measurements run beside ours, each set up as its own documentation says."""
