"""MONEY: special wage accounts (农民工工资专用账户) and labour-cost allocations.

Not user accounts: people who log in live in `responsibilities`.
"""
