"""Tables of places. They hold public facts: no row-level security. The database refuses what can never be true."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.kernel.personal import PersonalColumn
from carnet.places.rules.errors import ReportState
from carnet.places.rules.files import FileState
from carnet.places.rules.joining import DecisionKind, DecisionState, DocumentKind
from carnet.places.rules.joining import FileState as JoiningState
from carnet.places.rules.offers import PRICE_CENTS_MAX, SEATS_MAX, VOUCHERS_MAX
from carnet.places.rules.opening import Hours
from carnet.places.rules.uniting import Verdict

# Words typed by a person are screened for social-security and bank numbers; the screen asks for no name.
PERSONAL_DATA: dict[str, PersonalColumn] = {
    "PlaceReport.contact": PersonalColumn("to answer whoever reported an error, who asked for it", "until the answer, 90 days at most"),
    "PlaceReport.said": PersonalColumn("to correct what is said of a place", "as long as the place"),
    # Joining a network: what a file says is sealed, and erased once it has served.
    "JoiningFile.sealed_answers": PersonalColumn(
        "to decide on an application and to pay the place: head, contact, bank account; sealed",
        "a draft 6 months after its last change, a refused or withdrawn file 1 year, an admitted one until 5 years after its end",
    ),
    "JoiningFile.sealed_email": PersonalColumn("to send the applicant its link and the decisions; sealed", "as the answers"),
    "JoiningFile.email_mark": PersonalColumn(
        "to find the files of an address that asks for its link again; a keyed hash", "as the answers"
    ),
    "JoiningDocument.sealed_content": PersonalColumn(
        "to check what an applicant declares; sealed, downloaded only", "as the answers of its file"
    ),
    "JoiningAppeal.text": PersonalColumn("to answer an appeal; the screen asks for no name", "10 years after the decision"),
    "JoiningDecision.reason": PersonalColumn("to tell the applicant why; the screen asks for no name", "10 years after the decision"),
}


def _texts() -> ArrayField:
    return ArrayField(models.TextField(), default=list)


class Place(models.Model):
    """A door one can walk through: the national standard's fields, where they came from, and who runs it."""

    provenance = models.CharField(max_length=100)  # the file or directory it came from
    national_id = models.TextField()  # `id` of the standard, unique within its provenance
    imported_at = models.DateTimeField()
    content_hash = models.BinaryField(max_length=16)  # of all columns below and the extras: tells what a new file changes

    pivot = models.CharField(max_length=14)  # SIRET or RNA; empty when the file has none
    name = models.TextField()
    commune = models.TextField()  # as written in the file
    postcode = models.CharField(max_length=5)
    commune_code = models.CharField(max_length=5)  # INSEE, the commune's of today; empty when nothing settles it
    address = models.TextField()
    address_extra = models.TextField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    typologies = _texts()
    phone = models.CharField(max_length=16)
    emails = _texts()
    websites = _texts()
    opening_hours = models.TextField()  # always a readable OpenStreetMap expression, or empty
    open_week = models.BinaryField(max_length=252, null=True)  # of an ordinary week: see `rules.opening.bits_of_week`
    summary = models.CharField(max_length=280)
    detail = models.TextField()
    source = models.TextField()  # `source` of the standard: who collected it, in the file's words
    roaming = _texts()
    parent_structure = models.TextField()
    updated_on = models.DateField()  # `date_maj` of the standard
    services = _texts()
    audiences = _texts()
    specific_care = _texts()
    fees = _texts()
    national_programmes = _texts()
    trainings = _texts()
    other_labels = _texts()
    access_modes = _texts()
    support_modes = _texts()
    accessibility_urls = _texts()
    booking_urls = _texts()
    extras = models.JSONField(default=dict)  # what the file said that fits no column
    origins = models.JSONField(default=dict, db_default={})  # who gave each column's value, and when: see `rules.merging`
    # What a search reads of the offer, made of the columns above and of what was declared: see `rules.offers`.
    traits = ArrayField(models.TextField(), default=list, db_default=models.Value("{}"))

    operator = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)  # the first day it is closed for good

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provenance", "national_id"], name="places_place_once_per_provenance"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # Not null is said again: a comparison with NULL is neither true nor false, and a CHECK lets it pass.
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="places_place_point_whole_and_on_earth",
            ),
            models.CheckConstraint(condition=Q(postcode__regex=r"^[0-9]{5}$"), name="places_place_postcode_shape"),
            models.CheckConstraint(
                condition=Q(commune_code="") | Q(commune_code__regex=r"^([013-9][0-9]|2[AB1-9])[0-9]{3}$"),
                name="places_place_commune_code_shape",
            ),
            models.CheckConstraint(condition=~Q(provenance="") & ~Q(national_id=""), name="places_place_identified"),
        ]
        indexes = [
            # The bounding box of a search by distance; the exact distance is computed after.
            models.Index(fields=["latitude", "longitude"], name="places_place_box"),
            models.Index(fields=["commune_code"], name="places_place_commune"),
            models.Index(fields=["postcode"], name="places_place_postcode"),
        ]


