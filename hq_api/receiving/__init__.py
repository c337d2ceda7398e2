"""The door for payloads that senders deliver by HTTP."""
