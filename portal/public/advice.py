"""What somebody can do about each condition of the plan, by the name of its check."""

TO_DO: dict[str, dict[str, str]] = {
    "industrial": {
        "failed": "本基金只支持工业企业。行业登记与实际经营不一致的，请先到市场监管和统计部门更正，或请县级工信部门认定。",
        "unknown": "请看营业执照的经营范围和统计登记的行业代码，或向县级工信部门咨询。",
    },
    "registered_in_city": {
        "failed": "本基金只支持在泉州市注册的企业。在泉州设有独立法人的子公司，可以由子公司申请。",
        "unknown": "请看营业执照的登记机关。",
    },
    "project_kind": {
        "failed": "请与县级工信部门核对项目备案类型；可以申报省、市重大重点工业投资项目后再来申请。",
        "unknown": "请看项目备案（核准）文件，或向县级工信部门咨询。",
    },
    "technical_upgrade_subsidy": {
        "failed": "同一个项目只能享受一项。其他没有享受技改贴息的项目可以申请。",
        "unknown": "请向当时受理技改贴息的工信部门查询。",
    },
    "rd_condition": {
        "failed": "满足其中任何一项即可：取得称号、提高研发投入并如实申报，都会在下一年度的名单里体现。",
        "unknown": "请看企业所得税年度申报表中的研发费用；汇算清缴还没有完成的，完成以后再来看。",
    },
    "other_technology_credit": {
        "failed": "换一笔没有享受其他科技信贷扶持的融资即可；研发费用补助不影响。",
        "unknown": "请与贷款银行核对这一笔融资享受过哪些扶持。",
    },
    "plan_in_force": {"failed": "目前不能提出新的申请。新的方案发布后，本页会按新方案作答；已有的贷款不受影响。"},
}


def to_do(check: str, state: str) -> str:
    """Return what to do about a condition, empty where there is nothing."""
    return TO_DO.get(check, {}).get(state, "")
