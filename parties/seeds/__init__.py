"""What exists by the plan before anybody enters anything: the districts, the public bodies, the system's own member."""

import json
from pathlib import Path
from typing import Any

from parties.enums import InstitutionKind, MemberKind, Role

START_ON = "2023-01-01"  # the day version 1 of the plan begins: D38
SYSTEM_CODE = "fund-system"
_DISTRICTS = Path(__file__).parent / "districts.json"

# code, kind, name, short name. Banks, the guarantee company, the trust company and the contributor are data that the city enters.
CITY_BODIES: tuple[tuple[str, InstitutionKind, str, str], ...] = (
    ("city-industry", InstitutionKind.CITY_INDUSTRY, "泉州市工业和信息化局", "市工信局"),
    ("city-science", InstitutionKind.CITY_SCIENCE, "泉州市科学技术局", "市科技局"),
    ("city-treasury", InstitutionKind.CITY_TREASURY, "泉州市财政局", "市财政局"),
    ("city-finance-office", InstitutionKind.CITY_FINANCE_OFFICE, "泉州市金融监督管理局", "市金融监管局"),
    ("regulator", InstitutionKind.REGULATOR, "国家金融监督管理总局泉州监管分局", "金融监管总局泉州监管分局"),
    ("central-bank", InstitutionKind.CENTRAL_BANK, "中国人民银行泉州市分行", "人民银行泉州市分行"),
    (SYSTEM_CODE, InstitutionKind.FUND_OFFICE, "泉州市技术创新基金管理系统", "基金系统"),
)
COUNTY_BODIES: tuple[tuple[str, InstitutionKind, str, str], ...] = (
    ("industry", InstitutionKind.COUNTY_INDUSTRY, "工业和信息化主管部门", "工信部门"),
    ("treasury", InstitutionKind.COUNTY_TREASURY, "财政主管部门", "财政部门"),
)


def plant(*, district: Any, institution: Any, member: Any) -> None:
    """
    Enter what is missing, and leave what is there as it is; safe to run again.

    Takes the three model classes, historical ones in a migration. Source: FP 1.1.3, 1.4.1, 1.6.1, 1.6.4; D31.
    """
    for unit in json.loads(_DISTRICTS.read_text(encoding="utf-8"))["units"]:
        fields = {"name": unit["name"], "kind": unit["kind"], "is_live": unit["fund_county"]}
        row, _ = district.objects.get_or_create(code=unit["code"], defaults=fields)
        if unit["fund_county"]:
            _plant_county_bodies(institution, row)
    for code, kind, name, short_name in CITY_BODIES:
        institution.objects.get_or_create(code=code, defaults={"kind": kind, "name": name, "short_name": short_name})
    system = institution.objects.get(code=SYSTEM_CODE)
    if not member.objects.filter(kind=MemberKind.JOB, institution=system).exists():
        member.objects.create(kind=MemberKind.JOB, institution=system, name="系统定时任务", roles=[Role.HANDLER], from_on=START_ON)


def _plant_county_bodies(institution: Any, district: Any) -> None:
    """Enter the industry and the treasury bureau of one district."""
    for code, kind, name, short_name in COUNTY_BODIES:
        fields = {"kind": kind, "district": district, "name": f"{district.name}{name}", "short_name": f"{district.name}{short_name}"}
        institution.objects.get_or_create(code=f"{code}-{district.code.lower()}", defaults=fields)
