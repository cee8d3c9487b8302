"""
The numbers of a plan as typed, validated terms: what a policy version holds.

``Terms.from_json`` reads them strictly, ``as_json`` writes them, ``parameters`` lists each with label, unit, clause and decision.
"""
