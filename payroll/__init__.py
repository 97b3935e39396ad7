"""PEOPLE AND PAY: workers, bank cards, payroll batches and their lines."""
