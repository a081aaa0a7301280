"""What local actors of a territory share, what is aimed at, what INSEE says of communes; and their walls."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Read by the leader of a territory and by whoever was invited to it; written by whoever the line is of, and by nobody else.
_MINE = "organisation_id = ANY ((SELECT carnet_organisations())::bigint[])"
_OF_TERRITORY = """EXISTS (SELECT 1 FROM observatory_territory t WHERE t.id = territory_id AND (
    t.organisation_id = ANY ((SELECT carnet_organisations())::bigint[]) OR t.member_ids && (SELECT carnet_organisations())::bigint[]))"""
_LED = """EXISTS (SELECT 1 FROM observatory_territory t WHERE t.id = territory_id AND
    t.organisation_id = ANY ((SELECT carnet_organisations())::bigint[]))"""
_EVERYTHING = "(SELECT carnet_everything())"
_ALL = (
    "observatory_territory", "observatory_territoryline", "observatory_territorycommitment", "observatory_noticedneed",
    "observatory_territorydecision", "observatory_nextstep",
)
_SHARED = _ALL[1:]


def _shared(table: str, changed_by: str) -> str:
    return f"""
CREATE POLICY shared ON {table} FOR SELECT USING ({_EVERYTHING} OR {_OF_TERRITORY});
CREATE POLICY written ON {table} FOR INSERT WITH CHECK ({_EVERYTHING} OR ({_MINE} AND {_OF_TERRITORY}));
CREATE POLICY changed ON {table} FOR UPDATE USING ({_EVERYTHING} OR {changed_by}) WITH CHECK ({_EVERYTHING} OR {changed_by});
"""


# Nothing here is deleted, and what was said is not rewritten: what may still change is named, everything else stays.
_KEPT = """
CREATE FUNCTION observatory_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
    RAISE EXCEPTION '% keeps what was said: only % may change', TG_TABLE_NAME, TG_ARGV USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_territory
  FOR EACH ROW EXECUTE FUNCTION observatory_keeps('name', 'commune_codes', 'member_ids', 'is_public');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_territoryline
  FOR EACH ROW EXECUTE FUNCTION observatory_keeps('words', 'contact_service', 'contact_email', 'contact_phone', 'is_public', 'changed_at');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_territorycommitment FOR EACH ROW EXECUTE FUNCTION observatory_keeps('ended_at');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_noticedneed FOR EACH ROW EXECUTE FUNCTION observatory_keeps('settled_at');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_territorydecision FOR EACH ROW EXECUTE FUNCTION observatory_keeps('withdrawn_at');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_nextstep FOR EACH ROW EXECUTE FUNCTION observatory_keeps('done_on', 'dropped_on');
CREATE TRIGGER keeps BEFORE UPDATE ON observatory_objective FOR EACH ROW EXECUTE FUNCTION observatory_keeps('ended_at');
"""

WALLS = "".join(
    f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; REVOKE DELETE, TRUNCATE ON {table} FROM carnet_app;\n"
    for table in _ALL
) + f"""
CREATE POLICY shared ON observatory_territory FOR SELECT USING (
  {_EVERYTHING} OR {_MINE} OR member_ids && (SELECT carnet_organisations())::bigint[]);
CREATE POLICY told ON observatory_territory FOR SELECT USING (is_public);
CREATE POLICY written ON observatory_territory FOR INSERT WITH CHECK ({_EVERYTHING} OR {_MINE});
CREATE POLICY changed ON observatory_territory FOR UPDATE USING ({_EVERYTHING} OR {_MINE}) WITH CHECK ({_EVERYTHING} OR {_MINE});
{_shared("observatory_territoryline", _MINE)}
{_shared("observatory_territorycommitment", _MINE)}
{_shared("observatory_noticedneed", _MINE)}
{_shared("observatory_territorydecision", f"{_MINE} OR {_LED}")}
{_shared("observatory_nextstep", f"{_MINE} OR responsible_id = ANY ((SELECT carnet_organisations())::bigint[]) OR {_LED}")}
CREATE POLICY told ON observatory_territoryline FOR SELECT USING (
  is_public AND EXISTS (SELECT 1 FROM observatory_territory t WHERE t.id = territory_id AND t.is_public AND
    (t.organisation_id = observatory_territoryline.organisation_id OR observatory_territoryline.organisation_id = ANY (t.member_ids))));
CREATE POLICY told ON observatory_territorycommitment FOR SELECT USING (
  ended_at IS NULL AND EXISTS (SELECT 1 FROM observatory_territoryline l JOIN observatory_territory t ON t.id = l.territory_id
    WHERE l.territory_id = observatory_territorycommitment.territory_id
      AND l.organisation_id = observatory_territorycommitment.organisation_id AND l.is_public AND t.is_public
      AND (t.organisation_id = l.organisation_id OR l.organisation_id = ANY (t.member_ids))));
