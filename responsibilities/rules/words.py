"""The trail's acts in the words that people use; an act without words is shown by its code."""

ACTION_WORDS = {
    "account_number_reveal": "查看专户账号",
    "allocation_record": "登记人工费用到账",
    "allocation_void": "作废到账记录",
    "approval_confirm": "确认审批信息",
    "approval_push": "推送审批信息",
    "approval_record": "登记审批事项",
    "approval_update": "修改审批事项",
    "calendar.publish": "发布工作日历",
    "contract_save": "保存合同",
    "deadlines.reconcile": "重算时限",
    "decision.revoke": "撤销决定",
    "decision.second": "复核豁免",
    "decision.take": "作出决定",
    "enrolment_record": "登记纳入陇明公",
    "enterprise_register": "登记企业",
    "field_key.rotate": "轮换字段密钥",
    "fixtures.load": "载入基础数据",
    "four_party_reveal": "查看责任人电话",
    "four_party_save": "保存四方责任",
    "grant.give": "授权",
    "grant.withdraw": "撤销授权",
    "obstacle.create": "登记限制情形",
    "obstacle.lift": "解除限制情形",
    "obstacle_decide": "限制情形下继续办理",
    "party_add": "添加参建单位",
    "party_remove": "移除参建单位",
    "payroll.discard": "撤回工资表",
    "payroll.open_annotated": "下载工资表批注版",
    "payroll.open_original": "下载工资表原文件",
    "payroll.read": "读取工资表",
    "payroll.refuse": "拒收工资表",
    "payroll.reveal": "查看工资表敏感信息",
    "payroll.submit": "提交工资表",
    "payroll.template": "下载工资表模板",
    "payroll.upload": "上传工资表",
    "period_state": "填报月度产值",
    "project_register": "登记项目",
    "project_update": "修改项目",
    "register_import": "导入项目台账",
    "response.sign": "签署督办反馈",
    "seed_demo": "生成演示数据",
    "special_account_save": "保存专用账户",
    "surplus_move": "结余转入下月",
    "token.create": "生成接口令牌",
    "token.revoke": "停用接口令牌",
    "user.create": "新增用户",
    "user.disable": "停用用户",
    "user.edit": "修改用户",
    "user.enable": "启用用户",
    "user.password_change": "修改密码",
    "user.password_reset": "重置密码",
    "user.sessions_end": "终止全部会话",
    "user.sign_in": "登录",
    "user.sign_out": "退出登录",
}

CHANGE_WORDS = {
    "accepted": "可受理行数",
    "batch": "批次",
    "characters": "字数",
    "code": "原因代码",
    "decision": "决定编号",
    "employer": "用工单位",
    "enrolled": "进入花名册",
    "escalations": "提请督办",
    "field": "字段",
    "file": "文件",
    "full_numbers": "含完整号码",
    "grant": "授权",
    "met": "按期办结",
    "met_late": "逾期办结",
    "month": "工资月份",
    "notices": "通知",
    "opened": "新增",
    "overdue": "逾期",
    "owed_by": "责任单位",
    "rejected": "有错误行数",
    "row": "行号",
    "rows": "行数",
    "rules": "规则",
    "scale": "规模",
    "seed": "随机种子",
    "sha256": "文件校验值",
    "today": "日期",
    "versions": "版本",
    "void": "失效",
    "workers": "人数",
    "years": "年份",
}

SYSTEM_WORDS = {
    "api_token": "命令行",
    "load_fixtures": "基础数据",
    "payroll.read_batch": "读取工资表",
    "payroll_import": "命令行",
    "payroll_template": "命令行",
    "project_import": "命令行",
    "reconcile": "时限核算",
    "reconcile_touched": "时限核算",
    "rotate_field_key": "命令行",
}


def change_words(name: str) -> str:
    """A change that is no column of its object: `met_late` → 逾期办结."""
    return CHANGE_WORDS.get(name, name)


def actor_words(name: str) -> str:
    """系统（reconcile） → 系统（时限核算）; a person's name stays."""
    label = name.removeprefix("系统（").removesuffix("）")
    return name.replace(label, SYSTEM_WORDS[label]) if label in SYSTEM_WORDS else name


def action_words(action: str) -> str:
    """`user.sign_in` → 登录."""
    return ACTION_WORDS.get(action, action)
