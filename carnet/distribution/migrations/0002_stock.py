"""Booklets asked for, moved, counted and replaced; the weekly look at the stock; and their walls."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_stockrequest', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_stockmove', 'programme_id', 'from_organisation_id,to_organisation_id');
SELECT carnet_guard_rows('distribution_stocktake', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_stockweek', 'programme_id', NULL);
SELECT carnet_guard_rows('distribution_replacement', 'programme_id', 'organisation_id,gave_organisation_id');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0001_distribution'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('booklet_count', models.IntegerField()),
                ('wanted_on', models.DateField()),
                ('reason', models.CharField(max_length=12)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_id', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('refused_for', models.CharField(blank=True, max_length=12)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('booklet_count', models.IntegerField()),
                ('because', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField()),
                ('booklet_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_by_id', models.BigIntegerField(null=True)),
                ('missing_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('received_at', models.DateTimeField(null=True)),
                ('received_by_id', models.BigIntegerField(null=True)),
                ('back_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('lost_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('was_declined', models.BooleanField(default=False)),
                ('request_id', models.UUIDField(unique=True)),
                ('from_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('stock_request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='distribution.stockrequest')),
            ],
        ),
        migrations.CreateModel(
            name='StockTake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('opened_by_id', models.BigIntegerField()),
                ('scanned_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('strange_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('expected_count', models.IntegerField(null=True)),
                ('missing_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('explained', models.JSONField(default=dict)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='StockWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week_on', models.DateField()),
                ('desk_count', models.IntegerField()),
                ('asleep_count', models.IntegerField()),
                ('booklets_asleep', models.IntegerField()),
                ('running_out_count', models.IntegerField()),
                ('proposed_count', models.IntegerField()),
                ('told_at', models.DateTimeField()),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Replacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series_id', models.BigIntegerField()),
                ('booklet_id', models.BigIntegerField()),
                ('voucher_count', models.IntegerField()),
                ('reason', models.CharField(max_length=8)),
                ('found_by', models.CharField(max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('opened_by_id', models.BigIntegerField()),
                ('given_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('gave_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('given_hand_over', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='distribution.handover')),
                ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-opened_at'], name='distribution_replacement_desk')],
                'constraints': [models.UniqueConstraint(fields=('hand_over', 'booklet_id'), name='distribution_replacement_once'), models.CheckConstraint(condition=models.Q(('voucher_count__gt', 0)), name='distribution_replacement_positive'), models.CheckConstraint(condition=models.Q(('reason__in', ['LOST', 'STOLEN', 'DAMAGED'])), name='distribution_replacement_reason'), models.CheckConstraint(condition=models.Q(('found_by__in', ['NUMBER', 'HAND_OVER'])), name='distribution_replacement_found'), models.CheckConstraint(condition=models.Q(models.Q(('given_at__isnull', True), ('given_hand_over__isnull', True)), models.Q(('given_at__gte', models.F('opened_at')), ('given_at__isnull', False), ('given_hand_over__isnull', False)), _connector='OR'), name='distribution_replacement_given')],
            },
        ),
        migrations.AddConstraint(
            model_name='stockrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('programme', 'organisation'), name='distribution_stockrequest_one'),
        ),
        migrations.AddConstraint(
            model_name='stockrequest',
            constraint=models.CheckConstraint(condition=models.Q(('booklet_count__gt', 0)), name='distribution_stockrequest_positive'),
        ),
        migrations.AddConstraint(
            model_name='stockrequest',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['RUNNING_OUT', 'EVENT', 'NEW_POINT'])), name='distribution_stockrequest_reason'),
        ),
        migrations.AddConstraint(
            model_name='stockrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by_id__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), ('closed_by_id__isnull', False), ('outcome__in', ['SERVED', 'REFUSED', 'WITHDRAWN'])), _connector='OR'), name='distribution_stockrequest_closed'),
        ),
        migrations.AddConstraint(
            model_name='stockrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'REFUSED'), ('refused_for__in', ['NO_STOCK', 'ENOUGH_HELD', 'SEASON_ENDS'])), models.Q(models.Q(('outcome', 'REFUSED'), _negated=True), ('refused_for', '')), _connector='OR'), name='distribution_stockrequest_refused'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['from_organisation', '-asked_at'], name='distribution_stockmove_from'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['to_organisation', '-asked_at'], name='distribution_stockmove_to'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['programme', '-asked_at'], name='distribution_stockmove_season'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['SUPPLY', 'TRANSFER', 'RETURN'])), name='distribution_stockmove_kind'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('booklet_count__gt', 0), models.Q(('from_organisation', models.F('to_organisation')), _negated=True)), name='distribution_stockmove_real'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booklet_ids', []), ('sent_at__isnull', True), ('sent_by_id__isnull', True)), models.Q(('booklet_ids__len__gt', 0), ('sent_at__isnull', False), ('sent_by_id__isnull', False)), _connector='OR'), name='distribution_stockmove_sent'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('missing_ids', []), ('received_at__isnull', True), ('received_by_id__isnull', True)), models.Q(('received_at__isnull', False), ('received_by_id__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='distribution_stockmove_received'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('back_ids__contained_by', models.F('missing_ids')), ('missing_ids__contained_by', models.F('booklet_ids')), ('lost_ids__contained_by', models.F('missing_ids'))), name='distribution_stockmove_missing'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by_id__isnull', True), ('was_declined', False)), models.Q(('ended_at__isnull', False), ('ended_by_id__isnull', False), ('sent_at__isnull', True)), _connector='OR'), name='distribution_stockmove_ended'),
        ),
        migrations.AddIndex(
            model_name='stocktake',
            index=models.Index(fields=['organisation', '-opened_at'], name='distribution_stocktake_desk'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('programme', 'organisation'), name='distribution_stocktake_one'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by_id__isnull', True), ('expected_count__isnull', True), ('missing_ids', [])), models.Q(('closed_at__isnull', False), ('closed_by_id__isnull', False), ('expected_count__isnull', False)), _connector='OR'), name='distribution_stocktake_closed'),
        ),
        migrations.AddConstraint(
            model_name='stockweek',
            constraint=models.UniqueConstraint(fields=('programme', 'week_on'), name='distribution_stockweek_once'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
