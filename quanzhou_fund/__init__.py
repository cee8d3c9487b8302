"""The project: settings, urls, Celery, admin site, embedded servers, demo fund."""
