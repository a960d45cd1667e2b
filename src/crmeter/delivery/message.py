"""What is sent: a subject, a text, and files."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    """A file of a message."""

    name: str
    kind: str  # such as application/pdf
    content: bytes


@dataclass(frozen=True)
class Message:
    """``id`` stays the same however often it is tried: whoever gets it twice can tell."""

    id: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()

    def packed(self) -> bytes:
        """The message as it is kept until it is sent."""
        files = [[a.name, a.kind, base64.b64encode(a.content).decode()] for a in self.attachments]
        told = {"id": self.id, "subject": self.subject, "text": self.text, "attachments": files}
        return json.dumps(told, ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, content: bytes) -> Message:
        """The message that ``packed`` made."""
        told = json.loads(content)
        files = tuple(Attachment(name, kind, base64.b64decode(held)) for name, kind, held in told["attachments"])
        return cls(told["id"], told["subject"], told["text"], files)
