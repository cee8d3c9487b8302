"""Kinds and states of the rulebook's records."""

from django.db.models import TextChoices


class NoticeKind(TextChoices):
    """What a notice of days off does to its year."""

    WHOLE_YEAR = "whole_year", "全年安排"
    AMENDS = "amends", "调整原安排"


class NoticeState(TextChoices):
    """Where a proposed notice stands."""

    WAITING = "waiting", "待复核"
    CONFIRMED = "confirmed", "已生效"
    REFUSED = "refused", "复核不通过"
