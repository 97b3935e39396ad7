"""What a public paper shows of a person."""


def masked_name(name: str) -> str:
    """张三 → 张*; 欧阳修远 → 欧**远; a single letter stays."""
    if len(name) < 2:
        return name
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
