"""What people see: screens, tables, progress."""
