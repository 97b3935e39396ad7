"""A file that is turned away: a code for programs and one whole sentence for people."""

MESSAGES = {
    "empty": "文件是空的，里面没有任何内容。请检查后重新上传。",
    "not_a_sheet": "这不是电子表格文件。请上传 Excel 或 WPS 表格（.xlsx、.xls、.et），或 CSV 文件。",
    "encrypted": "文件设有打开密码，系统无法读取。请在 Excel 或 WPS 里取消密码后重新上传。",
    "too_large": "文件太大。请只保留需要的工作表后重新上传。",
    "too_many_rows": "表格的行数超过上限。请删除多余的行（包括远处的空白行）后重新上传。",
    "too_many_columns": "表格的列数超过上限。请删除多余的列（包括远处的空白列）后重新上传。",
    "zip_bomb": "文件解压后异常巨大，为安全起见未予读取。请用 Excel 或 WPS 另存为新的 .xlsx 文件后重试。",
    "corrupt": "文件已损坏，无法读取。请用 Excel 或 WPS 打开并另存为新的 .xlsx 文件后重试。",
    "timeout": "读取文件用时过长，已停止。请删除多余的内容后重新上传。",
}


class Refusal(Exception):
    """A refused file. `code` is a promise to programs, `message` a Chinese sentence for people."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        super().__init__(f"{code}: {self.message}")
