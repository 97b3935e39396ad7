"""Settings: `base` for all, and one module for each kind of installation."""