class Finder(models.Model):
    """What a search reads of a place, and nothing else: a narrow row, written by a trigger on places (migration 0006), never by hand.

    Going through eighteen thousand whole places takes ten times longer (docs/decisions/0025-places-are-found-in-milliseconds.md).
    """

    place = models.OneToOneField(Place, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    ended_on = models.DateField(null=True)
    operator_number = models.BigIntegerField(null=True)
    hours = models.SmallIntegerField()  # of `rules.opening.Hours`: whether `open_week` says all
    commune_code = models.CharField(max_length=5)
    postcode = models.CharField(max_length=5)
    name = models.TextField()  # of `rules.indexing.plain`
    tags = ArrayField(models.IntegerField())  # of `rules.indexing.tag`, one for each word of its lists and traits
    calendar_hours = models.TextField()  # the hours themselves, where bits do not say all; else empty
    open_week = models.BinaryField(max_length=252, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="places_finder_box"),
            models.Index(fields=["commune_code"], name="places_finder_commune"),
            # Hours a search reads one by one: few.
            models.Index(fields=["place"], condition=Q(hours=Hours.BY_CALENDAR.value), name="places_finder_by_calendar"),
            models.Index(fields=["place"], condition=Q(hours=Hours.HOLIDAYS.value), name="places_finder_holidays"),
        ]

    def __str__(self) -> str:
        return f"finder {self.pk}"


class PlaceAcceptance(models.Model):
    """A place accepts the vouchers of a programme, for some services, from one day to another (exclusive; none: until further notice).

    The migration adds an exclusion constraint: two acceptances of one programme by one place never overlap.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="acceptances")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    service_codes = ArrayField(models.CharField(max_length=60))  # of the catalogue in `rules.services`
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    request_id = models.UUIDField(db_index=True)  # one request may accept a programme for many places
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="places_acceptance_in_order"),
            models.CheckConstraint(condition=Q(service_codes__len__gte=1), name="places_acceptance_has_services"),
        ]


class PlaceOffer(models.Model):
    """What whoever keeps a place declared of it, beyond the national fields. None, or an absent key: not said."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="offer")
    access = models.JSONField(default=dict)  # a need of `rules.offers.ACCESS_NEEDS` -> answered or not
    access_note = models.CharField(max_length=300, blank=True)  # how to come in, in plain words
    languages = ArrayField(models.CharField(max_length=3), null=True)  # besides French
    cost_note = models.CharField(max_length=300, blank=True)  # what is paid beyond the vouchers, in plain words
    is_mobile = models.BooleanField(null=True)
    has_home_visits = models.BooleanField(null=True)
    home_communes = ArrayField(models.CharField(max_length=5), default=list)  # INSEE; empty: as the note says
    home_note = models.CharField(max_length=300, blank=True)
    has_free_space = models.BooleanField(null=True)
    origins = models.JSONField(default=dict)  # field -> who declared it, which day: {"organisation", "on", "at"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(has_home_visits__isnull=False, has_home_visits=True) | Q(home_communes__len=0),
                name="places_offer_home_area_of_visits",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class PlaceService(models.Model):
    """One service of the catalogue that is taught at a place: how, and at what price. Cents; None: not said; 0: free."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="taught")
    service = models.CharField(max_length=60)  # of the catalogue in `rules.services`
    modes = ArrayField(models.CharField(max_length=12))  # of `rules.offers.Mode`
    price_cents = models.IntegerField(null=True)  # without a voucher
    voucher_count = models.SmallIntegerField(null=True)  # of the booklet, where a programme's vouchers are accepted
    beyond_cents = models.IntegerField(null=True)  # paid on top of the vouchers
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "service"], name="places_service_once_a_place"),
            models.CheckConstraint(condition=Q(modes__len__gte=1), name="places_service_has_a_mode"),
            models.CheckConstraint(
                condition=(Q(price_cents__isnull=True) | Q(price_cents__range=(0, PRICE_CENTS_MAX)))
                & (Q(beyond_cents__isnull=True) | Q(beyond_cents__range=(0, PRICE_CENTS_MAX)))
                & (Q(voucher_count__isnull=True) | Q(voucher_count__range=(1, VOUCHERS_MAX))),
                name="places_service_prices_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"service {self.pk}"


class PlaceStop(models.Model):
    """Where and when a mobile place stops: its days and hours as an OpenStreetMap expression."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stops")
    commune_code = models.CharField(max_length=5)
    commune = models.TextField()
    spot = models.CharField(max_length=120)  # "Place de la mairie"
    hours = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(spot="") & ~Q(hours=""), name="places_stop_said")]
        indexes = [models.Index(fields=["commune_code"], name="places_stop_commune")]

    def __str__(self) -> str:
        return f"stop {self.pk}"


