"""How numbers and days are written, where it differs from the framework (conf/locale/zh_Hans/formats.py)."""
