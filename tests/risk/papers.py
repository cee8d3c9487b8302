"""What a claim needs by the plan, written down apart from the product's table."""

RD_PAPERS = ("contract", "drawdown_voucher", "use_of_funds", "collection_record", "classification", "self_check")
PROJECT_PAPERS = ("contract", "drawdown_voucher", "recovery_record", "loss_evidence")
