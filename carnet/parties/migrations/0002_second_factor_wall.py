"""A wall around second factors: allauth's table, seen by its own person only (apart from 0001, which allauth's tables depend on)."""

from django.db import migrations

WALL = """
ALTER TABLE mfa_authenticator ENABLE ROW LEVEL SECURITY;
ALTER TABLE mfa_authenticator FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mfa_authenticator
  USING ((SELECT carnet_everything()) OR user_id = (SELECT carnet_person()))
  WITH CHECK ((SELECT carnet_everything()) OR user_id = (SELECT carnet_person()));
"""

UNDO = """
DROP POLICY own ON mfa_authenticator;
ALTER TABLE mfa_authenticator NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mfa_authenticator DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_parties"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunSQL(WALL, UNDO)]
