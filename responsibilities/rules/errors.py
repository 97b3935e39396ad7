"""The one exception by which a decision says no."""


class Refused(Exception):
    """An act the rules do not allow.

    `code` is for programs, `message` is a whole Chinese sentence saying what is wrong and what to do,
    `fields` maps field names to such sentences.
    """

    def __init__(self, code: str, message: str, fields: dict[str, str] | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}


class EditedMeanwhile(Refused):
    """Somebody saved the same record between our reading and our writing; nothing was overwritten.

    `version` is the one that stands now: the form takes it up, so that a person who compared can submit again.
    """

    def __init__(self, name: str = "这条记录", version: int | None = None):
        self.version = version
        super().__init__(
            "edited_meanwhile",
            f"{name}刚被他人修改过，您的修改没有保存。请对照最新内容后重新提交。",
        )


class NotAllowed(Refused):
    """In scope, but without the permission for the act (HTTP 403)."""

    def __init__(self, message: str = "您的岗位没有办理此事项的权限。"):
        super().__init__("not_allowed", message)


class NotVisible(Refused):
    """Absent or outside the caller's scope; the two are never told apart (HTTP 404)."""

    def __init__(self, message: str = "没有找到这条记录，或者它不在您的管辖范围内。"):
        super().__init__("not_found", message)


class RowsRefused(Refused):
    """Rows of a list that can't be taken; nothing of the list was stored.

    `errors` holds every one: `{"index", "field", "code", "message"}`, index from 0 in the list as it was sent.
    """

    def __init__(self, errors: list[dict], name: str):
        self.errors = errors
        rows = len({error["index"] for error in errors})
        super().__init__(
            "rows_invalid",
            f"{name}中有 {rows} 行不能受理，整批没有保存。请按 errors 逐行改正后重新报送。",
            {f"{name}[{error['index']}].{error['field']}": error["message"] for error in errors},
        )
