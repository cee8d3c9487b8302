"""The uniquenesses are taken from the models: a new one is raced in ``test_raced_inserts.py`` or says why nobody can race for it."""

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.models import Model, UniqueConstraint

from tests.project.test_raced_inserts import RACES

# Why others are not raced here.
NOT_HERE = {
    "raced in a test of its own app": """
        bank_participation_special_never_overlaps bank_participation_trust_never_overlaps batch_number_once bid_once_per_bank
        import_file_once intent_once_per_bank_and_entry kept_answer_once_per_key member_serves_one_party_at_a_time
        policy_policyversion_number
        policy_version_no_overlap rights_change_waits_once sealed_bid_one_counts settlement_once_per_quarter payment_once_per_payer
        subsidy_ratedecision_return_rate_id whitelist_project_code entry_one_open_per_enterprise_and_year screened_out_once
        notices_notice_key email_delivery_once delivery_once_per_channel compensation_number_once loans_movement_reverses_id
        loans_loan_application_id entry_key_once entry_reversed_once webhook_message_once_per_event stacking_record_once
        tax_row_once_per_file recovery_numbered_once logins_takenform_token upload_row_once revision_number_once""",
    "as the one beside it in RACES, by the same lines": """
        bank_quota_trust_never_overlaps parties_institution_name parties_institution_short_name""",
    "the one beside it, in either width and case, refused by the same lines": """
        institution_name_once institution_short_name_once institution_code_once user_named_once loan_contract_alike guarantee_number_alike
        movement_reference_alike proposal_reference_alike guarantee_fee_voucher_alike recovery_reference_alike diligence_rules_alike
        payment_voucher_alike settlement_record_number_alike tender_document_alike reference_alike""",
    "the case's own row is held first, so that two come one after the other": """
        correction_waits_once fact_decision_once list_difference_once
        frozen_case_once frozen_rate_once_per_cell rate_objection_once_per_application
        participation_decision_waits_once bank_exclusion_never_overlaps
        bank_figure_once_per_loan claim_open_once_per_loan compensation_part_once confirmation_once enhancement_fee_never_twice
        entry_one_listed_rd_per_enterprise exemption_item_once line_once_per_loan_and_quarter loan_rate_once_per_day
        loss_share_once_per_payer
        objection_one_open_per_county reconciliation_file_once recovery_reference_once_per_bank return_once_per_loss_entry
        risk_baddebt_loan_id
        risk_exemption_bad_debt_id share_once_per_county subsidy_bid_paper_id subsidy_bid_sealed_id suggestion_open_once supplement_one_open
        loans_guarantee_loan_id loans_proposal_movement_id logins_exempted_institution_id parties_handover_change_id parties_user_username
        webhook_once_per_address announcement_once_per_batch calendar_day_once_per_notice
        deadline_change_once_per_notice recovery_code_once notice_proposal_waits_once policy_noticeproposal_notice_id""",
    "ON CONFLICT DO NOTHING": """
        account_code_once closed_balance_once_a_day ledger_closing_through notice_read_once refusal_counted_once risk_bankrisk_bank_id
        risk_feepool_holder_id""",
    "made new with the row itself, or at random": """
        reporting_responseyear_trust_deadline_id reporting_responseyear_dispute_deadline_id reporting_rateobjection_deadline_id
        api_apiclient_application_id api_apiclient_member_id api_clientsecret_sha256 leg_position_once loans_application_deadline_id
        loans_application_number loans_contribution_movement_id logins_loginsession_session_key risk_claim_deadline_id risk_claim_number
        risk_enhancementfee_entry_id risk_guaranteefee_entry_id risk_paymentpart_entry_id risk_return_deadline_id risk_return_entry_id
        subsidy_payment_entry_id""",
    "written by one job, migrations or commands": """
        reporting_responseyear_year
        audit_seal_digest demo_day_of_hand institution_one_operator institution_one_per_county_kind parties_district_code
        parties_district_name policy_clause_position policy_decision_position sealed_event_place_once whitelist_channel_code
        whitelist_channel_institution_id""",
}


def test_every_uniqueness_is_raced_or_says_why_not() -> None:
    told = [name for names in NOT_HERE.values() for name in names.split()]
    assert len(told) == len(set(told))
    assert uniquenesses() == set(told) | set(RACES)


def uniquenesses() -> set[str]:
    """Return the names of what stands once: constraints by name, fields as ``table_column``; identifiers made at random are none."""
    found = set()
    for model in apps.get_models():
        if is_ours(model):
            found |= {rule.name for rule in model._meta.constraints if isinstance(rule, UniqueConstraint | ExclusionConstraint)}
            unique = (field for field in model._meta.local_fields if field.unique and not field.primary_key)
            found |= {f"{model._meta.db_table}_{field.column}" for field in unique if field.name != "public_id"}
    return found


def is_ours(model: type[Model]) -> bool:
    return not model._meta.proxy and model.__module__.split(".")[0] not in {"django", "oauth2_provider", "axes", "django_otp"}
