"""An example of what each calculator is asked, shown in the description and run by a test."""

from typing import Any

AS_OF = "2024-06-01"
PROJECT: dict[str, Any] = {
    "industry_code": "C1951",
    "registered_in_city": True,
    "project_type": "technical_upgrade",
    "is_key_project": False,
    "is_named_by_city": False,
    "holds_technical_upgrade_subsidy": False,
    "as_of": AS_OF,
}
ENTERPRISE: dict[str, Any] = {
    "industry_code": "C1951",
    "is_little_giant": False,
    "is_municipal_key": False,
    "last_year_rd_expense": "2000000.00",
    "registered_capital": "5000000.00",
    "registered_on": "2010-05-01",
    "other_technology_credit": False,
    "as_of": AS_OF,
}
LOAN: dict[str, Any] = {
    "movements": [{"on": "2024-01-15", "amount": "10000000.00"}],
    "bank_rates": [{"from": "2023-01-01", "rate": "0.0315"}],
    "period": {"from": "2023-12-21", "until": "2024-03-21"},
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "project-eligibility": PROJECT,
    "rd-eligibility": ENTERPRISE,
    "project-limit": {"total_investment": "100000000.00"},
    "rd-limit": {"newly_registered": False, "last_year_rd_expense": "60000000.00"},
    "subsidy": LOAN,
    "loss-sharing": {"mode": "special", "category": "rd", "net_loss": "1000000.00", "enterprise_rd_total": "10000000.00"},
    "compensation-headroom": {"disbursed": "1000000000.00", "bad_debt": "60000000.00", "recovered": "0.00", "compensated": "0.00"},
    "recovery-sharing": {
        "recovered": "250000.00",
        "costs": "10000.00",
        "paid": {"bank": "200000.00", "guarantor": "800000.00", "fee_pool": "0.00", "city": "0.00", "county": "0.00"},
    },
    "working-days": {"start": "2024-01-15", "days": 30},
    "response-rate": {"working_days_to_conditions": [5, 31, None], "pending": 1},
    "enterprise-size": {"employees": 1000, "revenue": "400000000.00"},
    "credit-code": {"code": "91350582XXAA10011P"},
    "yearly-cost": {"amount": "5000000.00", "bank_rate": "0.0315", "cover_rate": "0.005", "as_of": "2024-03-21"},
    "amount-in-words": {"amount": "1005.00"},
}