SELECT carnet_guard_rows('observatory_objective', 'programme_id', 'organisation_id');
CREATE POLICY told ON observatory_objective FOR SELECT USING (true);
REVOKE DELETE, TRUNCATE ON observatory_objective FROM carnet_app;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('observatory', '0002_releases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Objective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField(null=True)),
                ('organisation_id', models.BigIntegerField()),
                ('measure', models.CharField(max_length=12)),
                ('starting_count', models.BigIntegerField()),
                ('starting_on', models.DateField()),
                ('target_count', models.BigIntegerField()),
                ('due_on', models.DateField()),
                ('words', models.CharField(blank=True, max_length=400)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('set_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('measure__in', ['ORDERED', 'ACTIVATED', 'HANDED_OVER', 'USED', 'PAID', 'PLACES'])), name='observatory_objective_measure'), models.CheckConstraint(condition=models.Q(('starting_count__gte', 0), ('target_count__gt', models.F('starting_count'))), name='observatory_objective_grows'), models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('starting_on'))), name='observatory_objective_days')],
            },
        ),
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('commune_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=None)),
                ('organisation_id', models.BigIntegerField()),
                ('member_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('is_public', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'verbose_name_plural': 'territories',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['member_ids'], name='observatory_territory_members')],
                'constraints': [models.CheckConstraint(condition=models.Q(('commune_codes__len__gte', 1)), name='observatory_territory_has_communes')],
            },
        ),
        migrations.CreateModel(
            name='TerritoryDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('decided_on', models.DateField()),
                ('words', models.CharField(max_length=400)),
                ('recorded_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='observatory.territory')),
            ],
        ),
        migrations.CreateModel(
            name='NextStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('responsible_id', models.BigIntegerField()),
                ('words', models.CharField(max_length=400)),
                ('due_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('done_on', models.DateField(null=True)),
                ('dropped_on', models.DateField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='observatory.territory')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='observatory.territorydecision')),
            ],
        ),
        migrations.CreateModel(
            name='TerritoryIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commune_code', models.CharField(max_length=5)),
                ('indicator', models.CharField(max_length=20)),
                ('vintage', models.SmallIntegerField()),
                ('value', models.DecimalField(decimal_places=3, max_digits=16, null=True)),
                ('known', models.CharField(max_length=7)),
                ('source', models.CharField(max_length=200)),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['indicator', 'vintage'], name='observatory_indicator_vintage')],
                'constraints': [models.UniqueConstraint(fields=('commune_code', 'indicator', 'vintage'), name='observatory_indicator_once'), models.CheckConstraint(condition=models.Q(('indicator__regex', '^[A-Z][A-Z0-9_]*$')), name='observatory_indicator_named'), models.CheckConstraint(condition=models.Q(models.Q(('known', 'VALUE'), ('value__isnull', False)), models.Q(('known__in', ['SECRET', 'MISSING']), ('value__isnull', True)), _connector='OR'), name='observatory_indicator_value'), models.CheckConstraint(condition=models.Q(('value__isnull', True), ('value__gte', 0), _connector='OR'), name='observatory_indicator_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='TerritoryLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('words', models.CharField(blank=True, max_length=400)),
                ('contact_service', models.CharField(blank=True, max_length=120)),
                ('contact_email', models.EmailField(blank=True, max_length=254)),
                ('contact_phone', models.CharField(blank=True, max_length=30)),
                ('is_public', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='observatory.territory')),
            ],
        ),
        migrations.CreateModel(
            name='NoticedNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('need', models.CharField(max_length=12)),
                ('words', models.CharField(max_length=400)),
                ('commune_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None)),
                ('noticed_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='noticed', to='observatory.territory')),
            ],
            options={
                'indexes': [models.Index(fields=['territory', 'settled_at'], name='observatory_noticed_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('need__in', ['LEARN', 'PROCEDURES', 'DO_FOR', 'HAND_OVER', 'EQUIPMENT', 'CONNECTION', 'WORK', 'FAMILY', 'AT_HOME'])), name='observatory_noticed_need')],
            },
        ),
        migrations.CreateModel(
            name='TerritoryCommitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('need', models.CharField(max_length=12)),
                ('words', models.CharField(max_length=400)),
                ('hours', models.CharField(blank=True, max_length=160)),
                ('publics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ('commune_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None)),
                ('until_on', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='observatory.territory')),
            ],
            options={
                'indexes': [models.Index(fields=['territory', 'organisation_id'], name='observatory_commitments')],
                'constraints': [models.CheckConstraint(condition=models.Q(('need__in', ['LEARN', 'PROCEDURES', 'DO_FOR', 'HAND_OVER', 'EQUIPMENT', 'CONNECTION', 'WORK', 'FAMILY', 'AT_HOME'])), name='observatory_commitment_need'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('made_at')), _connector='OR'), name='observatory_commitment_ends_after')],
            },
        ),
        migrations.AddIndex(
            model_name='territorydecision',
            index=models.Index(fields=['territory', '-decided_on'], name='observatory_decisions'),
        ),
        migrations.AddIndex(
            model_name='nextstep',
            index=models.Index(fields=['territory', 'due_on'], name='observatory_nextsteps'),
        ),
        migrations.AddConstraint(
            model_name='nextstep',
            constraint=models.CheckConstraint(condition=models.Q(('done_on__isnull', True), ('dropped_on__isnull', True), _connector='OR'), name='observatory_nextstep_one_end'),
        ),
        migrations.AddConstraint(
            model_name='territoryline',
            constraint=models.UniqueConstraint(fields=('territory', 'organisation_id'), name='observatory_territoryline_once'),
        ),
        migrations.RunSQL(WALLS + _KEPT, migrations.RunSQL.noop),
    ]
