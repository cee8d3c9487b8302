"""Who takes part, and in which role."""

from django.db import models


class InstitutionKind(models.TextChoices):
    """What an institution is in the plan; it decides what its members see and may do."""

    CITY_INDUSTRY = "city_industry", "市工信局"
    CITY_SCIENCE = "city_science", "市科技局"
    CITY_TREASURY = "city_treasury", "市财政局"
    CITY_FINANCE_OFFICE = "city_finance_office", "市金融监管局"
    COUNTY_INDUSTRY = "county_industry", "县级工信部门"
    COUNTY_TREASURY = "county_treasury", "县级财政部门"
    REGULATOR = "regulator", "金融监管总局泉州监管分局"
    CENTRAL_BANK = "central_bank", "人民银行泉州市分行"
    BANK = "bank", "合作银行"
    GUARANTOR = "guarantor", "政府性融资担保公司"
    FUND_MANAGER = "fund_manager", "基金管理人(信托公司)"
    CONTRIBUTOR = "contributor", "政府出资方"
    FUND_OFFICE = "fund_office", "基金系统"


COUNTY_KINDS = (InstitutionKind.COUNTY_INDUSTRY, InstitutionKind.COUNTY_TREASURY)


class MemberKind(models.TextChoices):
    """A person logs in; a program calls the API; a job runs on a schedule and is never a checker."""

    PERSON = "person", "人员"
    PROGRAM = "program", "程序"
    JOB = "job", "定时任务"


class Role(models.TextChoices):
    """What a member may do inside the one party it serves."""

    VIEWER = "viewer", "查阅"
    HANDLER = "handler", "经办"
    CHECKER = "checker", "复核"
    ADMIN = "admin", "管理"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"


# The three administrators of the operator: exclusive of each other and of every role in business.
ADMINISTRATORS = (Role.SYSTEM, Role.SECURITY, Role.AUDIT)
HOUSE_ROLES = (Role.VIEWER, Role.HANDLER, Role.CHECKER, Role.ADMIN)


class RightsState(models.TextChoices):
    """Where a change of rights stands."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "不予确认"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已过期"


class FactSource(models.TextChoices):
    """Where a yearly figure of an enterprise comes from."""

    TAX = "tax", "税务部门"
    ENTERPRISE = "enterprise", "企业申报"
    COUNTY = "county", "县级核定"


class CorrectionAction(models.TextChoices):
    """What is done about a fact that was typed wrong."""

    CORRECT = "correct", "更正"
    REMOVE = "remove", "撤销未生效记录"


class CorrectionState(models.TextChoices):
    """Where a correction stands."""

    PROPOSED = "proposed", "待复核"
    CONFIRMED = "confirmed", "已生效"
    REFUSED = "refused", "复核不通过"
    TAKEN_BACK = "taken_back", "已撤回"
