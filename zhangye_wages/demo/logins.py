"""The demo's people who log in. Only ever created by `seed_demo`."""

from typing import NamedTuple

from responsibilities.rules.roles import Role

PASSWORD = "Zhangye@2026"


class Login(NamedTuple):
    """One demo login. `organization` is a code of the fixtures or a key of `demo.enterprises`."""

    username: str
    name: str
    role: Role
    organization: str
    sees: str


LOGINS = (
    Login("zjj_ganzhou", "王海燕", Role.UNIT_OFFICER, "620702-zjj", "甘州区住建局经办人：每天早上先看逾期和三日内到期"),
    Login("fgw_ganzhou", "马俊峰", Role.UNIT_OFFICER, "620702-fgw", "甘州区发改局经办人：审批信息推送，反馈督办"),
    Login("swj_city", "李雪梅", Role.UNIT_OFFICER, "620700-swj", "市水务局经办人：全市水利项目"),
    Login("zjj_head", "赵建国", Role.UNIT_HEAD, "620700-zjj", "市住建局负责人：全市住建系统谁拖后、下一步提请什么"),
    Login("rsj_city", "陈志远", Role.SUPERVISOR, "620700-rsj", "市人社监管员：审核督办提请、作出决定"),
    Login("rsj_second", "杨晓红", Role.SUPERVISOR, "620700-rsj", "市人社监管员：豁免事项的复核人"),
    Login("rsj_ganzhou", "刘文斌", Role.SUPERVISOR, "620702-rsj", "甘州区人社监管员：本区事项"),
    Login("laozi", "张丽娟", Role.LABOUR_OFFICER, "contractor-0", "总包劳资专管员：上传工资表"),
    Login("fenbao", "何永强", Role.SUBCONTRACTOR, "subcontractor-0", "分包单位：本单位班组工资表"),
    Login("jianshe", "周明", Role.DEVELOPER, "developer-0", "建设单位：按月拨付人工费用"),
    Login("yinhang", "徐静", Role.BANK_CLERK, "bank-0", "开户银行：登记到账"),
    Login("lingdao", "孙维民", Role.LEADER, "620700-gov", "分管领导：全市一览（只读）"),
    Login("shenji", "郭瑞", Role.AUDITOR, "620700-gov", "审计人员：数据与操作留痕（只读）"),
    Login("admin", "系统管理员", Role.SYSTEM_ADMINISTRATOR, "620700-rsj", "用户、授权、日历、留痕"),
)
