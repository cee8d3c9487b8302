"""The demo fund: the years since 2023 played through the same services that people call."""
