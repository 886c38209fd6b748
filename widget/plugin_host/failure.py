"""A stranger's exception in one line."""

MAX_LENGTH = 300


def reason_of(error: BaseException) -> str:
    """Return one line that names the error; a reader never sees it, a moderator does.

    An exception whose own ``str`` raises is named by its class alone.
    """
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())[:MAX_LENGTH]
    except Exception:  # its own fault, and no reason to say nothing of the first one
        return name
    text = text.encode("utf-8", "backslashreplace").decode().replace("\x00", "")
    return f"{name}: {text}" if text else name
