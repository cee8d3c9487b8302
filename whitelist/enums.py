"""Kinds, routes and states of the whitelist."""

from django.db import models


class EntryKind(models.TextChoices):
    """The two whitelists. Source: FP 1.1."""

    PROJECT = "project", "固定资产投资项目"
    RD = "rd", "研发投入企业"


class Route(models.TextChoices):
    """How an entry comes about. Source: FP 1.6.1."""

    APPLICATION = "application", "企业申请"
    TAX_LIST = "tax_list", "税务名单筛选"
    DIRECT = "direct", "直接列入"
    NEWLY_REGISTERED = "newly_registered", "新注册企业申请"


class ProjectType(models.TextChoices):
    """What a project is. Source: FP 1.1.1."""

    TECHNICAL_UPGRADE = "technical_upgrade", "技术改造"
    EXPANSION = "expansion", "增资扩产"
    OTHER = "other", "其他"


class EntryState(models.TextChoices):
    """Where an entry stands."""

    DRAFT = "draft", "草稿"
    COUNTY_REVIEW = "county_review", "县级初审"
    RETURNED = "returned", "退回补正"
    CITY_REVIEW = "city_review", "市级审核"
    CONSULTATION = "consultation", "征求意见"
    CLEARED = "cleared", "待发布"
    PUBLISHED = "published", "已发布"
    REJECTED = "rejected", "不予列入"
    REMOVED = "removed", "已移出"
    EXPIRED = "expired", "已到期"