class FreeSpace(models.Model):
    """A free digital space: machines anybody may use without paying, at hours of their own. Closed, its row stays."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="free_space")
    opening_hours = models.TextField(blank=True)  # an OpenStreetMap expression; empty: the place's
    seats = models.SmallIntegerField()
    machines = models.JSONField(default=dict)  # a kind of `rules.offers.MACHINES` -> how many
    has_printer = models.BooleanField()
    has_scanner = models.BooleanField()
    has_wifi = models.BooleanField()
    has_help = models.BooleanField()  # somebody is there to help
    is_bookable = models.BooleanField()  # a seat may be booked; one may always come without
    minutes_max = models.SmallIntegerField(null=True)  # a person's turn when others wait
    rules = models.CharField(max_length=600, blank=True)
    closed_on = models.DateField(null=True)  # the first day it is no longer offered

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__range=(1, SEATS_MAX)) & (Q(minutes_max__isnull=True) | Q(minutes_max__range=(10, 480))),
                name="places_freespace_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"free space {self.pk}"


class PlaceReport(models.Model):
    """An error reported by anybody. Walled: seen by whoever runs the place, by its operators, and by whoever holds the number."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField(null=True)  # that ran the place when it was reported
    operator_ids = ArrayField(models.BigIntegerField())  # of the programmes it accepted; else every operator's
    number = models.CharField(max_length=8, unique=True)
    about = models.CharField(max_length=20)  # of `rules.errors.SUBJECTS`
    said = models.CharField(max_length=600)
    contact = models.CharField(max_length=120, blank=True)
    reported_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=ReportState.WAITING.value)
    answer = models.CharField(max_length=600, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)  # the organisation
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in ReportState]), name="places_report_state"),
            models.CheckConstraint(
                condition=Q(state="WAITING", answered_at__isnull=True, answer="")
                | (~Q(state="WAITING") & Q(answered_at__isnull=False) & ~Q(answer="") & Q(contact="")),
                name="places_report_answered_whole_and_contact_erased",
            ),
            models.CheckConstraint(condition=~Q(said=""), name="places_report_said"),
        ]
        indexes = [
            models.Index(fields=["place", "reported_at"], name="places_report_of_place"),
            models.Index(fields=["reported_at"], name="places_report_recent"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class PlaceConfirmation(models.Model):
    """Whoever keeps a place said that all is right. Published on its page."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="confirmations")
    organisation_id = models.BigIntegerField(null=True)
    confirmed_on = models.DateField()
    confirmed_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-confirmed_at"], name="places_confirmation_latest")]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class PlaceRecall(models.Model):
    """A letter that asked for a confirmation due on a day: never the same one twice."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    rank = models.SmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "due_on", "rank"], name="places_recall_once")]

    def __str__(self) -> str:
        return f"recall {self.pk}"


class PlaceImport(models.Model):
    """One file imported: what it held, what it changed, and every fault, so that the report can be read again."""

    provenance = models.CharField(max_length=100)
    file_name = models.CharField(max_length=200)
    imported_at = models.DateTimeField()
    organisation_id = models.BigIntegerField(null=True)  # the one acted for
    version = models.CharField(max_length=10)
    read_count = models.IntegerField()
    created_count = models.IntegerField()
    updated_count = models.IntegerField()
    unchanged_count = models.IntegerField()
    refused_count = models.IntegerField()
    absent_count = models.IntegerField()  # places of this provenance, still open, that the file no longer names
    communes_found_count = models.IntegerField()
    faults = models.JSONField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(read_count=F("created_count") + F("updated_count") + F("unchanged_count") + F("refused_count")),
                name="places_import_adds_up",
            ),
        ]


