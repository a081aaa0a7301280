"""What places offer, as their keepers declare it, and what a search reads of it. Public facts: no wall."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What the national lists let one think of every place already there. `rules.offers.traits` says the same: a test holds both equal.
GUESSED = """
UPDATE places_place SET traits = ARRAY(
  SELECT trait FROM unnest(ARRAY[
    CASE WHEN 'Handicaps moteurs' = ANY(specific_care) THEN 'likely:access:step-free' END,
    CASE WHEN 'Surdité' = ANY(specific_care) THEN 'likely:access:sign-language' END,
    CASE WHEN 'Illettrisme' = ANY(specific_care) THEN 'likely:access:reading-help' END,
    CASE WHEN 'Handicaps mentaux' = ANY(specific_care) THEN 'likely:access:calm' END,
    CASE WHEN 'Déficience visuelle' = ANY(specific_care) THEN 'likely:access:adapted-screen' END,
    CASE WHEN 'Langues étrangères (anglais)' = ANY(specific_care) THEN 'language:en' END,
    CASE WHEN 'Langues étrangères (autres)' = ANY(specific_care) THEN 'language:other' END,
    CASE WHEN 'Dans un atelier collectif' = ANY(support_modes) THEN 'mode:workshop' END,
    CASE WHEN 'Accompagnement individuel' = ANY(support_modes) THEN 'mode:one-to-one' END,
    CASE WHEN 'En autonomie' = ANY(support_modes) THEN 'mode:self-service' END,
    CASE WHEN 'À distance' = ANY(support_modes) THEN 'mode:remote' END,
    CASE WHEN 'Gratuit' = ANY(fees) THEN 'free' END,
    CASE WHEN 'Gratuit sous condition' = ANY(fees) THEN 'free-on-condition' END,
    CASE WHEN 'Itinérant' = ANY(roaming) THEN 'mobile' END,
    CASE WHEN 'Gratuit' = ANY(fees) AND 'En autonomie' = ANY(support_modes) AND 'Accès internet et matériel informatique' = ANY(services)
         THEN 'likely:free-space' END
  ]) AS trait WHERE trait IS NOT NULL ORDER BY trait COLLATE "C"
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_origins'),
    ]

    operations = [
        migrations.AddField(
            model_name='place',
            name='traits',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=models.Value('{}'), default=list, size=None),
        ),
        migrations.CreateModel(
            name='FreeSpace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opening_hours', models.TextField(blank=True)),
                ('seats', models.SmallIntegerField()),
                ('machines', models.JSONField(default=dict)),
                ('has_printer', models.BooleanField()),
                ('has_scanner', models.BooleanField()),
                ('has_wifi', models.BooleanField()),
                ('has_help', models.BooleanField()),
                ('is_bookable', models.BooleanField()),
                ('minutes_max', models.SmallIntegerField(null=True)),
                ('rules', models.CharField(blank=True, max_length=600)),
                ('closed_on', models.DateField(null=True)),
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='free_space', to='places.place')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('seats__range', (1, 200)), models.Q(('minutes_max__isnull', True), ('minutes_max__range', (10, 480)), _connector='OR')), name='places_freespace_bounds')],
            },
        ),
        migrations.CreateModel(
            name='PlaceOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('access', models.JSONField(default=dict)),
                ('access_note', models.CharField(blank=True, max_length=300)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), null=True, size=None)),
                ('cost_note', models.CharField(blank=True, max_length=300)),
                ('is_mobile', models.BooleanField(null=True)),
                ('has_home_visits', models.BooleanField(null=True)),
                ('home_communes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None)),
                ('home_note', models.CharField(blank=True, max_length=300)),
                ('has_free_space', models.BooleanField(null=True)),
                ('origins', models.JSONField(default=dict)),
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='places.place')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('has_home_visits', True), ('has_home_visits__isnull', False)), ('home_communes__len', 0), _connector='OR'), name='places_offer_home_area_of_visits')],
            },
        ),
        migrations.CreateModel(
            name='PlaceService',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('modes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None)),
                ('price_cents', models.IntegerField(null=True)),
                ('voucher_count', models.SmallIntegerField(null=True)),
                ('beyond_cents', models.IntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taught', to='places.place')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'service'), name='places_service_once_a_place'), models.CheckConstraint(condition=models.Q(('modes__len__gte', 1)), name='places_service_has_a_mode'), models.CheckConstraint(condition=models.Q(models.Q(('price_cents__isnull', True), ('price_cents__range', (0, 100000)), _connector='OR'), models.Q(('beyond_cents__isnull', True), ('beyond_cents__range', (0, 100000)), _connector='OR'), models.Q(('voucher_count__isnull', True), ('voucher_count__range', (1, 10)), _connector='OR')), name='places_service_prices_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='PlaceStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commune_code', models.CharField(max_length=5)),
                ('commune', models.TextField()),
                ('spot', models.CharField(max_length=120)),
                ('hours', models.CharField(max_length=200)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='places.place')),
            ],
            options={
                'indexes': [models.Index(fields=['commune_code'], name='places_stop_commune')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('spot', ''), _negated=True), models.Q(('hours', ''), _negated=True)), name='places_stop_said')],
            },
        ),
        migrations.RunSQL(GUESSED, migrations.RunSQL.noop),
    ]
