"""What requests and answers look like; each module is one resource."""
