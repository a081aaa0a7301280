"""The tables of the textbook's redemption."""

from django.db import models


class Token(models.Model):
    secret_hash = models.BinaryField(unique=True)
    place = models.ForeignKey("Place", models.PROTECT)


class Programme(models.Model):
    name = models.CharField(max_length=80)


class Place(models.Model):
    name = models.CharField(max_length=80)
    programmes = models.ManyToManyField(Programme)


class Voucher(models.Model):
    code_hash = models.BinaryField(unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    value_cents = models.IntegerField()
    state = models.CharField(max_length=10, default="ACTIVE")
    expires_on = models.DateField()


class Redemption(models.Model):
    voucher = models.OneToOneField(Voucher, models.PROTECT)
    place = models.ForeignKey(Place, models.PROTECT)
    service = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=255, unique=True)
    at = models.DateTimeField(auto_now_add=True)


class Account(models.Model):
    name = models.CharField(max_length=80)


class Entry(models.Model):
    redemption = models.ForeignKey(Redemption, models.PROTECT)
    account = models.ForeignKey(Account, models.PROTECT)
    cents = models.IntegerField()


class JournalLine(models.Model):
    action = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    facts = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
