"""Begin a new epoch of the event feed, after a restore."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from api.services.feed_epochs import restart_feed
from parties.selectors import system_member


class Command(BaseCommand):
    """``manage.py restart_feed``: run by the owner of the database after every restore, before web and worker start."""

    help = "从备份恢复数据库后、对外开放前执行：事件接口进入新的一期，恢复前的游标不会悄悄漏读"

    def handle(self, *args: Any, **options: Any) -> None:
        """Begin the epoch and say so."""
        epoch = restart_feed(actor=system_member(), at=timezone.now())
        self.stdout.write(f"事件接口已进入第 {epoch.number} 期，新事件从编号 {epoch.first_event} 起。")