class PlaceMapping(models.Model):
    """What the columns of files of one shape say, as an organisation last answered: the next such file is mapped at once.

    `organisation_id` 0 is the installation itself (the command line).
    """

    organisation_id = models.BigIntegerField()
    shape = models.CharField(max_length=32)
    provenance = models.CharField(max_length=100)
    targets = models.JSONField()  # column -> field of the standard, "" to keep it aside
    constants = models.JSONField()  # field -> value of every line that has none
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "shape"], name="places_mapping_one_per_shape")]


class PlaceFile(models.Model):
    """A file of places on its way: read, mapped, checked, written. Its lines are in `parts`; it is forgotten after a month."""

    organisation_id = models.BigIntegerField()  # 0: the installation itself
    file_name = models.CharField(max_length=200)
    provenance = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=16)  # of its bytes: the same file, sent again unfinished, goes on
    form = models.CharField(max_length=8)
    shape = models.CharField(max_length=32)
    columns = models.JSONField()
    read_count = models.IntegerField()
    form_faults = models.JSONField()
    state = models.CharField(max_length=10)
    targets = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    version = models.CharField(max_length=10, blank=True)  # of the standard, once mapped
    # Lines judged or written, out of `total`.
    done = models.IntegerField(default=0)
    total = models.IntegerField()
    report = models.JSONField(null=True)
    place_import = models.ForeignKey(PlaceImport, on_delete=models.PROTECT, null=True, related_name="+")
    error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in FileState]), name="places_file_state"),
            models.CheckConstraint(condition=Q(done__gte=0, done__lte=F("total")), name="places_file_progress"),
            models.CheckConstraint(condition=~Q(state="DONE") | Q(place_import__isnull=False), name="places_file_done_has_its_import"),
        ]
        indexes = [models.Index(fields=["organisation_id", "sent_at"], name="places_file_sent")]


class PlaceFilePart(models.Model):
    """Some lines of a file, and once judged what they make: one transaction's work."""

    file = models.ForeignKey(PlaceFile, on_delete=models.CASCADE, related_name="parts")
    organisation_id = models.BigIntegerField()
    number = models.IntegerField()
    line_count = models.IntegerField()
    lines = models.BinaryField()
    judged = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="places_filepart_number")]


class JoiningTerms(models.Model):
    """One version of what a programme's network asks of its places. Published: it never changes, the next version replaces it."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    version = models.SmallIntegerField()
    criteria = models.JSONField()  # [{"code", "title", "text"}]: see `rules.joining.Criterion`
    charter = models.TextField()
    answer_days = models.SmallIntegerField()
    completion_days = models.SmallIntegerField()
    appeal_days = models.SmallIntegerField()
    label_months = models.SmallIntegerField()
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="places_terms_version"),
            models.CheckConstraint(
                condition=Q(version__gt=0, answer_days__gt=0, completion_days__gt=0, appeal_days__gt=0, label_months__gt=0),
                name="places_terms_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"terms {self.pk}"


class JoiningFile(models.Model):
    """An application to a programme's network: several sites, in steps. What it says is sealed; whoever has its link reads it.

    `name` and `number` are public facts of an organisation, in clear to find the file by.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")  # once admitted
    terms = models.ForeignKey(JoiningTerms, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    name = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=14, blank=True)  # SIRET or RNA
    sealed_answers = models.BinaryField(null=True)
    sealed_email = models.BinaryField(null=True)
    email_mark = models.BinaryField(max_length=32, null=True)  # finds the files of an address that asks for its link again
    secret_hash = models.BinaryField(max_length=32, unique=True)
    revision = models.IntegerField(default=0)  # counts every change of what it says
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)  # the day an answer is promised for, or a completion is awaited until
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in JoiningState]), name="places_joining_state"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_answers__isnull=False, sealed_email__isnull=False, email_mark__isnull=False)
                | Q(erased_at__isnull=False, sealed_answers__isnull=True, sealed_email__isnull=True, email_mark__isnull=True),
                name="places_joining_erased_whole",
            ),
            models.CheckConstraint(condition=Q(state__in=["DRAFT", "WITHDRAWN"]) | Q(sent_at__isnull=False), name="places_joining_sent"),
            models.CheckConstraint(
                condition=~Q(state__in=["ADMITTED", "SUSPENDED", "ENDED"]) | Q(organisation__isnull=False), name="places_joining_admitted"
            ),
            models.UniqueConstraint(
                fields=["programme", "number"],
                condition=Q(state__in=["SENT", "COMPLETION", "ADMITTED", "SUSPENDED"]),
                name="places_joining_one_per_number",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"], name="places_joining_of"),
            models.Index(fields=["organisation"], name="places_joining_organisation"),
            models.Index(fields=["email_mark"], name="places_joining_email"),
        ]

    def __str__(self) -> str:
        return f"joining file {self.pk}"


