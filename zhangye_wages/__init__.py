"""Composition root: settings, addresses, jobs, health and the launcher. It imports every room; no room imports it."""
