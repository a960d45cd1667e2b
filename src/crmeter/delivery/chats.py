"""The chats that can be written into; ``webhook`` is plain JSON."""

FEISHU, DINGTALK, WECOM, SLACK, TEAMS, JSON = CHATS = ("feishu", "dingtalk", "wecom", "slack", "teams", "webhook")
