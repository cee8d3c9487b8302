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


APPLIED_ROUTES = (Route.APPLICATION, Route.NEWLY_REGISTERED)  # an enterprise or its county applies; the others come from the tax list


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
    WITHDRAWN = "withdrawn", "已撤回"
    REMOVED = "removed", "已移出"
    EXPIRED = "expired", "已到期"


LISTED_STATES = (EntryState.PUBLISHED, EntryState.REMOVED, EntryState.EXPIRED)  # has been published, for good
PENDING_STATES = (
    EntryState.DRAFT,
    EntryState.COUNTY_REVIEW,
    EntryState.RETURNED,
    EntryState.CITY_REVIEW,
    EntryState.CONSULTATION,
    EntryState.CLEARED,
)


class ExpiryCause(models.TextChoices):
    """Why an entry no longer opens applications. Source: D27."""

    TERM_OVER = "term_over", "有效期届满"
    FULLY_DRAWN = "fully_drawn", "额度已全部放款"
    NEXT_LIST = "next_list", "新一年度名单已发布"


class Verdict(models.TextChoices):
    """What a consulted bureau says; silence is neither. Source: D26."""

    AGREE = "agree", "同意"
    OBJECT = "object", "不同意"


class ImportKind(models.TextChoices):
    """Which list a file carries. Source: FP 1.6.1(2), 3.1, 3.2."""

    TAX_LIST = "tax_list", "税务部门企业名单"
    STACKING = "stacking", "其他扶持政策名单"


class ImportState(models.TextChoices):
    """A file is checked first and committed after; only the commit changes anything else."""

    RECEIVED = "received", "核对中"
    ASKED = "asked", "待确认读法"
    UNREADABLE = "unreadable", "无法读取"
    CHECKED = "checked", "已核对"
    COMMITTED = "committed", "已入库"
    DISCARDED = "discarded", "已作废"


class RowOutcome(models.TextChoices):
    """What one row of the tax list did when it was committed."""

    NEW = "new", "新增企业"
    ADDED = "added", "新增年度数据"
    UNCHANGED = "unchanged", "无变化"
    CHANGED = "changed", "年度数据变更"
    CHANGED_AFTER_LISTING = "changed_after_listing", "列入后年度数据变更"


class Programme(models.TextChoices):
    """Support that the fund does not stack with. Source: FP 3.1, 3.2; D24."""

    TECHNICAL_UPGRADE_SUBSIDY = "technical_upgrade_subsidy", "技改贴息"
    TECHNOLOGY_CREDIT = "technology_credit", "其他科技信贷扶持"


class ChannelKind(models.TextChoices):
    """Who receives the whitelist. Source: FP 1.6.2."""

    JINFUYUN = "jinfuyun", "福建“金服云”"
    TRUST_SYSTEM = "trust_system", "信托线上系统"
    BANK = "bank", "合作银行"


class Transport(models.TextChoices):
    """How a channel receives: we call it, we hand over a file, or it fetches."""

    HTTP = "http", "接口推送"
    FILE = "file", "文件交换"
    PULL = "pull", "对方拉取"


class AnnouncementKind(models.TextChoices):
    """What a delivery says about its entries."""

    PUBLICATION = "publication", "发布"
    REMOVAL = "removal", "移出"
    EXPIRY = "expiry", "到期"
    SNAPSHOT = "snapshot", "全量"


class DeliveryState(models.TextChoices):
    """Where one delivery stands."""

    PENDING = "pending", "待发送"
    SENT = "sent", "已发送"
    ACKNOWLEDGED = "acknowledged", "已确认"
    FAILED = "failed", "发送失败"
