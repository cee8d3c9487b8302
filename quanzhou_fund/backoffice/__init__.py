"""The admin's shell: who gets in, the sidebar, what waits, the fund at a glance, the calculators' page."""
