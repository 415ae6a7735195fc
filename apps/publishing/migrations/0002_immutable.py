"""A version in the database's own words: what it compiled never changes. Who published it may be erased, and when the
demo tells its past it moves the date."""

from django.db import migrations

IMMUTABLE = """
CREATE FUNCTION publishing_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published version never changes: publish another one.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER publishing_version_immutable
    BEFORE UPDATE OF id, campaign_id, number, content, hash, changes ON publishing_version
    FOR EACH ROW EXECUTE FUNCTION publishing_version_immutable();
"""
IMMUTABLE_BACK = """
DROP TRIGGER publishing_version_immutable ON publishing_version;
DROP FUNCTION publishing_version_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [migrations.RunSQL(IMMUTABLE, IMMUTABLE_BACK)]
