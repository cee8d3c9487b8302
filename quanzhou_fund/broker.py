"""The way to the queue: Celery's own for Redis, but for a message that nobody can read, which is set aside instead of ending the worker."""

import binascii
import json
from base64 import b64decode
from typing import Any

import structlog
from kombu.transport import redis as kombu_redis

SET_ASIDE = "fund:set-aside"  # a list beside the queues: for the operator to look at
MOST_SET_ASIDE = 1000
log = structlog.get_logger(__name__)


def is_message(raw: bytes) -> bool:
    """Return whether the bytes are a message as Celery puts it into a queue; whether we know its task is asked later, and survives a no."""
    try:
        message = json.loads(raw)
        properties = message["properties"]
        if properties.get("body_encoding") == "base64":
            b64decode(message["body"])
        place = properties["delivery_info"]
        return all(isinstance(part, str) for part in (message["body"], properties["delivery_tag"], place["routing_key"], place["exchange"]))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError):
        return False


class Channel(kombu_redis.Channel):
    """A channel whose client looks at what it takes out of a queue."""

    def _get_client(self) -> type:
        plain: Any = super()._get_client()

        class LooksFirst(plain):
            """A client that answers an unreadable message as if the queue had been empty."""

            def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:
                answer = super().parse_response(connection, command_name, **options)
                if command_name != "BRPOP" or not answer or is_message(answer[1]):
                    return answer
                set_aside(self, queue=answer[0], raw=answer[1])
                return None

        return LooksFirst


def set_aside(client: Any, *, queue: bytes, raw: bytes) -> None:
    """Keep what is no message of ours, the last thousand of them, and say so."""
    client.lpush(SET_ASIDE, raw)
    client.ltrim(SET_ASIDE, 0, MOST_SET_ASIDE - 1)
    log.error("queue_message_set_aside", queue=queue.decode(errors="replace"), bytes=len(raw), kept_in=SET_ASIDE)


class Transport(kombu_redis.Transport):
    """Redis, with channels that look first."""

    Channel = Channel
