"""What is known of each workflow: the registry, routes of payloads, columns of feeds."""
