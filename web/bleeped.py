"""The sound of a call for those who may not hear numbers: the name it goes by beside the call's own."""


def bleeped_name(call_id: str) -> str:
    """What the sound of a call goes by towards those who may not hear numbers (no call_id holds a tilde)."""
    return f"~{call_id}"
