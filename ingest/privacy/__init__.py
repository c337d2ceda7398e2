"""A person's data: what is held of them, taking it out, and keeping it out."""
