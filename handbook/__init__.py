"""The handbooks in Chinese, as the product shows them: one source, searched, printed, opened at the right paragraph from any page."""
