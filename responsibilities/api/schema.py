"""What the OpenAPI document says of every operation alike: its refusals and, for POST, the `Idempotency-Key`."""

from responsibilities.api.idempotency import LONGEST_KEY

_REFUSALS = {
    "400": "填写有误，或者规则不允许；fields 指明各项",
    "401": "没有令牌，或者令牌无效",
    "403": "岗位没有办理此事项的权限",
    "404": "没有这条记录，或者它不在管辖范围内",
    "405": "这个地址不接受这种方法",
}
_REFUSALS_OF_POST = {
    "409": "记录刚被他人修改，或者 Idempotency-Key 已用于内容不同的请求",
    "413": "内容超过上限",
    "415": "内容的类型不受支持",
    "429": "调用过于频繁，请稍后再试",
}
_REFUSAL = {
    "type": "object",
    "required": ["code", "message", "fields"],
    "properties": {
        "code": {"type": "string", "description": "供程序判断"},
        "message": {"type": "string", "description": "哪里不对、怎样改正"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}, "description": "字段名 → 说明"},
        "errors": {
            "type": "array",
            "description": "成批报送时逐行的问题，index 从 0 起；整批没有保存",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "同一个键和相同内容只办理一次，重复请求得到同一答复；内容不同则为 409。",
}


def describe_refusals_and_keys(result, generator, request, public):
    """A hook of drf-spectacular, run over the finished document."""
    result.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = _REFUSAL
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            refusals = _REFUSALS
            if method == "post":
                refusals = _REFUSALS | _REFUSALS_OF_POST
                operation.setdefault("parameters", []).append(_KEY)
            for status, meaning in refusals.items():
                operation["responses"].setdefault(status, {"description": meaning, "content": content})
    return result
