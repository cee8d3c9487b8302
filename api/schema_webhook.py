"""What the description says of the messages we send."""

from typing import Any

TEXT = {"type": "string"}
EVENT = {
    "id": "81204",
    "type": "loan.drawn",
    "occurred_at": "2024-04-08T10:12:31.120000+08:00",
    "recorded_at": "2024-04-08T10:12:31.120000+08:00",
    "object": {
        "type": "loan",
        "id": "0190f6a2-7c1e-7b5a-9d38-2f4c6b8e1a01",
        "href": "/api/v1/loans/0190f6a2-7c1e-7b5a-9d38-2f4c6b8e1a01/",
    },
    "institution": "刺桐银行",
    "before": {},
    "data": {"amount": "2000000.00", "value_on": "2024-04-08", "bank_reference": "LS20240408000017"},
}
MESSAGE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "timestamp", "data"],
    "properties": {
        "type": TEXT | {"description": "事件类型，清单见事件列表"},
        "timestamp": TEXT | {"format": "date-time", "description": "事件的记录时间"},
        "data": {"allOf": [{"$ref": "#/components/schemas/EventShown"}], "description": "事件，与事件列表中的相同；按其 id 去重"},
    },
}
EVENT_SENT: dict[str, Any] = {
    "operationId": "event_sent",
    "summary": "推送事件",
    "description": (
        "向登记的接收地址推送一个事件。先按 Standard Webhooks 核对签名：以签名密钥 whsec_ 之后的部分作 Base64 解码为密钥，"
        "对“webhook-id.webhook-timestamp.正文”计算 HMAC-SHA256，Base64 编码后须与 webhook-signature 中 v1, 之后的一致；"
        "webhook-timestamp 与本地时间相差超过 5 分钟的不予采信。同一事件可能多次送达，按 webhook-id 去重；"
        "同一对象的事件按先后顺序送达，前一个未送达，后一个不发。"
    ),
    "tags": ["事件"],
    "parameters": [
        {"in": "header", "name": "webhook-id", "required": True, "schema": TEXT, "description": "消息编号，重试时不变，按此去重"},
        {"in": "header", "name": "webhook-timestamp", "required": True, "schema": TEXT, "description": "发送时间，Unix 时间戳，秒"},
        {"in": "header", "name": "webhook-signature", "required": True, "schema": TEXT, "description": "签名，以 v1, 开头；多个以空格分隔"},
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": MESSAGE,
                "examples": {"放款": {"value": {"type": EVENT["type"], "timestamp": EVENT["recorded_at"], "data": EVENT}}},
            }
        },
    },
    "responses": {
        "2XX": {"description": "已收到。其他答复、重定向和超时（15 秒）按间隔重试"},
        "410": {"description": "不再接收，订阅随即停用"},
    },
}
