"""The database's own word that a bank without a part in the fund takes no new business. Source: FP 2.2.1; D9, D45."""

import pgtrigger


def refused_while_excluded(name: str, *, period: str, operation: pgtrigger.Operation, condition: str = "TRUE") -> pgtrigger.Trigger:
    """
    Return the trigger that refuses a row whose days lie within a period in which a decision excludes its bank.

    ``period`` is the half-open range of days, in SQL over ``NEW``; where ``condition`` does not hold the row passes.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF {condition} AND EXISTS (
                SELECT FROM parties_bankexclusion x
                WHERE x.bank_id = NEW.bank_id AND daterange(x.from_on, x.until_on) && {period}
            ) THEN
                RAISE EXCEPTION 'pgtrigger: a decision excludes the bank from new business';
            END IF;
            RETURN NEW;
        """,
    )