class JoiningDocument(models.Model):
    """A paper of a file, made harmless and sealed. Looked at by downloading it, never shown in a page."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sealed_content = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # by the applicant, or by its age
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, sealed_content__isnull=False)
                | Q(removed_at__isnull=False, sealed_content__isnull=True),
                name="places_document_removed_whole",
            ),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in DocumentKind]), name="places_document_kind"),
        ]
        indexes = [models.Index(fields=["file"], name="places_document_of")]

    def __str__(self) -> str:
        return f"document {self.pk}"


class JoiningDecision(models.Model):
    """What a network decides about a file: prepared by one person, taken or set aside by another. A trigger keeps what was written."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(JoiningTerms, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    criteria = ArrayField(models.CharField(max_length=8), default=list)
    reason = models.CharField(max_length=2000)
    from_on = models.DateField(null=True)  # the day it holds from, where it has one
    place_ids = ArrayField(models.BigIntegerField(), default=list)  # the places it bears on, once there are some
    revision = models.IntegerField()  # of the file, when it was prepared
    digest = models.BinaryField(max_length=32)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in DecisionKind]), name="places_decision_kind"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in DecisionState]), name="places_decision_state"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")), name="places_decision_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="PREPARED", decided_by_id__isnull=True, decided_at__isnull=True)
                | (~Q(state="PREPARED") & Q(decided_by_id__isnull=False, decided_at__isnull=False)),
                name="places_decision_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="places_decision_motivated"),
            models.UniqueConstraint(fields=["file"], condition=Q(state="PREPARED"), name="places_decision_one_waiting"),
        ]
        indexes = [models.Index(fields=["file", "decided_at"], name="places_decision_of")]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class JoiningAppeal(models.Model):
    """A place says a decision is wrong; people who had no hand in it answer."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(JoiningDecision, on_delete=models.PROTECT, related_name="+")  # the one appealed against, once
    text = models.CharField(max_length=2000)
    lodged_at = models.DateTimeField()
    lodged_by_id = models.BigIntegerField(null=True)  # None: by the link of the file
    answer = models.OneToOneField(JoiningDecision, on_delete=models.PROTECT, null=True, related_name="+")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="places_appeal_motivated")]
        indexes = [models.Index(fields=["file"], name="places_appeal_of")]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


class PlaceLabel(models.Model):
    """A place belongs to a programme's network, from a day to another (exclusive). Published; a withdrawn label stays in the list.

    `suspended_on`: the suspension in force; the decisions of the file keep the earlier ones.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="labels")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    service_codes = ArrayField(models.CharField(max_length=60))
    from_on = models.DateField()
    until_on = models.DateField()
    suspended_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="places_label_in_order"),
            models.CheckConstraint(condition=Q(service_codes__len__gte=1), name="places_label_has_services"),
            models.UniqueConstraint(fields=["file", "place", "from_on"], name="places_label_once"),
        ]
        indexes = [
            models.Index(fields=["place"], name="places_label_of"),
            models.Index(fields=["programme", "until_on"], name="places_label_list"),
            models.Index(fields=["organisation"], name="places_label_organisation"),
        ]

    def __str__(self) -> str:
        return f"label {self.pk}"


class PlaceRepeat(models.Model):
    """What was decided of two places that look like one: `other` is one with `kept`, or they are two. Undone, the row stays."""

    kept = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8)
    before = models.JSONField(default=dict)  # what undoing needs: see `operations._repeats`
    organisation_id = models.BigIntegerField(null=True)  # the one acted for
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=[each.value for each in Verdict]), name="places_repeat_verdict"),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="places_repeat_of_another"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(verdict=Verdict.MERGED.value, undone_at__isnull=True), name="places_repeat_merged_once"
            ),
            models.UniqueConstraint(fields=["kept", "other"], condition=Q(undone_at__isnull=True), name="places_repeat_decided_once"),
        ]
        indexes = [models.Index(fields=["kept"], name="places_repeat_kept")]

    def __str__(self) -> str:
        return f"repeat {self.pk}"
