"""Control charts for an analyst, from a CSV file alone: `boardpack spc`. No partnership, plan or ledger is needed."""
