"""Sheets filled by hand, their photographs, and telephones that write."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('redemption_sheet', NULL, 'organisation_id,operator_id');
SELECT carnet_guard_rows('redemption_sheetline', NULL, 'organisation_id');
SELECT carnet_guard_rows('redemption_sheetpicture', NULL, 'organisation_id');
SELECT carnet_guard_rows('redemption_telephone', NULL, 'organisation_id');
SELECT carnet_guard_rows('redemption_incomingtext', NULL, 'organisation_id');
SELECT carnet_guard_append_only('redemption_sheetline');
SELECT carnet_guard_append_only('redemption_incomingtext');
-- Before a tenant is known, the mark of the number that writes opens the one telephone that has it (docs/decisions/0009-one-row-keys-at-sign-in.md).
CREATE POLICY ringing ON redemption_telephone FOR SELECT
  USING (number_mark = decode(NULLIF(current_setting('carnet.ringing', true), ''), 'hex'));
"""


class Migration(migrations.Migration):
    dependencies = [("redemption", "0003_devices")]

    operations = [
        migrations.CreateModel(
            name='OutgoingText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_to', models.BinaryField()),
                ('sealed_body', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('tries', models.SmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Stranger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number_mark', models.BinaryField(max_length=32, unique=True)),
                ('answered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('operator_id', models.BigIntegerField(null=True)),
                ('number', models.IntegerField()),
                ('opened_at', models.DateTimeField()),
                ('opened_by_id', models.BigIntegerField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('finished_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'id'], name='redemption_sheet_of_place'), models.Index(condition=models.Q(('operator_id__isnull', False)), fields=['operator_id', 'id'], name='redemption_sheet_of_operator')],
                'constraints': [models.UniqueConstraint(fields=('place_id', 'number'), name='redemption_sheet_number'), models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='redemption_sheet_number_from_one'), models.CheckConstraint(condition=models.Q(('finished_at__isnull', False), ('finished_by_id__isnull', True), _connector='OR'), name='redemption_sheet_finished_once')],
            },
        ),
        migrations.CreateModel(
            name='Telephone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('number_mark', models.BinaryField(max_length=32, null=True)),
                ('last_digits', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('confirmation_mark', models.BinaryField(max_length=32)),
                ('confirmation_expires_at', models.DateTimeField()),
                ('tries', models.SmallIntegerField(default=0)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'asked_at'], name='redemption_telephone_of_place'), models.Index(fields=['number_mark', 'asked_at'], name='redemption_telephone_number')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False), ('revoked_at__isnull', True)), fields=('number_mark',), name='redemption_telephone_of_one_place'), models.CheckConstraint(condition=models.Q(models.Q(('number_mark__isnull', False), ('revoked_at__isnull', True)), models.Q(('number_mark__isnull', True), ('revoked_at__isnull', False)), _connector='OR'), name='redemption_telephone_forgotten'), models.CheckConstraint(condition=models.Q(('language__in', ['fr', 'en'])), name='redemption_telephone_language')],
            },
        ),
        migrations.CreateModel(
            name='SheetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('position', models.SmallIntegerField()),
                ('outcome', models.CharField(max_length=40)),
                ('redemption_number', models.CharField(blank=True, max_length=60)),
                ('voucher_serial', models.CharField(blank=True, max_length=40)),
                ('value_cents', models.IntegerField(null=True)),
                ('service_code', models.CharField(blank=True, max_length=60)),
                ('attended_on', models.DateField(null=True)),
                ('typed_by_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='redemption.sheet')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', 'redeemed')), fields=('sheet', 'position'), name='redemption_sheetline_once'), models.CheckConstraint(condition=models.Q(('position__gt', 0)), name='redemption_sheetline_from_one')],
            },
        ),
        migrations.CreateModel(
            name='SheetPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('rank', models.SmallIntegerField()),
                ('sealed_content', models.BinaryField(null=True)),
                ('sealed_codes', models.BinaryField(null=True)),
                ('added_at', models.DateTimeField()),
                ('added_by_id', models.BigIntegerField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='redemption.sheet')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['added_at'], name='redemption_sheetpicture_kept')],
                'constraints': [models.UniqueConstraint(fields=('sheet', 'rank'), name='redemption_sheetpicture_rank'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_codes__isnull', False), ('sealed_content__isnull', False)), models.Q(('erased_at__isnull', False), ('sealed_codes__isnull', True), ('sealed_content__isnull', True)), _connector='OR'), name='redemption_sheetpicture_erased_whole')],
            },
        ),
        migrations.CreateModel(
            name='IncomingText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('message_mark', models.BinaryField(max_length=32, unique=True)),
                ('outcomes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('redemption_numbers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ('voucher_serials', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('at', models.DateTimeField()),
                ('telephone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='redemption.telephone')),
            ],
            options={
                'indexes': [models.Index(fields=['telephone', 'at'], name='redemption_text_of_telephone')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
