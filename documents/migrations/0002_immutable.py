"""Let a document's row stand as it was written; only its withdrawal is added, once."""

from django.db import migrations

from audit.append_only import forbid_changes

_ONLY_WITHDRAWAL = """
CREATE FUNCTION document_only_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason']
          IS DISTINCT FROM to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'] THEN
        RAISE EXCEPTION 'documents_document: only a withdrawal may be added' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_only_withdrawal BEFORE UPDATE ON documents_document FOR EACH ROW EXECUTE FUNCTION document_only_withdrawal();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        forbid_changes("documents_document", updates=False),
        migrations.RunSQL(
            _ONLY_WITHDRAWAL, "DROP TRIGGER document_only_withdrawal ON documents_document; DROP FUNCTION document_only_withdrawal();"
        ),
    ]
