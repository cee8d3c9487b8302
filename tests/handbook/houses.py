"""In which handbooks a party to a case finds its steps; parties that are no people have none."""

from collections.abc import Mapping

BANK, FUND, GUARANTOR, COUNTY = "bank", "fund-manager", "guarantor", "county"
INDUSTRY, SCIENCE, TREASURY, SUPERVISORS, ADMINISTRATORS = "city-industry", "city-science", "city-treasury", "supervisors", "administrators"
ALL = (INDUSTRY, SCIENCE, TREASURY, COUNTY, BANK, GUARANTOR, FUND, SUPERVISORS)
NOBODY: tuple[str, ...] = ()  # a job, a consequence, or an enterprise, which has no step on screen yet

HOUSES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("rights", "confirmer"): (ADMINISTRATORS,),
    ("rights", "proposer"): (INDUSTRY, SCIENCE, TREASURY, COUNTY, BANK, GUARANTOR, FUND, ADMINISTRATORS),
    ("correction", "house"): ALL,
    ("entry", "county"): (COUNTY,),
    ("entry", "applicant"): NOBODY,
    ("entry", "lead"): (INDUSTRY, SCIENCE),
    ("entry", "consulted"): (INDUSTRY, SCIENCE, TREASURY),
    ("entry", "job"): NOBODY,
    ("import", "importer"): (SCIENCE,),
    ("delivery", "receiver"): NOBODY,  # a program's answer; what came by hand is the keeper's step
    ("delivery", "keeper"): (INDUSTRY, ADMINISTRATORS),
    ("application", "enterprise"): NOBODY,
    ("application", "bank"): (BANK,),
    ("application", "county"): (COUNTY,),
    ("application", "lender"): (BANK, FUND),
    ("notice", "keeper"): (INDUSTRY, TREASURY, ADMINISTRATORS),
    ("proposal", "house"): (BANK, FUND),
    ("settlement", "claimant"): (BANK, FUND),
    ("settlement", "city_industry"): (INDUSTRY,),
    ("settlement", "city_treasury"): (TREASURY,),
    ("objection", "city_industry"): (INDUSTRY,),
    ("objection", "county"): (COUNTY,),
    ("payment", "payer"): (INDUSTRY, TREASURY, COUNTY, FUND),
    ("reconciliation", "side"): (BANK, FUND),
    ("tender", "keepers"): (INDUSTRY, TREASURY),
    ("tender", "other_house"): (INDUSTRY, TREASURY),
    ("sealed-bid", "bank"): (BANK,),
    ("paper-bid", "city_industry"): (INDUSTRY,),
    ("suggestion", "bank"): (BANK,),
    ("claim", "reviewer"): (INDUSTRY, GUARANTOR),
    ("claim", "payer"): (TREASURY, GUARANTOR),
    ("claim", "bank"): (BANK,),
    ("recovery", "bank"): (BANK,),
    ("return", "bank"): (BANK,),
    ("enhancement-fee", "fund_manager"): (FUND,),
    ("guarantee-fee", "guarantor"): (GUARANTOR,),
    ("exemption", "committee"): (BANK,),
    ("response-year", "city_industry"): (INDUSTRY,),
    ("response-year", "fund_manager"): (FUND,),
    ("rate-objection", "city_industry"): (INDUSTRY,),
    ("participation-decision", "city_industry"): (INDUSTRY,),
    ("rate-objection", "bank"): (BANK,),
    ("exemption", "regulator"): (SUPERVISORS,),
}
