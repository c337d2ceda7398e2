"""What is in the warehouse, and what each model has read."""
